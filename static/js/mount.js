// mount(selector, run): run(element) once for each element, now and whenever one is put into the page.

const mounts = [];
const seen = new WeakMap();

function visit(root) {
  for (const [selector, run] of mounts) {
    if (root.matches?.(selector)) once(root, run);
    for (const element of root.querySelectorAll?.(selector) ?? []) once(element, run);
  }
}

function once(element, run) {
  const done = seen.get(element) ?? new Set();
  if (done.has(run)) return;
  done.add(run);
  seen.set(element, done);
  run(element);
}

export function mount(selector, run) {
  mounts.push([selector, run]);
  for (const element of document.querySelectorAll(selector)) once(element, run);
}

new MutationObserver((records) => {
  for (const record of records) {
    for (const node of record.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) visit(node);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
