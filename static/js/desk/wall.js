// The wall screen needs no hands: it tells the time, scrolls what doesn't fit, takes new releases, and shows nothing
// of the board once it may not.
import { isOffline } from "../offline.js";

const HOURS = 3_600_000;
const STEP_SECONDS = 8;

const clock = document.querySelector("[data-wall-time]");
const words = new Intl.DateTimeFormat("en-US", {
  weekday: "short", hour: "numeric", minute: "2-digit", timeZone: clock?.dataset.zone || undefined,
});

// By the server's clock where the screen's own is wrong.
const skew = Number(document.body.dataset.now || 0) * 1000 - Date.now() || 0;
const offset = Math.abs(skew) > 90_000 ? skew : 0;

function tell() {
  if (clock) clock.textContent = words.format(Date.now() + offset);
}

// Each list that is longer than its place turns a page every few seconds.
function turn() {
  for (const list of document.querySelectorAll(".wall-area ul")) {
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
    list.scrollTop = isAtEnd ? 0 : list.scrollTop + list.clientHeight * 0.8;
  }
}

// The registration was revoked, or the member's session is over: the names go at once.
document.addEventListener("clinic:signed-out", () => {
  document.querySelector("#flow")?.remove();
  location.assign(document.body.dataset.signedOut);
});

tell();
setInterval(tell, 1000);
setInterval(turn, STEP_SECONDS * 1000);
// A screen that is never touched would run the scripts of months ago.
setInterval(() => { if (!isOffline()) location.reload(); }, 6 * HOURS);
