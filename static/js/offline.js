// Is the server reachable? A bar says so when it is not; whatever waits goes on when it is back.
import { raise } from "./http.js";

const PROBE = "/healthz";
let offline = false;
let timer = 0;
const waiting = [];
let forms = 0;

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
    // Without the cookie: the question is whether the server can be reached, not who asks.
    const response = await fetch(PROBE, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(4000) });
    if (response.ok) {
      set(false);
      return;
    }
  } catch { /* still away */ }
  set(true);
  timer = setTimeout(probe, 3000);
}

// So many forms were sent without an answer; the bar says that they wait.
export function waits(count) {
  forms = count;
  say();
}

function say() {
  const bar = document.querySelector("[data-offline-bar]");
  if (!bar) return;
  bar.hidden = !offline;
  const words = bar.querySelector("[data-offline-words]");
  bar.dataset.words ??= words.textContent;
  const one = "No connection. One form waits to be saved; it is sent as soon as the connection is back. Leave this page open.";
  const text = forms === 1 ? one : forms ? `No connection. ${forms} forms wait to be saved; they are sent as soon as the connection is back. Leave this page open.` : bar.dataset.words;
  if (words.textContent !== text) words.textContent = text;
}

function set(isAway) {
  document.documentElement.classList.toggle("is-offline", isAway);
  const came = offline && !isAway;
  offline = isAway;
  say();
  if (!isAway) for (const run of waiting.splice(0)) run();
  if (came) raise("clinic:online");
}

// Told by whoever had a request that did not get through.
export function suspect() {
  if (!offline) probe();
}

addEventListener("offline", () => { set(true); clearTimeout(timer); timer = setTimeout(probe, 3000); });
addEventListener("online", probe);
document.addEventListener("htmx:sendError", suspect);
document.addEventListener("htmx:timeout", suspect);
