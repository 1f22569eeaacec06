// Light, dark or as the device says, and single-letter shortcuts on or off: at once here, and remembered
// in a cookie by the server.
import { post } from "./http.js";
import { mount } from "./mount.js";

mount("form[data-theme-switch]", (form) => {
  form.addEventListener("submit", async (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    document.documentElement.dataset.bsTheme = chosen;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
    try { await post(form.action, { theme: chosen }); } catch { /* it holds for this page at least */ }
  });
});

mount("form[data-keys-switch]", (form) => {
  form.addEventListener("change", async (event) => {
    const chosen = event.target.checked ? "on" : "off";
    document.body.dataset.keys = chosen;
    try { await post(form.action, { keys: chosen }); } catch { /* it holds for this page at least */ }
  });
});
