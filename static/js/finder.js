// The patient finder: Ctrl+K anywhere. What is typed goes by POST, so that no name is ever in an address.
import { post, reasonOf, say } from "./http.js";

const dialog = document.querySelector("dialog[data-finder]");

function start() {
  const form = dialog.querySelector("[data-finder-form]");
  const input = form.querySelector("[name=q]");
  const results = dialog.querySelector("[data-finder-results]");
  let timer = 0;
  let running = null;
  let shownFor = "";
  let opens = false;

  const rows = () => [...results.querySelectorAll("[role=option]")];
  const active = () => results.querySelector("[role=option][aria-selected=true]");

  function open() {
    if (dialog.open || document.querySelector("dialog[data-lock][open]")) return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.removeAttribute("open");
    dialog.showModal();
    input.focus();
    input.select();
  }

  function point(row) {
    active()?.setAttribute("aria-selected", "false");
    if (!row) { input.removeAttribute("aria-activedescendant"); return; }
    row.id ||= `finder-row-${rows().indexOf(row)}`;
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", row.id);
  }

  function follow(row, event) {
    const link = row.matches("a[href]") ? row : row.querySelector("a[href]");
    const url = link?.href ?? row.dataset.href;
    if (!url) return;
    if (event?.ctrlKey || event?.metaKey) window.open(url, "_blank", "noopener");
    else location.assign(url);
  }

  async function search() {
    running?.abort();
    const q = input.value.trim();
    if (q.length < 2) { results.replaceChildren(); input.setAttribute("aria-expanded", "false"); shownFor = ""; return; }
    running = new AbortController();
    dialog.setAttribute("aria-busy", "true");
    try {
      const response = await post(dialog.dataset.url, { q }, { signal: running.signal });
      if (!response.ok) {
        if (response.status === 423) dialog.close();
        else say(results, reasonOf(response));
        return;
      }
      results.innerHTML = await response.text();
      shownFor = q;
      input.setAttribute("aria-expanded", String(rows().length > 0));
      point(rows()[0]);
      if (opens && rows().length === 1) follow(rows()[0]);
      opens = false;
    } catch (error) {
      if (error.name !== "AbortError") results.innerHTML = '<p class="finder-empty">No connection. Try again in a moment.</p>';
    } finally { dialog.removeAttribute("aria-busy"); }
  }

  input.addEventListener("input", () => { opens = false; clearTimeout(timer); timer = setTimeout(search, 110); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (active() && shownFor === input.value.trim()) follow(active());
    else { opens = true; clearTimeout(timer); search(); }
  });
  input.addEventListener("keydown", (event) => {
    const all = rows();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) point(all[(all.indexOf(active()) + step + all.length) % all.length]);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && active()) {
      event.preventDefault();
      follow(active(), event);
    }
  });
  results.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row && !event.target.closest("a[href]")) follow(row, event);
  });
  results.addEventListener("pointermove", (event) => {
    const row = event.target.closest("[role=option]");
    if (row && row !== active()) point(row);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // Names of patients do not stay in a closed box.
  dialog.addEventListener("close", () => { running?.abort(); results.replaceChildren(); input.value = ""; shownFor = ""; });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-finder-open]")) open(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
  });
}

if (dialog) start();
