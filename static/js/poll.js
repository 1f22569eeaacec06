// Live boards: <section id="board" data-poll="url" data-poll-seconds="3" data-version="abc">.
// The page sends the version it shows; 204 leaves the board untouched, anything else is morphed in, so that
// focus, selection and scroll stay. A hidden or locked page does not ask; a lost network is asked less often.
import { ask, isDocument } from "./http.js";
import { mount } from "./mount.js";
import { isLocked } from "./lock.js";
import { isOffline, suspect } from "./offline.js";

const LONGEST = 30_000;

function morph(board, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const next = (board.id && fresh.querySelector(`#${CSS.escape(board.id)}`)) || fresh.firstElementChild;
  if (!next) return board;
  window.Idiomorph.morph(board, next.outerHTML, {
    morphStyle: "outerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      // An open menu, a field somebody is in and what a script marked stay as they are.
      beforeAttributeUpdated: (name, node) => !((name === "open" && node.matches("details, dialog")) || name === "data-dragging"),
      beforeNodeMorphed: (node) => !(node.nodeType === Node.ELEMENT_NODE && node.matches("[data-keep]")),
      beforeNodeRemoved: (node) => !(node.nodeType === Node.ELEMENT_NODE && node.matches("[data-keep]")),
    },
  });
  return (board.isConnected ? board : board.id && document.getElementById(board.id)) || board;
}

mount("[data-poll]", (element) => {
  let board = element;
  let timer = 0;
  let wait = Number(board.dataset.pollSeconds || 3) * 1000;
  let isAsking = false;
  const pace = () => Number(board.dataset.pollSeconds || 3) * 1000;
  // A board that came back without the attribute has nothing to wait for any more.
  const isLive = () => board.isConnected && board.hasAttribute("data-poll");
  const later = () => { clearTimeout(timer); if (isLive()) timer = setTimeout(turn, wait); };

  async function turn(isAsked = false) {
    clearTimeout(timer);
    if (!isLive()) return;
    const isPaused = document.hidden || isLocked() || isOffline() || board.closest("[data-dragging]") || board.querySelector("[data-dragging]");
    if (isAsking || (isPaused && isAsked !== true)) { later(); return; }
    isAsking = true;
    try {
      const headers = { "X-Clinic-Poll": "1", "X-Board-Version": board.dataset.version ?? "" };
      const response = await ask(board.dataset.poll, { headers, signal: AbortSignal.timeout(10_000) });
      if (response.status === 200) await show(response);
      wait = response.status < 500 ? pace() : Math.min(LONGEST, wait * 2);
    } catch {
      wait = Math.min(LONGEST, wait * 2);
      suspect();
    } finally {
      isAsking = false;
      later();
    }
  }

  async function show(response) {
    const html = await response.text();
    if (isDocument(html)) return;
    if (board.dataset.pollMode === "inner") board.innerHTML = html.trim();
    else board = morph(board, html);
    const version = response.headers.get("X-Board-Version");
    if (version) board.dataset.version = version;
    window.htmx?.process(board);
    board.dispatchEvent(new CustomEvent("clinic:polled", { bubbles: true }));
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) turn(); });
  for (const name of ["clinic:unlocked", "clinic:online"]) document.addEventListener(name, () => { wait = pace(); turn(); });
  if (board.id) document.body.addEventListener(`refresh-${board.id}`, () => { wait = pace(); turn(true); });
  if (board.dataset.pollMode === "inner" && !board.textContent.trim()) turn();
  else later();
});
