// Short notices at the edge of the screen; some can be undone.
import { raise } from "./http.js";
import { mount } from "./mount.js";

const STAY = { done: 6000, now: 6000, soon: 9000, danger: 0 };
const STAY_UNDO = 12000;

function box() {
  const found = document.querySelector("[data-toasts]");
  if (!found) return null;
  // Everything outside an open modal dialog is inert, so the notices move into the topmost one.
  const host = [...document.querySelectorAll("dialog[open]:not([data-lock])")].pop() ?? document.body;
  if (found.parentElement !== host) host.append(found);
  return found;
}

document.addEventListener("close", () => queueMicrotask(box), true);

function button(css, words, label, run) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = css;
  element.textContent = words;
  if (label) element.setAttribute("aria-label", label);
  element.addEventListener("click", run);
  return element;
}

function dress(note, undo, tone) {
  const words = document.createElement("span");
  words.className = "toast-words";
  words.append(...note.childNodes);
  const mark = document.createElement("span");
  mark.className = "toast-mark";
  mark.setAttribute("aria-hidden", "true");
  note.append(mark, words);
  if (undo) {
    note.append(button("toast-act", "Undo", "", () => {
      note.remove();
      window.htmx.ajax("POST", undo, { source: document.body, swap: "none" });
    }));
  }
  note.append(button("toast-shut", "×", "Dismiss", () => note.remove()));
  const stay = undo ? STAY_UNDO : STAY[tone] ?? STAY.done;
  if (stay) expire(note, stay);
}

function expire(note, stay) {
  let timer = setTimeout(() => note.remove(), stay);
  const hold = () => clearTimeout(timer);
  const release = () => { hold(); timer = setTimeout(() => note.remove(), stay / 2); };
  note.addEventListener("pointerenter", hold);
  note.addEventListener("focusin", hold);
  note.addEventListener("pointerleave", release);
  note.addEventListener("focusout", release);
}

export function toast(message, { tone = "done", undo = "" } = {}) {
  const host = box();
  if (!host || !message) return null;
  const note = document.createElement("div");
  note.className = `toast-note toast-${tone}`;
  note.dataset.toast = "made";
  note.textContent = message;
  dress(note, undo, tone);
  host.append(note);
  while (host.children.length > 4) host.firstElementChild.remove();
  return note;
}

// Says something to screen readers only.
export function tell(words) {
  const live = document.querySelector("[data-live]");
  if (live) live.textContent = words;
}

mount("[data-toast]:not([data-toast=made])", (note) => {
  note.dataset.toast = "made";
  const tone = /toast-(danger|soon|now|done)/.exec(note.className)?.[1] ?? "done";
  dress(note, note.dataset.undo, tone);
});

mount("[data-toast-demo]", (element) => {
  element.addEventListener("click", () => toast(element.dataset.toastDemo, { undo: location.pathname }));
});

document.addEventListener("clinic:toast", (event) => toast(event.detail.message, event.detail));
document.addEventListener("clinic:saved", (event) => {
  const { message, undo, tone } = event.detail;
  // After the dialog has closed, so that the notice stands in the page.
  queueMicrotask(() => toast(message, { undo, tone }));
  raise("clinic:said", { message });
});
