// Visits are moved on the calendar by pointer or by keys; a dialog of the server says what changes and does it.
// Pointer: drag a visit, or its lower edge for its length (a finger holds still first). Keys on a visit in focus:
// arrows go to the next visit, M moves it, E takes its end; then arrows, Shift for half an hour, Enter, Esc.
import { openDialog } from "../dialog.js";
import { mount } from "../mount.js";

const ROW_MINUTES = 5;
const FAR = 30 / ROW_MINUTES;
const EDGE_PX = 7;
const START_PX = 5;
const HOLD_MS = 400;
const SCROLL_PX = 36;

let draft = null;

const number = (cell, prefix) => Number([...cell.classList].find((name) => name.startsWith(prefix)).slice(prefix.length));
const columnsOf = (frame) => [...frame.querySelectorAll("[data-column]")];
const nameOf = (visit) => visit.querySelector("b").textContent;
const say = (frame, words) => { const line = frame.parentElement.querySelector("[data-move-says]"); if (line) line.textContent = words; };

function begin(frame, visit, mode) {
  const ghost = document.createElement("span");
  ghost.setAttribute("aria-hidden", "true");
  ghost.dataset.keep = "";
  const column = visit.closest("[data-column]");
  const row = number(visit, "at-"), height = Math.max(1, Math.round(visit.dataset.minutes / ROW_MINUTES));
  draft = { frame, visit, mode, ghost, column, row, height, from: { column, row, height } };
  frame.dataset.dragging = "";
  visit.classList.add("is-moving");
  show();
}

function instant() {
  const { column, row, from, visit } = draft;
  // A visit that does not stand on a row keeps its minute as long as it is not moved up or down.
  if (row === from.row && column.dataset.starts === from.column.dataset.starts) return new Date(Date.parse(visit.dataset.at));
  return new Date(Date.parse(column.dataset.starts) + row * ROW_MINUTES * 60_000);
}

function words() {
  const { frame, mode, height, column } = draft;
  const start = instant();
  if (mode === "resize") return `${height * ROW_MINUTES} minutes`;
  const form = new Intl.DateTimeFormat("en-US", { timeZone: frame.dataset.zone, weekday: "short", hour: "numeric", minute: "2-digit" });
  return `${form.format(start)}, ${column.getAttribute("aria-label")}`;
}

function show() {
  const { ghost, column, row, height } = draft;
  ghost.className = `cell cell-ghost at-${row} for-${height}`;
  ghost.textContent = words();
  const rows = column.querySelector(".day-rows");
  if (ghost.parentElement !== rows) rows.append(ghost);
}

function place(column, row, height = draft.height) {
  const last = Number(draft.frame.dataset.rows);
  draft.height = Math.max(1, Math.min(height, last - draft.from.row, 48));
  draft.column = column;
  draft.row = draft.mode === "resize" ? draft.from.row : Math.max(0, Math.min(row, last - draft.height));
  show();
}

function clear() {
  if (!draft) return;
  const { frame, visit, ghost } = draft;
  draft = null;
  ghost.remove();
  delete frame.dataset.dragging;
  visit.classList.remove("is-moving");
}

function address() {
  const { visit, mode, column, from, height } = draft;
  const base = visit.getAttribute("href");
  if (mode === "resize") return height === from.height ? "" : `${base}resize/?minutes=${height * ROW_MINUTES}`;
  const start = instant().toISOString().replace(/:\d\d\.\d+Z$/, "Z");
  const target = column === from.column ? "" : column.dataset.target;
  if (Date.parse(visit.dataset.at) === Date.parse(start) && !target) return "";
  return `${base}shift/?start=${encodeURIComponent(start)}${target ? `&${target}` : ""}`;
}

async function finish() {
  const url = address();
  const { frame, visit } = draft;
  if (!url) { clear(); say(frame, "Nothing changed."); return; }
  const dialog = await openDialog(url);
  if (!dialog) { clear(); return; }
  dialog.addEventListener("close", () => {
    clear();
    if (visit.isConnected) visit.focus({ preventScroll: true });
  });
}

// ---- pointer

function follow(event, grip) {
  const { frame, mode, from } = draft;
  const columns = columnsOf(frame);
  const under = columns.find((one) => { const box = one.getBoundingClientRect(); return event.clientX >= box.left && event.clientX < box.right; });
  const rows = (under ?? draft.column).querySelector(".day-rows").getBoundingClientRect();
  const size = rows.height / Number(frame.dataset.rows);
  if (mode === "resize") place(draft.column, from.row, Math.round((event.clientY - rows.top) / size) - from.row);
  else place(under ?? draft.column, Math.round((event.clientY - grip - rows.top) / size));
  const box = frame.getBoundingClientRect();
  if (event.clientY > box.bottom - SCROLL_PX) frame.scrollTop += SCROLL_PX / 3;
  else if (event.clientY < box.top + SCROLL_PX * 2) frame.scrollTop -= SCROLL_PX / 3;
  if (event.clientX > box.right - SCROLL_PX) frame.scrollLeft += SCROLL_PX / 3;
  else if (event.clientX < box.left + SCROLL_PX) frame.scrollLeft -= SCROLL_PX / 3;
}

