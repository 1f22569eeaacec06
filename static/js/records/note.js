// The visit note saves itself as a draft while one writes; a newer version elsewhere is said, never overwritten.
import { post } from "../http.js";
import { mount } from "../mount.js";

const PAUSE = 2500;

mount("form[data-note]", (form) => {
  const state = form.querySelector("[data-note-state]");
  const version = form.elements.version;
  let timer = 0;
  let saving = false;
  let last = read();

  function read() {
    return [...form.querySelectorAll("textarea")].map((area) => area.value).join("\u0000");
  }

  async function save() {
    clearTimeout(timer);
    const now = read();
    if (saving || now === last || !now.replaceAll("\u0000", "").trim() || form.dataset.busy) return;
    saving = true;
    state.textContent = "saving…";
    try {
      const data = new FormData(form);
      data.set("act", "save");
      const response = await post(location.pathname, data, { headers: { "X-Clinic-Autosave": "1" } });
      if (response.ok) {
        version.value = (await response.json()).version;
        last = now;
        state.textContent = `draft saved ${new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" })}`;
      } else if (response.status === 409) state.textContent = "changed in another window: save to compare";
      else state.textContent = "not saved yet";
    } catch { state.textContent = "not saved yet: no connection"; timer = setTimeout(save, 5000); }
    saving = false;
  }

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, PAUSE); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
});
