// Sends a form once more the way it was sent first: by the same button, and without asking again.
const buttons = new WeakMap();
const again = new WeakSet();

document.addEventListener("submit", (event) => buttons.set(event.target, event.submitter), true);

export function resend(form) {
  const button = buttons.get(form);
  again.add(form);
  form.requestSubmit(button?.isConnected && button.form === form ? button : null);
  again.delete(form);
}

export const isResent = (form) => again.has(form);

// htmx takes the button's value only while it has the focus.
export function addButton(form, parameters) {
  const button = buttons.get(form);
  if (button?.name && button.form === form && !(button.name in parameters)) parameters[button.name] = button.value;
}
