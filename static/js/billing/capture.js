// A diagnosis chosen from the list is added at once; the field stays where it was for the next one.

document.addEventListener("clinic:chosen", (event) => {
  const form = event.target.closest?.("form[data-choose-sends]");
  if (form) form.requestSubmit();
});
