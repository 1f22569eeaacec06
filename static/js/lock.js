// The idle lock. The server decides; the page covers itself without unloading, so that nothing typed is lost.
import { ask, post, raise } from "./http.js";

const overlay = document.querySelector("dialog[data-lock]");
const others = "BroadcastChannel" in window ? new BroadcastChannel("clinic-lock") : null;
const PING_EVERY = 30_000;
let lastHuman = Date.now();
let lastPing = Date.now();
let retries = [];

export const isLocked = () => Boolean(overlay?.open);

function idleSeconds() {
  return Number(overlay.dataset.idleSeconds) || 300;
}

// Only what a person does counts: trusted input events, never timers or requests.
function human(event) {
  if (!event.isTrusted || isLocked()) return;
  const now = Date.now();
  if (now - lastHuman > 1000) others?.postMessage({ human: now });
  lastHuman = now;
}

export function show({ usePassword = false, tellOthers = true } = {}) {
  if (!overlay || overlay.open) return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.removeAttribute("open");
  choose(usePassword);
  overlay.showModal();
  document.title = document.title.startsWith("Locked") ? document.title : `Locked · ${document.title}`;
  if (tellOthers) others?.postMessage({ locked: true });
}

function hide({ tellOthers = true } = {}) {
  if (!overlay.open) return;
  overlay.close();
  document.title = document.title.replace(/^Locked · /, "");
  lastHuman = lastPing = Date.now();
  if (tellOthers) others?.postMessage({ unlocked: true });
  for (const run of retries.splice(0)) run();
  raise("clinic:unlocked");
}

function choose(usePassword) {
  overlay.dataset.mode = usePassword ? "password" : "pin";
  const field = overlay.querySelector(usePassword ? "[name=password]" : "[name=pin]");
  for (const input of overlay.querySelectorAll("[name=pin], [name=password]")) {
    input.value = "";
    input.hidden = input !== field;
    input.disabled = input !== field;
  }
  overlay.querySelector("[data-pin-pad]").hidden = usePassword;
  overlay.querySelector("[data-lock-words]").textContent = "";
  queueMicrotask(() => field?.focus());
}

async function lockNow() {
  show();
  try {
    const response = await post(overlay.dataset.lockUrl, {}, { quiet: true });
    if (response.status === 401) signedOut();
    // Somebody signed in at a wall screen and went away: the hallway gets its board back.
    else if (overlay.dataset.wallUrl) location.assign(overlay.dataset.wallUrl);
    else if (response.ok && (await response.json()).has_pin === false) choose(true);
  } catch { /* offline: covered anyway, and the server locks by its own clock */ }
}

async function unlock(event) {
  event.preventDefault();
  const form = event.target;
  const words = overlay.querySelector("[data-lock-words]");
  words.textContent = "";
  try {
    const response = await post(overlay.dataset.unlockUrl, new FormData(form), { quiet: true });
    if (response.status === 401 || response.redirected) { signedOut(); return; }
    const body = await response.json().catch(() => ({}));
    if (response.ok) { choose(false); hide(); return; }
    if (body.password_needed) choose(true);
    words.textContent = body.message ?? "That did not unlock the screen. Try again.";
  } catch {
    words.textContent = "No connection. What was typed is still here; try again in a moment.";
  }
  const field = form.querySelector("input:not([hidden]):not([type=hidden])");
  field.value = "";
  field.focus();
}

function signedOut() {
  // The session is over for good; drafts wait on the server.
  location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function tick() {
  if (isLocked()) return;
  const now = Date.now();
  if (now - lastHuman >= idleSeconds() * 1000) { lockNow(); return; }
  if (lastHuman > lastPing && now - lastPing >= PING_EVERY) {
    lastPing = now;
    try { await post(overlay.dataset.activityUrl); } catch { /* the offline bar says so */ }
  }
}

function pad(event) {
  const key = event.target.closest("[data-digit]");
  if (!key) return;
  const field = overlay.querySelector("[name=pin]");
  field.value = key.dataset.digit === "back" ? field.value.slice(0, -1) : field.value + key.dataset.digit;
  field.focus();
}

function start() {
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    addEventListener(name, human, { passive: true, capture: true });
  }
  overlay.addEventListener("cancel", (event) => event.preventDefault());
  overlay.addEventListener("keydown", (event) => { if (event.key === "Escape") event.preventDefault(); event.stopPropagation(); });
  overlay.addEventListener("click", pad);
  overlay.querySelector("[data-unlock]").addEventListener("submit", unlock);
  overlay.querySelector("[data-use-password]")?.addEventListener("click", () => choose(overlay.dataset.mode !== "password"));
  others?.addEventListener("message", ({ data }) => {
    if (data.human) lastHuman = Math.max(lastHuman, data.human);
    if (data.locked) show({ tellOthers: false });
    if (data.unlocked) hide({ tellOthers: false });
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-lock-now]")) return;
    event.preventDefault();
    lockNow();
  });
  document.addEventListener("clinic:locked", (event) => {
    if (event.detail?.retry) retries.push(event.detail.retry);
    show();
  });
  document.addEventListener("clinic:signed-out", signedOut);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  setInterval(tick, 1000);
  if (overlay.dataset.hasPin === "0") overlay.dataset.mode = "password";
  // A page taken out of the browser's back cache may be locked meanwhile.
  addEventListener("pageshow", (event) => { if (event.persisted) ask(overlay.dataset.activityUrl, { method: "POST", headers: { "X-Clinic-Poll": "1" } }); });
}

if (overlay?.dataset.unlockUrl) start();
