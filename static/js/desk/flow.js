// The flow board by keyboard and by drag. Every act is one of the forms that stand in the row anyway.
import { post } from "../http.js";
import { mount } from "../mount.js";
import { toast } from "../toast.js";

const stops = (board) => [...board.querySelectorAll(".flow-row, .flow-room")];

function step(board, from, by) {
  const all = stops(board);
  const next = all[(all.indexOf(from) + by + all.length) % all.length];
  next?.focus();
}

// A move by drag: the same address and fields as the buttons; htmx events of the answer are raised by hand.
async function move(row, fields) {
  const response = await post(row.dataset.move, fields);
  const events = JSON.parse(response.headers.get("HX-Trigger") || "{}");
  for (const [name, detail] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
  if (!response.ok && !events["clinic:toast"]) toast("That move was not possible.", { tone: "danger" });
}

function dropped(row, zone) {
  const { drop, room } = zone.dataset;
  if (drop === "room") return { to: row.dataset.state === "arrived" ? "roomed" : row.dataset.state, room };
  if (drop === "leaving") return { to: "checkout" };
  return null;
}

// A row moves to another list under another id; the one who moved it by key stays with the patient.
let followed = null;
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-flow] [data-visit]");
  followed = row ? row.dataset.visit : event.target.closest?.("main, dialog") ? null : followed;
});
document.addEventListener("clinic:polled", (event) => {
  const board = event.target.closest?.("[data-flow]");
  if (!board || !followed || document.activeElement !== document.body) return;
  board.querySelector(`[data-visit="${followed}"]`)?.focus({ preventScroll: true });
});

mount("[data-flow]", (board) => {
  let dragged = null;
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".flow-row");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.visit);
    dragged.dataset.dragging = "";
  });
  board.addEventListener("dragover", (event) => {
    const zone = dragged && event.target.closest?.("[data-drop]");
    if (!zone || !dropped(dragged, zone)) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  board.addEventListener("dragleave", (event) => event.target.closest?.("[data-drop]")?.classList.remove("is-over"));
  board.addEventListener("drop", (event) => {
    const zone = dragged && event.target.closest?.("[data-drop]");
    const fields = zone && dropped(dragged, zone);
    if (!fields) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    move(dragged, fields);
  });
  board.addEventListener("dragend", () => {
    if (dragged) delete dragged.dataset.dragging;
    dragged = null;
    for (const zone of board.querySelectorAll(".is-over")) zone.classList.remove("is-over");
  });
});

document.addEventListener("keydown", (event) => {
  const board = document.querySelector("[data-flow]");
  if (!board || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const row = event.target.closest?.(".flow-row, .flow-room");
  const isOnRow = row && event.target === row;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const by = event.key === "ArrowDown" ? 1 : -1;
    if (row) step(board, row, by);
    else if (event.target === document.body || event.target.id === "main") stops(board).at(by > 0 ? 0 : -1)?.focus();
    else return;
    event.preventDefault();
  } else if (event.key === "Enter" && isOnRow) {
    row.querySelector("[data-flow-next]")?.click();
    event.preventDefault();
  } else if (event.key.toLowerCase() === "m" && isOnRow) {
    const menu = row.querySelector(".flow-menu");
    if (!menu) return;
    menu.open = true;
    menu.querySelector("button, a")?.focus();
    event.preventDefault();
  } else if (event.key.toLowerCase() === "u") {
    const undo = [...document.querySelectorAll("[data-toast] .toast-act, .toast-note .toast-act")].pop();
    if (!undo) return;
    undo.click();
    event.preventDefault();
  }
});
