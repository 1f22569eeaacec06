// The day: the now-line, the first scroll to now, and jumping to a day or a location as soon as it is chosen.
import { mount } from "../mount.js";

const ROW_MINUTES = 5;

// In a week only one column is today's; every day of it begins at an instant of its own.
const todayOf = (frame) => frame.querySelector("[data-column].is-today");

function rowNow(frame) {
  const starts = todayOf(frame)?.dataset.starts ?? frame.dataset.start;
  const row = Math.floor((Date.now() - Date.parse(starts)) / 60_000 / ROW_MINUTES);
  return row >= 0 && row < Number(frame.dataset.rows) ? row : -1;
}

function drawNow(frame) {
  const row = "live" in frame.dataset ? rowNow(frame) : -1;
  const today = todayOf(frame);
  for (const rows of frame.querySelectorAll(".day-rows")) {
    const column = rows.closest("[data-column]");
    const isShown = row >= 0 && (!today || !column || column === today);
    let line = rows.querySelector(".now-line");
    if (!isShown) { line?.remove(); continue; }
    if (!line) {
      line = document.createElement("span");
      line.setAttribute("aria-hidden", "true");
      line.dataset.keep = "";
      rows.append(line);
    }
    // Places come from classes of the grid; a style attribute would be blocked.
    line.className = `now-line at-${row} for-1`;
  }
  return row;
}

mount("[data-day-frame]", (frame) => {
  const row = drawNow(frame);
  if (row > 0) {
    const lead = frame.clientHeight / 3;
    frame.scrollTop = Math.max(0, row * 8 - lead);
  }
  const timer = setInterval(() => { if (frame.isConnected) drawNow(frame); else clearInterval(timer); }, 30_000);
});

document.addEventListener("clinic:polled", () => {
  for (const frame of document.querySelectorAll("[data-day-frame]")) drawNow(frame);
});

// A list of today begins at who is next, as the grid begins at now.
mount("[data-next]", (list) => {
  if (!location.hash) document.getElementById(list.dataset.next)?.scrollIntoView({ block: "center" });
});

// A phone shows the day as a list unless somebody asked for the grid.
mount(".wide-only[data-narrow]", (board) => {
  if (matchMedia("(max-width: 599.98px)").matches) location.replace(board.dataset.narrow + location.search);
});

mount("[data-day-tools]", (form) => {
  form.addEventListener("change", (event) => {
    if (event.target.type === "date" && !event.target.value) return;
    form.requestSubmit();
  });
});
