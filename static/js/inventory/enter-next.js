// On a count sheet Enter goes down to the next line, Shift+Enter up; on the last line it goes to the button.

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || !(field instanceof HTMLInputElement)) return;
  const form = field.form;
  if (!form || !("enterNext" in form.dataset)) return;
  event.preventDefault();
  const all = [...form.querySelectorAll("input:not([type=hidden]), button[type=submit]")];
  const next = all[all.indexOf(field) + (event.shiftKey ? -1 : 1)];
  next?.focus();
  next?.select?.();
});