// The click that ends a drag must not open the visit.
function swallowClick() {
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
}

function press(frame, visit, down) {
  const box = visit.getBoundingClientRect();
  const mode = box.bottom - down.clientY <= EDGE_PX && box.height > EDGE_PX * 2 ? "resize" : "move";
  const grip = down.clientY - box.top;
  const listening = new AbortController();
  const on = (name, run) => document.addEventListener(name, run, { signal: listening.signal });
  const start = () => { if (!draft) begin(frame, visit, mode); };
  const hold = down.pointerType === "touch" ? setTimeout(start, HOLD_MS) : 0;
  const end = () => { clearTimeout(hold); listening.abort(); };
  on("pointermove", (event) => {
    if (event.pointerId !== down.pointerId) return;
    const way = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
    if (!draft && way > START_PX) {
      if (down.pointerType === "touch") { end(); return; }
      start();
    }
    if (draft) { event.preventDefault(); follow(event, grip); }
  });
  on("pointerup", (event) => {
    if (event.pointerId !== down.pointerId) return;
    end();
    if (draft) { swallowClick(); finish(); }
  });
  on("pointercancel", () => { end(); clear(); });
  on("keydown", (event) => {
    if (event.key !== "Escape" || !draft) return;
    event.preventDefault();
    end();
    swallowClick();
    clear();
  });
}

// ---- keys

function neighbour(visit, key) {
  const frame = visit.closest("[data-day-frame]");
  const columns = columnsOf(frame), column = visit.closest("[data-column]");
  const inside = (one) => [...one.querySelectorAll(".cell-visit")];
  const row = number(visit, "at-");
  if (key === "ArrowDown" || key === "ArrowUp") {
    const all = inside(column).sort((a, b) => number(a, "at-") - number(b, "at-"));
    return all[all.indexOf(visit) + (key === "ArrowDown" ? 1 : -1)];
  }
  const step = key === "ArrowRight" ? 1 : -1;
  for (let at = columns.indexOf(column) + step; columns[at]; at += step) {
    const near = inside(columns[at]).sort((a, b) => Math.abs(number(a, "at-") - row) - Math.abs(number(b, "at-") - row))[0];
    if (near) return near;
  }
  return null;
}

function steer(key, isFar) {
  const { frame, mode, row, height, column } = draft;
  const by = isFar ? FAR : 1;
  const columns = columnsOf(frame), at = columns.indexOf(column);
  if (key === "ArrowDown" || key === "ArrowUp") {
    const way = key === "ArrowDown" ? by : -by;
    if (mode === "resize") place(column, row, height + way);
    else place(column, row + way);
  } else if (mode === "move") {
    place(columns[at + (key === "ArrowRight" ? 1 : -1)] ?? column, row);
  }
  draft.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(frame, words());
}

function onKey(frame, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const visit = event.target.closest?.(".cell-visit");
  const isArrow = /^Arrow/.test(event.key);
  let isTaken = true;
  if (draft && event.key === "Escape") { clear(); say(frame, "Not moved."); }
  else if (draft && event.key === "Enter") finish();
  else if (draft && isArrow) steer(event.key, event.shiftKey);
  else if (!draft && visit && isArrow) neighbour(visit, event.key)?.focus();
  else if (!draft && visit?.matches("[data-visit]") && "movable" in frame.dataset && /^[me]$/i.test(event.key)) {
    begin(frame, visit, event.key.toLowerCase() === "m" ? "move" : "resize");
    say(frame, `${nameOf(visit)}: ${words()}. Arrows change it, Enter goes on, Escape leaves it as it is.`);
  } else isTaken = false;
  if (isTaken) { event.preventDefault(); event.stopPropagation(); }
}

mount("[data-day-frame]", (frame) => {
  frame.addEventListener("keydown", (event) => onKey(frame, event));
  if (!("movable" in frame.dataset)) return;
  frame.addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-visit]")) event.preventDefault(); });
  // Once a finger holds a visit, the page must not scroll under it.
  frame.addEventListener("touchmove", (event) => { if (draft) event.preventDefault(); }, { passive: false });
  frame.addEventListener("contextmenu", (event) => { if (draft) event.preventDefault(); });
  frame.addEventListener("pointerdown", (event) => {
    const visit = event.target.closest?.("[data-visit]");
    if (draft) { clear(); return; }
    if (visit && event.button === 0 && event.isPrimary) press(frame, visit, event);
  });
  frame.addEventListener("focusout", (event) => {
    if (draft && event.target === draft.visit && !document.querySelector("dialog[open]") && event.relatedTarget) clear();
  });
});
