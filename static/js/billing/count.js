// The cash of a count adds up as it is typed; Enter goes to the next kind of bill or coin, as on a calculator.

import { mount } from "../mount.js";

mount("form[data-count]", (form) => {
  const sum = form.querySelector("[data-count-sum]");
  const pieces = [...form.querySelectorAll("[data-cents]")];
  if (!sum) return;

  const add = () => {
    const cents = pieces.reduce((total, field) => {
      const number = Number(field.value.trim() || 0);
      return total + (Number.isInteger(number) && number > 0 ? number * Number(field.dataset.cents) : 0);
    }, 0);
    sum.textContent = (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
  };

  form.addEventListener("input", add);
  form.addEventListener("keydown", (event) => {
    const at = pieces.indexOf(event.target);
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || at < 0) return;
    event.preventDefault();
    const next = pieces[at + 1] ?? form.querySelector("[name=check_total]");
    next.focus();
    next.select();
  });
  add();
});
