// <input data-combobox="url">: posts `q` while typing, shows the <li role=option data-value data-label> it gets.
// The chosen value goes into the hidden input of the same wrapper that carries `data-combobox-value`.
// Raises `clinic:chosen`, and `clinic:none` when Enter asks for something that nothing fits.
import { post, raise, reasonOf } from "./http.js";
import { mount } from "./mount.js";
import { toast } from "./toast.js";

const WAIT = 130;

mount("input[data-combobox]", (input) => {
  const wrap = input.closest(".combobox, .mb-3, .form-group") ?? input.parentElement;
  wrap.classList.add("combobox");
  const named = input.dataset.comboboxFor && input.form?.elements[input.dataset.comboboxFor];
  const value = named || wrap.querySelector("[data-combobox-value]");
  const list = document.createElement("ul");
  list.className = "combobox-list";
  list.id = `${input.id || input.name}-options`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.after(list);
  for (const [name, words] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
  })) input.setAttribute(name, words);

  let timer = 0;
  let running = null;
  let chosenLabel = input.value;
  let wantsFirst = false;
  const options = () => [...list.querySelectorAll("[data-value]:not([aria-disabled=true])")];
  const active = () => list.querySelector("[aria-selected=true]");

  function open(isOpen) {
    list.hidden = !isOpen || !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) input.removeAttribute("aria-activedescendant");
  }

  function point(option) {
    active()?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.id ||= `${list.id}-${options().indexOf(option)}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function choose(option) {
    chosenLabel = option.dataset.label ?? option.textContent.trim();
    input.value = chosenLabel;
    if (value) {
      value.value = option.dataset.value;
      value.dispatchEvent(new Event("change", { bubbles: true }));
    }
    open(false);
    raise("clinic:chosen", { value: option.dataset.value, label: chosenLabel, data: { ...option.dataset } }, input);
  }

  async function search() {
    running?.abort();
    const q = input.value.trim();
    if (q.length < Number(input.dataset.comboboxMin ?? 2)) { list.replaceChildren(); open(false); return; }
    running = new AbortController();
    try {
      const extra = input.dataset.comboboxWith ? Object.fromEntries(new URLSearchParams(input.dataset.comboboxWith)) : {};
      const response = await post(input.dataset.combobox, { q, ...extra }, { signal: running.signal });
      if (!response.ok) { toast(reasonOf(response), { tone: "soon" }); return; }
      list.innerHTML = await response.text();
      for (const option of options()) option.setAttribute("role", "option");
      point(options()[0]);
      open(document.activeElement === input);
      const isWanted = wantsFirst;
      wantsFirst = false;
      if (isWanted && options().length) choose(options()[0]);
      else if (isWanted) { open(false); raise("clinic:none", { text: q }, input); }
    } catch (error) {
      if (error.name !== "AbortError") open(false);
    }
  }

  input.addEventListener("input", () => {
    if (value && input.value !== chosenLabel) value.value = "";
    wantsFirst = false;
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; search(); }, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { open(true); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(all[(all.indexOf(active()) + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      if (!list.hidden && active()) { event.preventDefault(); choose(active()); }
      else if (timer || (value && !value.value && input.value.trim())) {
        // Typed faster than the answer came: take the first as soon as it is there.
        event.preventDefault();
        wantsFirst = true;
        clearTimeout(timer);
        timer = 0;
        search();
      }
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    }
  });
  input.addEventListener("blur", () => setTimeout(() => open(false), 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[data-value]:not([aria-disabled=true])");
    if (option) { event.preventDefault(); choose(option); }
  });
});
