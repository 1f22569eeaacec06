// Choosing one of the openings by keyboard, wherever they stand: the number of an opening, or Enter on the one in focus,
// chooses it and goes on to the button, so that one more Enter sends the form.
import { mount } from "../mount.js";

const NUMBERS = "select, button, [type=radio], [type=checkbox], [data-form-summary]";

export const submitOf = (form) => form.querySelector("[data-submit]");
const openings = (form) => [...form.querySelectorAll("[data-openings] input[name=slot]")];
// The one that is chosen, else the first that may be.
export const openingOf = (form) => form.querySelector("input[name=slot]:checked") ?? openings(form)[0];

// What was typed as another time would be read before the button: the last that somebody did counts.
function chosen(form) {
  const { clock } = form.elements;
  if (clock) clock.value = "";
  form.querySelector("[data-taken]")?.remove();
  submitOf(form)?.focus();
}

function typed(form, field) {
  const taken = form.querySelector("[data-taken-time]");
  if (field.name === "clock" && field.value) for (const radio of form.querySelectorAll("input[name=slot]")) radio.checked = false;
  // "Book all the same" means the time that was taken, unless another was chosen since.
  if (field.name === "overbook_reason" && taken && !form.querySelector("input[name=slot]:checked")) taken.checked = true;
}

// Somebody was faster: says who and when, and puts the focus on the first time that is still free. Nothing is chosen.
export function sayTaken(form, words, hasFocus = true) {
  const box = form.querySelector("[data-openings]");
  if (!box) return;
  const first = openings(form)[0];
  const line = form.querySelector("[data-taken]") ?? document.createElement("p");
  line.dataset.taken = "";
  line.className = "openings-taken";
  line.setAttribute("role", "alert");
  line.textContent = `${words} ${first ? "Choose another: its number, or Enter for the first." : "Nothing else was found."}`;
  box.before(line);
  if (hasFocus) first?.focus();
}

mount("[data-openings]", (box) => {
  const form = box.closest("form");
  if (!form || form.dataset.chooses) return;
  form.dataset.chooses = "1";
  form.addEventListener("change", (event) => { if (event.target.name === "slot") chosen(form); });
  form.addEventListener("input", (event) => typed(form, event.target));
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target;
    let choice = null;
    if (event.key === "Enter" && field.matches("[data-openings] input[name=slot]:not(:checked)")) choice = field;
    else if (/^[1-6]$/.test(event.key) && field.matches(NUMBERS)) choice = form.querySelector(`[data-openings] [data-key="${event.key}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.click();
  });
});
