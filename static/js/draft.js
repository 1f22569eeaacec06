// What is typed is kept on the server while it is not saved: <form data-draft="vitals:ID">.
import { ask, raise } from "./http.js";
import { mount } from "./mount.js";

const PAUSE = 1200;
const NEVER = /^(csrfmiddlewaretoken|form_key|password\d?|pin|version|base)$/;
const address = () => document.querySelector("[data-draft-url]")?.dataset.draftUrl ?? "";
const withKey = (key) => `${address()}?key=${encodeURIComponent(key)}`;

function read(form) {
  const fields = {};
  for (const element of form.elements) {
    if (!element.name || NEVER.test(element.name) || ["submit", "button", "file"].includes(element.type)) continue;
    const values = (fields[element.name] ??= []);
    if (element.matches("select[multiple]")) values.push(...[...element.selectedOptions].map((option) => option.value));
    else if (["checkbox", "radio"].includes(element.type)) { if (element.checked) values.push(element.value); }
    else values.push(element.value);
  }
  return fields;
}

function fill(form, fields) {
  const left = structuredClone(fields);
  for (const element of form.elements) {
    const values = left[element.name];
    if (!values || NEVER.test(element.name) || element.type === "file") continue;
    if (["checkbox", "radio"].includes(element.type)) element.checked = fields[element.name].includes(element.value);
    else if (element.matches("select[multiple]")) for (const option of element.options) option.selected = values.includes(option.value);
    else if (values.length) element.value = values.shift();
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }
  raise("clinic:restored", {}, form);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function offer(form, draft, drop) {
  const bar = document.createElement("div");
  bar.className = "draft-offer";
  bar.setAttribute("role", "status");
  const at = new Date(draft.saved_at).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
  bar.innerHTML = '<span></span><button type="button" class="btn btn-sm btn-soft">Restore</button>'
    + '<button type="button" class="btn btn-sm btn-ghost">Discard</button>';
  bar.firstElementChild.textContent = `You typed something here at ${at} that was not saved.`;
  const [restore, discard] = bar.querySelectorAll("button");
  restore.addEventListener("click", () => { fill(form, draft.fields); bar.remove(); form.querySelector("input:not([type=hidden]), textarea, select")?.focus(); });
  discard.addEventListener("click", () => { drop(); bar.remove(); });
  form.prepend(bar);
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

mount("form[data-draft]", async (form) => {
  const key = form.dataset.draft;
  if (!address() || !key) return;
  const blank = read(form);
  let timer = 0;
  let last = JSON.stringify(blank);
  const drop = () => { clearTimeout(timer); last = ""; ask(withKey(key), { method: "DELETE", keepalive: true, headers: { "X-Clinic-Poll": "1" } }).catch(() => {}); };

  async function save() {
    clearTimeout(timer);
    const fields = read(form);
    const now = JSON.stringify(fields);
    if (now === last || !form.isConnected || form.dataset.busy) return;
    try {
      const data = { key, url: location.pathname + location.search, fields };
      const response = await ask(address(), { method: "POST", data, keepalive: now.length < 60_000, headers: { "X-Clinic-Poll": "1" } });
      if (response.ok) last = now;
    } catch { timer = setTimeout(save, 5000); }
  }

  form.addEventListener("input", (event) => {
    if (!event.isTrusted && !event.detail?.clinic) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  for (const name of ["clinic:saved", "clinic:leaving"]) form.addEventListener(name, drop);
  form.closest("dialog")?.addEventListener("clinic:discarded", drop);
  document.addEventListener("clinic:online", save);

  // The form came back with errors: what was typed is in it already.
  if (form.querySelector("[data-form-summary]")) return;
  try {
    const response = await ask(withKey(key), { headers: { "X-Clinic-Poll": "1" } });
    if (response.status !== 200) return;
    const draft = await response.json();
    if (draft.fields && !same(draft.fields, blank)) offer(form, draft, drop);
  } catch { /* offline: nothing to offer */ }
});
