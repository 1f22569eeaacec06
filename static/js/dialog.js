// <a data-dialog> opens its address in a native <dialog>; the same address works as a page.
import { ask, isDocument, wordsOf } from "./http.js";
import { mount } from "./mount.js";
import { toast } from "./toast.js";

const KINDS = new Set(["wide", "full", "side"]);

function build(kind) {
  const dialog = document.createElement("dialog");
  dialog.className = `modal-sheet${KINDS.has(kind) ? ` modal-${kind}` : ""}`;
  dialog.setAttribute("hx-headers", '{"X-Clinic-Dialog": "1"}');
  const slot = document.createElement("div");
  slot.className = "dialog-slot";
  dialog.append(slot);
  dialog.addEventListener("input", (event) => { if (event.isTrusted) dialog.dataset.dirty = "1"; });
  dialog.addEventListener("keydown", onEscape);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(dialog); });
  dialog.addEventListener("pointerdown", (event) => { dialog.startedOutside = event.target === dialog; });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && dialog.startedOutside && !dialog.dataset.dirty) leave(dialog);
  });
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

// Chrome closes a dialog at the second Esc whatever the page says, unless the key itself is taken.
function onEscape(event) {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  event.stopPropagation();
  leave(event.currentTarget);
}

function leave(dialog) {
  if (!dialog.dataset.dirty || !dialog.querySelector("form[method=post]")) {
    dialog.close();
    return;
  }
  if (dialog.querySelector(".dialog-ask")) return;
  const bar = document.createElement("div");
  bar.className = "dialog-ask";
  bar.setAttribute("role", "alertdialog");
  bar.setAttribute("aria-label", "Discard what you typed?");
  bar.innerHTML = '<p>Discard what you typed?</p><button type="button" class="btn btn-primary">Keep editing</button>'
    + '<button type="button" class="btn btn-danger">Discard</button>';
  const before = document.activeElement;
  const [keep, discard] = bar.querySelectorAll("button");
  const stay = () => { bar.remove(); before?.focus?.(); };
  keep.addEventListener("click", stay);
  discard.addEventListener("click", () => {
    dialog.dispatchEvent(new CustomEvent("clinic:discarded", { bubbles: true }));
    dialog.close();
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); stay(); }
  });
  dialog.append(bar);
  keep.focus();
}

function settle(dialog) {
  const title = dialog.querySelector(".dialog-title h2");
  if (title) {
    title.id ||= `dialog-title-${crypto.randomUUID()}`;
    dialog.setAttribute("aria-labelledby", title.id);
  }
  const wrong = dialog.querySelector("[data-answer-here]") ?? dialog.querySelector("[aria-invalid=true], [data-form-summary]");
  const first = dialog.querySelector(
    "[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea), .dialog-body :is(button, a[href])");
  (wrong ?? first ?? dialog.querySelector("[data-dialog-close]"))?.focus();
}

export async function openDialog(url, { kind = "" } = {}) {
  let response;
  document.documentElement.classList.add("is-working");
  try {
    response = await ask(url, { headers: { "X-Clinic-Dialog": "1" } });
  } catch {
    toast("No connection. Try again in a moment.", { tone: "soon" });
    return null;
  } finally {
    document.documentElement.classList.remove("is-working");
  }
  if (response.status === 423 || response.status === 401) return null;
  const redirect = response.headers.get("HX-Redirect");
  const text = await response.text();
  if (redirect || isDocument(text)) {
    if (redirect || response.ok) location.assign(redirect ?? url);
    else toast(wordsOf(text) || "That could not be opened.", { tone: "danger" });
    return null;
  }
  const dialog = build(kind);
  dialog.dataset.url = url;
  document.body.append(dialog);
  dialog.showModal();
  window.htmx.swap(dialog.querySelector(".dialog-slot"), text, { swapStyle: "innerHTML", settleDelay: 0, swapDelay: 0 });
  return dialog;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (link && isPlain && !event.defaultPrevented) {
    const url = link.getAttribute("href") || link.dataset.href;
    if (url) {
      event.preventDefault();
      link.closest("details[open]")?.removeAttribute("open");
      openDialog(url, { kind: link.dataset.dialog });
      return;
    }
  }
  const shut = event.target.closest("[data-dialog-close]");
  if (shut) {
    const dialog = shut.closest("dialog");
    if (dialog?.matches(".modal-sheet")) leave(dialog);
    else dialog?.close();
  }
});

// The page below may hold a form with fields of the same names; labels must find the ones in the dialog.
function ownIds(frame) {
  for (const element of frame.querySelectorAll("[id]")) {
    const { id } = element;
    const twins = document.querySelectorAll(`#${CSS.escape(id)}`);
    if (twins.length < 2) continue;
    element.id = `${id}-in-dialog`;
    for (const label of frame.querySelectorAll(`label[for="${CSS.escape(id)}"]`)) label.htmlFor = element.id;
    for (const link of frame.querySelectorAll(`a[href="#${CSS.escape(id)}"]`)) link.hash = element.id;
    for (const name of ["aria-describedby", "aria-labelledby", "aria-controls"]) {
      for (const user of frame.querySelectorAll(`[${name}~="${CSS.escape(id)}"]`)) {
        user.setAttribute(name, user.getAttribute(name).split(" ").map((one) => (one === id ? element.id : one)).join(" "));
      }
    }
  }
}

mount(".dialog-frame", (frame) => {
  const dialog = frame.closest("dialog");
  if (!dialog) return;
  ownIds(frame);
  queueMicrotask(() => settle(dialog));
});

// What was saved above a dialog (a cancel over the visit, the Undo of a notice) may have changed what it shows:
// it is read again, unless somebody has typed into it. One that cannot be read any more closes.
async function showAnew(dialog) {
  if (!dialog?.dataset.url || dialog.dataset.dirty) return;
  let text = "";
  try {
    const response = await ask(dialog.dataset.url, { headers: { "X-Clinic-Dialog": "1" } });
    if (response.ok) text = await response.text();
  } catch { /* without an answer it closes, as what it shows may be wrong */ }
  if (!dialog.open || dialog.dataset.dirty) return;
  if (!text || isDocument(text)) { dialog.close(); return; }
  window.htmx.swap(dialog.querySelector(".dialog-slot"), text, { swapStyle: "innerHTML", settleDelay: 0, swapDelay: 0 });
}

document.addEventListener("clinic:saved", (event) => {
  event.target.closest?.("dialog.modal-sheet")?.close();
  showAnew([...document.querySelectorAll("dialog.modal-sheet[open]")].pop());
});
