// <button data-copy="id"> puts the value of that field into the clipboard, or selects it where the browser keeps that shut.
import { mount } from "./mount.js";
import { toast } from "./toast.js";

mount("[data-copy]", (button) => button.addEventListener("click", async () => {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast("Copied.", { tone: "done" });
  } catch {
    toast("Press Ctrl+C to copy it.", { tone: "soon" });
  }
}));
