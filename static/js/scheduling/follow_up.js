// The script of a follow-up call by keyboard: a digit chooses the answer, Enter goes on to the next question.
import { mount } from "../mount.js";

const TEN_WITHIN = 900;

mount("form.follow-form", (form) => {
  let one = 0;
  const isShown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const answers = (step) => [...step.querySelectorAll("input[type=radio]")];

  function choose(step, key) {
    const all = answers(step);
    let index = Number(key) - 1;
    if (step.hasAttribute("data-from-zero")) {
      index = key === "0" && Date.now() - one < TEN_WITHIN ? 10 : Number(key);
      one = key === "1" ? Date.now() : 0;
    }
    const radio = all[index];
    if (!radio) return false;
    radio.focus();
    radio.click();
    return true;
  }

  function next(from) {
    const fields = [...form.querySelectorAll("input, select, textarea, button, summary")].filter(
      (element) => isShown(element) && !element.disabled && element.type !== "hidden");
    const step = from.closest("[data-answers], fieldset") ?? from;
    const after = fields.filter((element) => element !== from && !step.contains(element)
      && (step.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING));
    const wanted = after.find((element) => element.tagName !== "SUMMARY");
    const group = wanted?.closest("[data-answers]");
    const target = group ? answers(group).find((radio) => radio.checked) ?? answers(group)[0] : wanted;
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  }

  form.querySelector("[data-to-emergency]")?.addEventListener("click", () => {
    const first = form.querySelector("#emergency input");
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  });

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target;
    const step = field.closest("[data-answers]");
    if (step && /^[0-9]$/.test(event.key) && choose(step, event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && field.matches("input, select")) {
      event.preventDefault();
      next(field);
    }
  });
});

// The first field of a call that has just been opened: how it went.
mount("form.follow-form [name=result]", (radio) => {
  const form = radio.closest("form");
  if (radio === form.querySelector("[name=result]") && !form.querySelector("[aria-invalid=true]") && document.activeElement === document.body) radio.focus();
});
