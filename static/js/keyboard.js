// Shortcuts. data-key on a link, button or field registers it for the screen it stands on; `?` lists them all.
import { mount } from "./mount.js";

const added = [];
let went = 0;
const NAMES = { " ": "space", ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Escape: "esc" };

// addKey("b", "Repeat blood pressure", run): a shortcut without an element. Returns what takes it away.
export function addKey(key, label, run, { within = document } = {}) {
  const entry = { key: key.toLowerCase(), label, run, within };
  added.push(entry);
  return () => added.splice(added.indexOf(entry), 1);
}

function nameOf(event) {
  const base = (NAMES[event.key] ?? event.key).toLowerCase();
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && (base.length > 1 || /[a-z]/.test(base))) parts.push("shift");
  return [...parts, base].join("+");
}

function isTyping(target) {
  return target.isContentEditable || target.matches?.("input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select");
}

const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
// The topmost dialog takes all keys while it is open.
const scope = () => [...document.querySelectorAll("dialog[open]")].pop() ?? document;

function press(element) {
  if (element.disabled || element.getAttribute("aria-disabled") === "true") return;
  if (element.matches("input:not([type=button]):not([type=submit]):not([type=checkbox]):not([type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else element.click();
}

function run(key, here, isLetter) {
  const entry = [...added].reverse().find((one) => one.key === key && (here === document || here.contains(one.within) || one.within === here));
  if (entry) { entry.run(); return true; }
  const menu = here === document ? "" : ":not(.menu [data-key])";
  const element = [...here.querySelectorAll(`[data-key]${menu}`)].find((one) =>
    one.dataset.key.toLowerCase() === key && (isShown(one) || one.closest(".menu")) && (here !== document || !one.closest("dialog:not([open])")));
  if (!element || (isLetter && document.body.dataset.keys === "off")) return false;
  press(element);
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[data-lock][open]")) return;
  const key = nameOf(event);
  const isLetter = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isLetter && key.length <= 7 && isTyping(event.target) && !/^f\d+$/.test(key)) return;
  if (["control", "shift", "alt", "meta", "tab", "enter", "space"].includes(key)) return;
  const isOff = document.body.dataset.keys === "off";
  const here = scope();
  if (key === "?" && !isOff) { event.preventDefault(); openSheet(); return; }
  if (isLetter && isOff) return;
  if (isLetter && here === document && go(key)) { event.preventDefault(); return; }
  if (key === "/") {
    const filter = [...here.querySelectorAll("[data-filter]")].find(isShown);
    if (filter) { event.preventDefault(); filter.focus(); filter.select?.(); }
    return;
  }
  if (run(key, here, isLetter)) event.preventDefault();
});

function go(key) {
  if (key === "g") { went = Date.now(); return true; }
  if (Date.now() - went > 1200) return false;
  went = 0;
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  link?.click();
  return Boolean(link);
}

const words = (element) => element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.replace(/\s+/g, " ").trim();

function group(title, rows) {
  if (!rows.length) return null;
  const section = document.createElement("section");
  section.className = "shortcut-group";
  const head = document.createElement("h3");
  head.textContent = title;
  section.append(head);
  for (const [label, keys] of rows) {
    const row = document.createElement("div");
    row.className = "shortcut-row";
    const name = document.createElement("span");
    name.textContent = label;
    const caps = document.createElement("span");
    for (const key of keys) {
      const cap = document.createElement("kbd");
      cap.textContent = key.length === 1 ? key.toUpperCase() : key.split("+").map((part) => part[0].toUpperCase() + part.slice(1)).join(" ");
      caps.append(cap);
    }
    row.append(name, caps);
    section.append(row);
  }
  return section;
}

function openSheet() {
  const sheet = document.querySelector("[data-shortcuts]");
  if (!sheet || sheet.open) return;
  const here = scope();
  const inFrame = (element) => element.closest(".topbar");
  const marked = [...here.querySelectorAll("[data-key]")].filter((one) => isShown(one) || inFrame(one));
  const unique = new Map(marked.filter((one) => !inFrame(one)).map((one) => [one.dataset.key, words(one)]));
  for (const entry of added) if (here === document || here.contains(entry.within)) unique.set(entry.key, entry.label);
  const screen = [...unique].map(([key, label]) => [label, [key]]);
  // Keys that a script of the page takes itself, on what is in focus.
  for (const note of here.querySelectorAll("[data-key-note]")) screen.push([note.dataset.keyLabel, [note.dataset.keyNote]]);
  if (here.querySelector("[data-filter]")) screen.push(["To the filter", ["/"]]);
  const places = [...document.querySelectorAll("[data-go]")].map((one) => [one.dataset.goLabel, ["g", one.dataset.go]]);
  const everywhere = [["Find a patient", ["ctrl+k"]], ["Lock this screen", ["l"]], ["These shortcuts", ["?"]], ["Close what is open", ["esc"]], ["Save a form", ["ctrl+enter"]]];
  const list = sheet.querySelector("[data-shortcut-list]");
  list.replaceChildren(...[group("This screen", screen), group("Go to", places), group("Everywhere", everywhere)].filter(Boolean));
  sheet.showModal();
}

mount("[data-shortcuts-open]", (button) => button.addEventListener("click", () => {
  button.closest("details")?.removeAttribute("open");
  openSheet();
}));

// Ctrl+Enter sends the form one is in, from any field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  const form = event.target.closest?.("form[method=post]");
  if (!form || form.querySelector('[data-key="ctrl+enter"]')) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-submit]"));
});
