// The finder as a page: results as one types, by POST; arrows choose, Enter opens.
import { post, reasonOf, say } from "../http.js";
import { mount } from "../mount.js";

mount("form[data-find]", (form) => {
  const input = form.querySelector("[name=q]");
  const results = document.querySelector("[data-find-results]");
  let timer = 0;
  let running = null;
  let shownFor = "";
  let opens = false;
  const rows = () => [...results.querySelectorAll("[role=option]")];
  const active = () => results.querySelector("[aria-selected=true]");

  function point(row) {
    active()?.setAttribute("aria-selected", "false");
    if (!row) { input.removeAttribute("aria-activedescendant"); return; }
    row.id ||= `find-row-${rows().indexOf(row)}`;
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", row.id);
  }

  async function search() {
    running?.abort();
    const q = input.value.trim();
    if (q.length < 2) { results.replaceChildren(); shownFor = ""; input.setAttribute("aria-expanded", "false"); return; }
    running = new AbortController();
    try {
      const response = await post(form.dataset.find, { q }, { signal: running.signal });
      if (!response.ok) { say(results, reasonOf(response)); return; }
      results.innerHTML = await response.text();
      shownFor = q;
      input.setAttribute("aria-expanded", String(rows().length > 0));
      point(rows()[0]);
      if (opens && rows().length === 1) location.assign(rows()[0].href);
      opens = false;
    } catch (error) {
      if (error.name !== "AbortError") results.innerHTML = '<p class="finder-empty">No connection. Try again in a moment.</p>';
    }
  }

  input.addEventListener("input", () => { opens = false; clearTimeout(timer); timer = setTimeout(search, 110); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (active() && shownFor === input.value.trim()) location.assign(active().href);
    else { opens = true; clearTimeout(timer); search(); }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = rows();
    const step = event.key === "ArrowDown" ? 1 : -1;
    if (all.length) point(all[(all.indexOf(active()) + step + all.length) % all.length]);
  });
  if (input.value && !rows().length) search();
});
