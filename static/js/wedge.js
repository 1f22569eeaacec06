// Keyboard-wedge scanners type what they read, then Enter or Tab. With no field focused that would press shortcuts:
// a scanned MRN would lock the screen or cancel a visit. So single keys wait for a moment: what comes faster than
// fingers is a scan and goes to the screen's scan field, or to the patient finder; anything else is played on as typed.
import { raise } from "./http.js";
import { isLocked } from "./lock.js";

const GAP = 45; // ms between two keys; scanners need 1 to 20, quick fingers 60 and more
const SHORTEST = 4;
const FIELD = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select";
const played = new WeakSet();
let keys = [];
let timer = 0;

const isField = (target) => target.isContentEditable || target.matches?.(FIELD);
const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
const isScan = () => keys.length >= SHORTEST;

function playOn() {
  for (const { event, target } of keys.splice(0)) {
    const again = new KeyboardEvent("keydown", { key: event.key, code: event.code, shiftKey: event.shiftKey, bubbles: true, cancelable: true });
    played.add(again);
    (target.isConnected ? target : document.body).dispatchEvent(again);
  }
}

function fill(field, text) {
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// To the topmost dialog's or the page's scan field; on a page without one, to the finder.
function deliver() {
  const text = keys.splice(0).map(({ event }) => event.key).join("");
  const here = [...document.querySelectorAll("dialog[open]")].pop() ?? document;
  const field = [...here.querySelectorAll("input[data-scan]")].find(isShown);
  if (field) {
    fill(field, text);
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    return;
  }
  const finder = here === document ? openFinder() : null;
  if (finder) {
    fill(finder, text);
    finder.form.requestSubmit();
  } else raise("clinic:toast", { message: "Scanned, but nothing here is waiting for it. Choose a field first.", tone: "soon" });
}

function openFinder() {
  const onPage = document.querySelector("form[data-find] [name=q]");
  if (onPage && isShown(onPage)) return onPage;
  document.querySelector("[data-finder-open]")?.click();
  const dialog = document.querySelector("dialog[data-finder][open]");
  return dialog?.querySelector("[name=q]") ?? null;
}

function settle() {
  clearTimeout(timer);
  if (isScan()) deliver();
  else playOn();
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

addEventListener("keydown", (event) => {
  if (played.has(event) || event.repeat || event.isComposing || isLocked()) return;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (keys.length && ["Enter", "Tab"].includes(event.key)) {
    if (isScan()) swallow(event);
    settle();
    return;
  }
  // Keys that are held are let go in any order; modifiers alone say nothing.
  if (event.key === "Shift") return;
  if (!isPlain || event.key.length !== 1 || event.key === " " || isField(event.target)) {
    if (keys.length) settle();
    return;
  }
  swallow(event);
  keys.push({ event, target: event.target });
  clearTimeout(timer);
  timer = setTimeout(settle, GAP);
}, { capture: true });
