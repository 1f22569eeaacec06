// One box that ticks all of its name on the page: <input type="checkbox" data-check-all="recall">.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.checkAll;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)) box.checked = event.target.checked;
});
