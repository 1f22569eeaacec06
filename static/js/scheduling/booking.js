// The booking dialog: facts about the chosen patient, the next six openings, and the way through it by keyboard:
// three letters, Enter, type, Enter, 1, Enter.
import { post } from "../http.js";
import { mount } from "../mount.js";
import { openingOf, sayTaken, submitOf } from "./choose.js";
import { giveUp, keep } from "./keeping.js";

const ASKED = ["patient", "visit_type", "provider", "location", "visit", "add_ons", "part", "weekday", "anywhere"];
const CHANGES = new Set(ASKED);

export function asked(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (CHANGES.has(name) && value) body.append(name, value);
  return body;
}

function data(form) {
  const body = asked(form);
  const day = form.elements.day;
  if (day?.value && !form.elements.clock?.value) body.set("from", day.value);
  return body;
}

async function loadOpenings(form) {
  const box = form.querySelector("[data-openings]");
  if (!box || !form.dataset.booking) return;
  form.openingsAsked?.abort();
  form.openingsAsked = new AbortController();
  box.classList.add("is-busy");
  try {
    const response = await post(form.dataset.booking, data(form), { signal: form.openingsAsked.signal });
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-openings]");
    const held = box.contains(document.activeElement);
    if (fresh) box.replaceWith(fresh);
    if (held) openingOf(form)?.focus();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    box.classList.remove("is-busy");
  }
}

// The chosen time went to somebody else in the meantime. Whoever has gone on typing elsewhere is left there.
async function lookAnew(form, words) {
  const isWaiting = !form.dataset.busy && document.activeElement?.matches("[data-submit], [data-openings] *, body");
  await loadOpenings(form);
  if (form.isConnected && !form.querySelector("input[name=slot]:checked")) sayTaken(form, words, isWaiting);
}

async function loadFacts(form, field) {
  const line = form.querySelector("[data-patient-line]");
  if (!line || !field.dataset.patientFacts) return;
  const response = await post(field.dataset.patientFacts, { patient: field.value });
  if (response.ok) line.innerHTML = await response.text();
}

// Nobody on file fits what was typed: Enter opens the six fields with the name in them. "Last, First" is read as such.
function registerHere(form, text) {
  const section = form.querySelector("[data-new-patient]");
  if (!section || !/^[^\d@]+$/.test(text)) return;
  const [left, right] = text.includes(",") ? text.split(",", 2).reverse() : text.split(/\s+(.*)/s);
  section.open = true;
  form.elements.patient_search.value = "";
  form.elements.new_first_name.value = left.trim();
  form.elements.new_last_name.value = (right ?? "").trim();
  (right?.trim() ? form.elements.new_birth_date : form.elements.new_last_name).focus();
}

mount("form[data-booking]", (form) => {
  const patient = form.elements.patient;
  form.addEventListener("change", (event) => {
    const { name } = event.target;
    if (name === "patient" && patient.value) loadFacts(form, patient);
    if (CHANGES.has(name) || event.target.matches("[data-from-day]")) loadOpenings(form);
    if (name === "slot") keep(form, asked(form)).then((words) => words && lookAnew(form, words));
  });
  // Closing the dialog gives the time back; booking has taken it already.
  form.addEventListener("clinic:saved", () => { form.dataset.booked = "1"; });
  form.closest("dialog")?.addEventListener("close", () => giveUp(form));
  form.addEventListener("click", (event) => {
    const known = event.target.closest("[data-use-patient]");
    if (!known) return;
    patient.value = known.dataset.usePatient;
    form.elements.patient_search.value = known.dataset.label;
    const section = form.querySelector("[data-new-patient]");
    for (const field of section.querySelectorAll("input, select")) {
      if (field.type === "checkbox") field.checked = false; else field.value = "";
    }
    section.open = false;
    patient.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("clinic:none", (event) => registerHere(form, event.detail.text));
  form.addEventListener("clinic:chosen", () => form.elements.visit_type?.focus?.());
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    const { name } = event.target;
    if (name === "visit_type" || name === "provider") {
      event.preventDefault();
      const next = openingOf(form) ?? submitOf(form);
      next?.focus();
    } else if (event.target.matches("[data-from-day]")) {
      event.preventDefault();
      loadOpenings(form).then(() => openingOf(form)?.focus());
    }
  });
  if (patient?.value && form.elements.visit_type?.matches("select") && !form.querySelector("[data-form-summary]")) {
    form.elements.visit_type.focus();
  }
});
