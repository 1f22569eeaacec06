// Menus, tabs, the small screen's menu, printing and going back.
import { mount } from "./mount.js";

mount("[data-nav-toggle]", (button) => {
  const nav = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const isOpen = nav.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(isOpen));
  });
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu-sheet a")) menu.removeAttribute("open");
  }
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-back]")) {
    if (history.length > 1) history.back();
    else location.assign("/");
  }
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    event.preventDefault();
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && menu.contains(document.activeElement)) {
    event.preventDefault();
    const items = [...menu.querySelectorAll(".menu-sheet :is(a, button)")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  }
});

// Tabs of a page: the panels stand below, `aria-controls` names them; the address keeps which one is open.
mount("[data-tabs]", (tabs) => {
  const all = [...tabs.querySelectorAll("[aria-controls]")];
  const choose = (tab) => {
    for (const one of all) {
      const isChosen = one === tab;
      one.setAttribute("aria-selected", String(isChosen));
      one.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls"));
      if (panel) panel.hidden = !isChosen;
    }
  };
  tabs.setAttribute("role", "tablist");
  for (const tab of all) {
    tab.setAttribute("role", "tab");
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(tab);
      history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
    });
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    choose(next);
    next.focus();
  });
  choose(all.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash) ?? all.find((tab) => tab.getAttribute("aria-selected") === "true") ?? all[0]);
});
