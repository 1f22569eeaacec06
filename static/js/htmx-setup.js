// What htmx needs to know about our server: the token, who made a request, and answers that are no fragment.
import { csrf, isDocument, raise, wordsOf } from "./http.js";
import { addButton, resend } from "./resend.js";
import { toast } from "./toast.js";

const GENERAL = "That did not work. Nothing was changed; what you typed is still here.";

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers, parameters, triggeringEvent, verb } = event.detail;
  if (triggeringEvent?.type === "submit") addButton(elt, parameters);
  if (verb !== "get") {
    headers["X-CSRFToken"] = csrf();
    if ("csrfmiddlewaretoken" in parameters) parameters.csrfmiddlewaretoken = csrf();
  }
  headers["HX-Current-URL-Abs-Path"] = location.pathname + location.search;
  // Nobody did anything: a timer or the page itself asked. It must not put off the idle lock.
  if (!triggeringEvent && verb === "get") headers["X-Clinic-Poll"] = "1";
});

function movedTo(xhr, path) {
  if (!xhr.responseURL) return "";
  const asked = new URL(path, location.href);
  const got = new URL(xhr.responseURL, location.href);
  return asked.pathname === got.pathname ? "" : got.href;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, target } = event.detail;
  const text = xhr.responseText ?? "";
  if (xhr.status === 423) {
    event.detail.shouldSwap = false;
    raise("clinic:locked", { retry: () => again(requestConfig, target) });
    return;
  }
  if (xhr.status === 401) {
    event.detail.shouldSwap = false;
    return;
  }
  // The view redirected: go there, so that the address names what is shown.
  const moved = requestConfig.verb !== "get" && xhr.status < 400 && movedTo(xhr, requestConfig.path);
  if (moved) {
    event.detail.shouldSwap = false;
    raise("clinic:leaving", {}, requestConfig.elt);
    location.assign(moved);
    return;
  }
  if (isDocument(text)) {
    event.detail.shouldSwap = false;
    if (xhr.status >= 400) toast(wordsOf(text) || GENERAL, { tone: "danger" });
    else location.assign(xhr.responseURL || requestConfig.path);
    return;
  }
  if (xhr.status >= 400 && !text.trim()) event.detail.shouldSwap = false;
});

// A part of the page that cannot be loaded says so where it would stand, and offers to try again.
function failedPart(panel, words) {
  const note = document.createElement("div");
  note.className = "panel-fault";
  note.setAttribute("role", "status");
  const text = document.createElement("span");
  text.textContent = words;
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "btn btn-sm";
  retry.textContent = "Try again";
  retry.addEventListener("click", () => window.htmx.ajax("GET", panel.getAttribute("hx-get"), { source: panel, target: panel }));
  note.append(text, retry);
  panel.replaceChildren(note);
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  if (requestConfig.verb === "get" && ![401, 423].includes(xhr.status)) {
    const words = xhr.status === 403 ? "Your role does not open this part." : "This part could not be loaded.";
    if (elt.matches("[data-panel]")) failedPart(elt, words);
    else if (!(xhr.responseText ?? "").trim()) toast(words, { tone: "soon" });
    return;
  }
  const isTold = xhr.getResponseHeader("HX-Trigger") || (xhr.responseText ?? "").trim();
  if (!isTold && xhr.status !== 423 && xhr.status !== 401) toast(GENERAL, { tone: "danger" });
});

// htmx notes the address of the page in the browser, history or not; nothing of ours is kept there.
sessionStorage.removeItem("htmx-current-path-for-history");

// Send a refused request once more, the way it was sent first.
export function again(config, target) {
  const { elt, verb, path, parameters, headers } = config;
  if (!elt?.isConnected) return;
  if (elt.matches("form")) {
    resend(elt);
    return;
  }
  window.htmx.ajax(verb.toUpperCase(), path, { source: elt, target, values: parameters, headers });
}

// One thin line at the top says that work goes on when it takes longer than 300 ms.
let open = 0;
const working = (change) => {
  open = Math.max(0, open + change);
  document.documentElement.classList.toggle("is-working", open > 0);
};
const line = document.createElement("div");
line.className = "progress-line";
line.setAttribute("aria-hidden", "true");
document.body.append(line);
document.addEventListener("htmx:beforeSend", () => working(1));
document.addEventListener("htmx:afterRequest", () => working(-1));
