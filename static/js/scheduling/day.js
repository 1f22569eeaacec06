// The day: the now-line, the first scroll to now, and jumping to a day or a location as soon as it is chosen.
import { mount } from "../mount.js";

const ROW_MINUTES = 5;

function rowNow(frame) {
  const minutes = (Date.now() - Date.parse(frame.dataset.start)) / 60_000;
  const row = Math.floor(minutes / ROW_MINUTES);
  return row >= 0 && row < Number(frame.dataset.rows) ? row : -1;
}

function drawNow(frame) {
  const row = "live" in frame.dataset ? rowNow(frame) : -1;
  for (const rows of frame.querySelectorAll(".day-rows")) {
    let line = rows.querySelector(".now-line");
    if (row < 0) { line?.remove(); continue; }
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

mount("[data-day-tools]", (form) => {
  form.addEventListener("change", (event) => {
    if (event.target.type === "date" && !event.target.value) return;
    form.requestSubmit();
  });
});
