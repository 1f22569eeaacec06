// A keyboard-wedge scanner types the carton's barcode and Enter. Ask the server what it says, fill the
// form in, and go to the first field that still needs a person. Without this script the fields are typed.
import { post } from "../http.js";

const fields = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];

function set(form, name, value) {
  // By namedItem: `elements.item` is the collection's own method, not our field of that name.
  const field = form.elements.namedItem(name);
  if (!field || !value) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// False when the carton's lot is not on any shelf that one may take from, or not on file at all.
function chooseShelf(form, found) {
  const shelf = form.elements.namedItem("shelf");
  if (!shelf || !found.lot_number) return true;
  const option = found.lot && [...shelf.options].find((one) => one.value.startsWith(`${found.lot}:`));
  if (option) shelf.value = option.value;
  return Boolean(option);
}

function say(form, words, isWrong = false) {
  const place = form.querySelector("[data-scan-said]");
  if (!place) return;
  place.textContent = words;
  place.classList.toggle("is-wrong", isWrong);
}

async function read(form, field) {
  const answer = await post(field.dataset.scan, { text: field.value }, { headers: { Accept: "application/json" } });
  if (answer.status === 423 || answer.status === 401) return;
  const found = await answer.json();
  if (found.error) {
    say(form, found.error, true);
    field.select();
    return;
  }
  set(form, "item", found.item);
  set(form, "lot_number", found.lot_number);
  set(form, "expires_on", found.expires_on);
  const isThere = chooseShelf(form, found);
  const lot = found.lot_number ? `, lot ${found.lot_number}` : "";
  say(form, isThere ? `${found.item_name}${lot}` : `${found.item_name}${lot}: this lot is not on a shelf to take from`, !isThere);
  const next = fields(form).find((one) => one !== field && !one.value) ?? form.elements.namedItem("quantity") ?? fields(form).at(-1);
  next?.focus();
  next?.select?.();
}

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || !field.dataset.scan || !field.value.trim()) return;
  event.preventDefault();
  read(field.form, field).catch(() => say(field.form, "The server did not answer. Fill in the fields below.", true));
});
