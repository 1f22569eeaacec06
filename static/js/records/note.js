// The visit note saves itself as a draft while one writes; a newer version elsewhere is said, never overwritten.
import { post } from "../http.js";
import { mount } from "../mount.js";
import { isOffline, whenOnline } from "../offline.js";

const PAUSE = 2500;

mount("form[data-note]", (form) => {
  const state = form.querySelector("[data-note-state]");
  const version = form.elements.version;
  let timer = 0;
  let saving = false;
  let last = read();
  let unsure = null; // sent without an answer: the draft may hold it, under a version that this page does not know

  function read() {
    return [...form.querySelectorAll("textarea")].map((area) => area.value).join("\u0000");
  }

  // Sends the same text once more. The server takes what it has already as saved and says its version.
  async function settle() {
    const response = await post(location.pathname, unsure.data, { headers: { "X-Clinic-Autosave": "1" } });
    if (response.ok) {
      version.value = (await response.json()).version;
      last = unsure.text;
    }
    unsure = null;
  }

  async function save() {
    clearTimeout(timer);
    const now = read();
    if (saving || now === last || !now.replaceAll("\u0000", "").trim() || form.dataset.busy) return;
    saving = true;
    state.textContent = "saving…";
    const data = new FormData(form);
    data.set("act", "save");
    try {
      if (unsure) {
        await settle();
        data.set("version", version.value);
      }
      const response = await post(location.pathname, data, { headers: { "X-Clinic-Autosave": "1" } });
      if (response.ok) {
        version.value = (await response.json()).version;
        last = now;
        state.textContent = `draft saved ${new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" })}`;
      } else if (response.status === 409) state.textContent = "changed in another window: save to compare";
      else state.textContent = "not saved yet";
    } catch {
      unsure ??= { data, text: now };
      state.textContent = "not saved yet: no connection";
      timer = setTimeout(save, 5000);
    }
    saving = false;
  }

  // Signed or saved by hand after such a doubt: first settle it, or one's own text would look like somebody else's.
  form.addEventListener("submit", (event) => {
    if (!unsure || isOffline()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const go = () => settle().then(() => form.requestSubmit(button), () => setTimeout(() => whenOnline(go), 1000));
    go();
  }, true);

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, PAUSE); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
});
