// Forms of the app are sent by htmx: errors come back in place, a lost network or a lock loses nothing.
// `data-plain` leaves a form to the browser; `data-quick` keeps the page whatever the answer.
import { mount } from "./mount.js";
import { isOffline, suspect, waits, whenOnline } from "./offline.js";
import { isResent, resend } from "./resend.js";
import { toast } from "./toast.js";

const OWN = ["hx-post", "hx-put", "hx-patch", "hx-delete", "hx-get"];

function enhance(form) {
  const isOurs = document.body.classList.contains("app") && !form.matches("[data-plain], [target], [data-unlock]")
    && !form.closest("[data-menu], .lock, .finder");
  if (!isOurs || OWN.some((name) => form.hasAttribute(name))) return;
  const place = [".dialog-slot", "[data-panel]", ".page-content"].find((one) => form.closest(one));
  const home = place ? form.closest(place) : document.querySelector(".page-content");
  if (!home) return;
  const frame = form.closest("[data-dialog-frame]");
  const path = form.getAttribute("action") || frame?.dataset.dialogUrl
    || form.closest("[data-panel]")?.getAttribute("hx-get") || location.pathname + location.search;
  form.setAttribute("hx-post", path);
  form.setAttribute("hx-swap", "innerHTML show:none");
  if (form.enctype === "multipart/form-data") form.setAttribute("hx-encoding", "multipart/form-data");
  const isQuick = form.matches("[data-quick]") || (!home.matches(".dialog-slot") && form.closest("[data-poll]"));
  if (isQuick) form.setAttribute("hx-swap", "none");
  form.setAttribute("hx-target", place ? `closest ${place}` : ".page-content");
  // A write of the whole page answers with an address to go on to; a piece of a page stays where it is.
  if (!isQuick && home.matches(".page-content")) form.setAttribute("hx-headers", '{"X-Clinic-Page": "1"}');
  window.htmx.process(form);
}

mount("form[method=post]", (form) => {
  enhance(form);
  form.addEventListener("submit", (event) => onSubmit(event, form), true);
});

function onSubmit(event, form) {
  const asked = event.submitter?.dataset.confirm || form.dataset.confirm;
  // A native question: it cannot be missed, and it stops the keyboard too.
  if (asked && !isResent(form) && !window.confirm(asked)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.dataset.busy) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

// Busy only when it really goes: sent by htmx or by the browser, not taken over by a script of its own.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const isSent = OWN.some((name) => form.hasAttribute(name)) || !event.defaultPrevented;
  if (form.matches("form[method=post]") && isSent && form.dataset.plain === undefined) busy(form, true, event.submitter);
});
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-busy]")) busy(form, false); });

function busy(form, isBusy, submitter) {
  if (isBusy) form.dataset.busy = "1";
  else delete form.dataset.busy;
  form.setAttribute("aria-busy", String(isBusy));
  const button = submitter ?? form.querySelector("[type=submit], button:not([type])");
  if (isBusy) button?.classList.add("is-busy");
  else for (const element of form.querySelectorAll(".is-busy")) element.classList.remove("is-busy");
}

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form?.matches?.("form")) return;
  if (event.detail.xhr?.getResponseHeader?.("HX-Redirect")) form.dispatchEvent(new CustomEvent("clinic:leaving", { bubbles: true }));
  else busy(form, false);
});

// The network went away, before or in the middle: the form waits and is then sent as it stands. Whether the server
// had acted already does not matter: the form's key makes it count once.
const TRIES = 5;
const PAUSE = 1000;
const waiting = new Map();

function sendLater(form) {
  if (waiting.get(form)?.isQueued) return;
  const tries = (waiting.get(form)?.tries ?? 0) + 1;
  if (tries > TRIES) {
    // The server can be reached, and yet this does not get through.
    waiting.delete(form);
    waits(waiting.size);
    toast("Still no answer. What you typed is here; save it again in a moment.", { tone: "danger" });
    return;
  }
  waiting.set(form, { tries, isQueued: true });
  waits(waiting.size);
  if (tries === 1) toast("Saving waits for the connection and then goes on by itself.", { tone: "soon" });
  suspect();
  setTimeout(() => whenOnline(() => goOn(form)), tries === 1 ? 0 : PAUSE * 2 ** (tries - 2));
}

function goOn(form) {
  if (!form.isConnected) { done(form); return; }
  waiting.set(form, { ...waiting.get(form), isQueued: false });
  busy(form, false);
  resend(form);
}

function done(form) {
  if (waiting.delete(form)) waits(waiting.size);
}

function failed(event) {
  const form = event.detail.elt;
  if (form?.matches?.("form[method=post]")) sendLater(form);
}
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);
document.addEventListener("htmx:afterOnLoad", (event) => done(event.detail.elt));
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form?.matches?.("form[method=post]")) return;
  if (isOffline() || waiting.get(form)?.isQueued) {
    event.preventDefault();
    busy(form, false);
    sendLater(form);
  }
});

// Unsaved changes of a page: the browser asks before it leaves. Dialogs ask by themselves.
const touched = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[method=post]");
  if (event.isTrusted && form && !form.closest("dialog") && !form.matches("[data-no-guard], [data-quick]")) touched.add(form);
});
const clean = (event) => { const form = event.target.closest?.("form"); if (form) touched.delete(form); };
document.addEventListener("clinic:leaving", clean);
document.addEventListener("clinic:saved", clean);
document.addEventListener("reset", clean);
addEventListener("beforeunload", (event) => {
  const open = [...touched].some((form) => form.isConnected && !form.dataset.busy);
  if (open && document.body.classList.contains("app")) event.preventDefault();
});

// After an answer with errors: to where it is answered, the first wrong field or the summary.
document.addEventListener("htmx:afterSettle", (event) => {
  const order = ["[data-answer-here]", "[aria-invalid=true]", "[data-form-summary]"];
  const wrong = order.map((one) => event.detail.target?.querySelector?.(one)).find(Boolean);
  if (wrong && event.detail.xhr?.status >= 400) wrong.focus();
});

// A wheel over a number must never change it; a paste may carry spaces and commas.
document.addEventListener("wheel", (event) => {
  if (event.target.matches?.("input[type=number]:focus")) event.target.blur();
}, { passive: true });
mount("input[inputmode=decimal], input[inputmode=numeric]", (input) => {
  input.addEventListener("paste", (event) => {
    const words = event.clipboardData?.getData("text") ?? "";
    const number = words.trim().replace(/^\$/, "").replace(/(?<=\d),(?=\d{3})/g, "");
    if (number === words) return;
    event.preventDefault();
    input.setRangeText(number, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
