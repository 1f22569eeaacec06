// Registration: a date of birth typed as digits gets its slashes; Ctrl+Enter sends.
import { mount } from "../mount.js";

mount("input[data-birth-date]", (input) => {
  input.addEventListener("blur", () => {
    const found = /^(\d{2})(\d{2})((?:19|20)\d{2})$/.exec(input.value.trim());
    if (found && Number(found[1]) <= 12) input.value = `${found[1]}/${found[2]}/${found[3]}`;
  });
});

mount("form.form-register, form.form-edit", (form) => {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
});
