// The chosen opening is kept for this dialog while somebody is on the phone: five minutes, seen by the others.
// Requests follow one another, so that the last choice is the one that is kept.
import { post } from "../http.js";

const queue = new WeakMap();

// Answers with words when the time is gone and the openings want to be looked up again, else with nothing.
export function keep(form, body) {
  const call = form.elements.form_key?.value;
  const slot = new FormData(form).get("slot");
  if (!form.dataset.keep || !call || !slot) return Promise.resolve("");
  body.set("form_key", call);
  body.set("slot", slot);
  const before = queue.get(form) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(() => ask(form, body));
  queue.set(form, mine);
  return mine;
}

async function ask(form, body) {
  const response = await post(form.dataset.keep, body);
  if (!form.isConnected) {
    giveUp(form);
    return "";
  }
  const line = form.querySelector("[data-kept]");
  form.dataset.kept = response.ok ? "1" : "";
  const words = (await response.json().catch(() => ({}))).words ?? "";
  const isGone = response.status === 409;
  if (line) line.textContent = isGone ? "" : words;
  return isGone ? words || "That time has just been taken." : "";
}

export function giveUp(form) {
  const call = form.elements.form_key?.value;
  if (!form.dataset.giveUp || !call || !queue.has(form) || form.dataset.booked) return;
  post(form.dataset.giveUp, { form_key: call }, { keepalive: true }).catch(() => {});
}
