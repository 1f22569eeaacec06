// Requests of our own scripts. Every one says what it is, so that the server answers a fragment or data.

export function csrf() {
  return document.body.dataset.csrf ?? "";
}

export function raise(name, detail = {}, from = document.body) {
  return from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true }));
}

// fetch with the headers our server knows. Throws only when the server cannot be reached;
// a locked session raises `clinic:locked` and a lost one `clinic:signed-out`.
export async function ask(url, { method = "GET", data, headers = {}, signal, keepalive = false, quiet = false } = {}) {
  const options = {
    method, signal, keepalive, credentials: "same-origin", cache: "no-store",
    headers: { "HX-Request": "true", "X-Requested-With": "fetch", ...headers },
  };
  if (method !== "GET") options.headers["X-CSRFToken"] = csrf();
  if (data instanceof FormData || data instanceof URLSearchParams) options.body = data;
  else if (data) {
    options.body = JSON.stringify(data);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(url, options);
  if (!quiet && response.status === 423) raise("clinic:locked");
  if (!quiet && response.status === 401) raise("clinic:signed-out");
  return response;
}

export function post(url, data = {}, options = {}) {
  const body = data instanceof FormData || data instanceof URLSearchParams ? data : new URLSearchParams(data);
  return ask(url, { method: "POST", data: body, ...options });
}

// Why the server refused, in its words: it tells our scripts by a toast in a header.
export function reasonOf(response) {
  try { return JSON.parse(response.headers.get("HX-Trigger"))["clinic:toast"].message; } catch { return ""; }
}

// One line where results would stand; nothing when there is nothing to say.
export function say(place, words) {
  if (!words) return;
  const line = document.createElement("p");
  line.className = "finder-empty";
  line.textContent = words;
  place.replaceChildren(line);
}

// A whole page came where a piece was expected: an error page, or the sign-in page.
export function isDocument(text) {
  return /^\s*<!doctype html/i.test(text);
}

export function wordsOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("[data-error-words]")?.textContent.trim() ?? "";
}
