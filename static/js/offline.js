// Is the server reachable? A bar says so when it is not; whatever waits goes on when it is back.
import { raise } from "./http.js";

const PROBE = "/healthz";
let offline = false;
let timer = 0;
const waiting = [];

export const isOffline = () => offline;

export function whenOnline(run) {
  waiting.push(run);
  if (offline) return;
  // Not known to be offline: look once before going on.
  probe();
}

async function probe() {
  clearTimeout(timer);
  try {
    const response = await fetch(PROBE, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (response.ok) {
      set(false);
      return;
    }
  } catch { /* still away */ }
  set(true);
  timer = setTimeout(probe, 3000);
}

function set(isAway) {
  const bar = document.querySelector("[data-offline-bar]");
  if (bar) bar.hidden = !isAway;
  document.documentElement.classList.toggle("is-offline", isAway);
  const came = offline && !isAway;
  offline = isAway;
  if (!isAway) for (const run of waiting.splice(0)) run();
  if (came) raise("clinic:online");
}

// Told by whoever had a request that did not get through.
export function suspect() {
  if (!offline) probe();
}

addEventListener("offline", () => { set(true); timer = setTimeout(probe, 3000); });
addEventListener("online", probe);
document.addEventListener("htmx:sendError", suspect);
document.addEventListener("htmx:timeout", suspect);
