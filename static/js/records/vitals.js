// The vitals form: number pad first. Enter goes down, Shift+Enter up, Ctrl+Enter saves; every number is
// judged while it is typed. What is said here the server says again.
import { mount } from "../mount.js";
import { bmi, bmiClass, fromCanonical, judge, parse, pressureClass, readRules, toCanonical, weightChanges, worse } from "./vitals_rules.js";

const OK = { tier: "ok", text: "" };

mount("form[data-vitals]", (form) => {
  const rules = readRules(form.dataset.vitals);
  const inputs = () => [...form.querySelectorAll("[data-v]")].filter((one) => one.offsetParent !== null);
  const rowOf = (input) => input.closest("[data-row]");
  const keyOf = (input) => input.dataset.keyName;
  const byKey = (key) => form.querySelector(`[data-key-name="${key}"]`);
  const confirmOf = (key) => form.querySelector(`[data-confirm-for="${key}"]`);
  const conditions = () => [form.querySelector("[data-pregnancy]")?.value].filter(Boolean);
  const said = new Map();

  function unitOf(input) {
    const vital = rules.vitals[input.dataset.v];
    const chosen = rowOf(input).querySelector("[data-unit]")?.value;
    return vital.units.find((one) => one.code === chosen) ?? vital.units[0];
  }

  function valueOf(key) {
    const input = byKey(key);
    if (!input?.value.trim()) return null;
    const typed = parse(input.value);
    return Number.isNaN(typed) ? null : toCanonical(unitOf(input), typed);
  }

  function tick(input, name) {
    return Boolean(rowOf(input).querySelector(`[name$="-${name}"]`)?.checked);
  }

  // One number: parsed, converted, judged by itself and beside the others.
  function evaluate(input) {
    const code = input.dataset.v;
    const vital = rules.vitals[code];
    const text = input.value.trim();
    if (!text) return OK;
    if (code === "acvpu") return vital.red.includes(text) ? { tier: "red", text: `${vital.label}: ${vital.codes[text]}` } : OK;
    if (code === "lmp") return lmp(text);
    if (vital.codes[text.toUpperCase()]) return vital.red.includes(text.toUpperCase()) ? { tier: "red", text: vital.codes[text.toUpperCase()] } : OK;
    const typed = parse(text);
    if (Number.isNaN(typed)) return { tier: "reject", text: `${vital.label} has to be a number` };
    if (vital.integer && !Number.isInteger(typed)) return { tier: "reject", text: `${vital.label} has to be a whole number` };
    const value = toCanonical(unitOf(input), typed);
    return worse(judge(rules, code, value, conditions()), beside(input, code, value));
  }

  function lmp(text) {
    const days = Math.floor((Date.now() - new Date(`${text}T00:00`).getTime()) / 86_400_000);
    if (days < 0) return { tier: "reject", text: "LMP can’t be in the future" };
    return judge(rules, "lmp_days", days).tier === "confirm" ? { tier: "confirm", text: `LMP ${days} days ago: ask about a pregnancy test` } : OK;
  }

  function beside(input, code, value) {
    const sequence = keyOf(input).split("-")[1];
    let worst = OK;
    const add = (vital, number) => { worst = worse(worst, judge(rules, vital, number, conditions())); };
    if (code === "systolic") {
      const diastolic = valueOf(`diastolic-${sequence}`);
      if (diastolic !== null) add("pulse_pressure", value - diastolic);
    } else if (code === "weight") {
      const changes = weightChanges(value, rules.past.weight ?? []);
      if (tick(input, "intended")) delete changes.weight_loss_pct;
      const height = valueOf("height-1") ?? rules.past.height?.[0]?.value;
      if (height) changes.bmi = bmi(value, height);
      for (const [name, number] of Object.entries(changes)) add(name, number);
    } else if ((code === "height" || code === "head") && rules.past[code]?.[0]) add(`${code}_change`, value - rules.past[code][0].value);
    else if (code === "pain" && tick(input, "chest")) worst = { tier: "red", text: "New chest pain" };
    else if (code === "glucose" && tick(input, "symptoms")) add("glucose_symptoms", value);
    return worst;
  }

  function show(row) {
    const fields = [...row.querySelectorAll("[data-v]")];
    let worst = OK;
    const texts = [];
    for (const input of fields) {
      const judged = evaluate(input);
      const key = keyOf(input);
      const before = said.get(key);
      const tickBox = confirmOf(key);
      said.set(key, judged);
      input.setAttribute("aria-invalid", String(judged.tier === "reject"));
      if (tickBox) {
        if (before && before.text !== judged.text) tickBox.checked = false;
        tickBox.closest("label").hidden = judged.tier !== "confirm";
      }
      if (judged.text) texts.push(judged);
      worst = worse(worst, judged);
    }
    const isConfirmed = worst.tier === "confirm" && fields.every((one) => said.get(keyOf(one)).tier !== "confirm" || confirmOf(keyOf(one))?.checked);
    for (const tier of ["reject", "confirm", "red", "confirmed"]) row.classList.toggle(`is-${tier}`, tier === "confirmed" ? isConfirmed : worst.tier === tier && !(tier === "confirm" && isConfirmed));
    const line = row.querySelector("[data-say]");
    // What cannot be saved comes alone; the rest is said when it is put right.
    const told = worst.tier === "reject" ? texts.filter((one) => one.tier === "reject") : texts;
    const text = [...new Set(told.map((one) => one.text.replace(/\.$/, "")))].join(". ") + (worst.tier === "red" ? " · red flag: save now, then the provider is told" : "");
    if (line.textContent !== text) line.textContent = text;
    convert(row, fields[0]);
  }

  function convert(row, input) {
    const place = row.querySelector("[data-converted]");
    if (!place) return;
    const vital = rules.vitals[input.dataset.v];
    const value = valueOf(keyOf(input));
    const other = vital.units.find((one) => one.code !== unitOf(input).code);
    place.textContent = value === null || !other ? "" : `= ${fromCanonical(other, value).toFixed(other.code === "kg" ? 2 : other.decimals)} ${other.label}`;
    const change = row.querySelector("[data-change]");
    const last = rules.past[input.dataset.v]?.[0];
    if (change && last && input.dataset.v === "weight") {
      const unit = unitOf(input);
      const gap = value === null ? 0 : fromCanonical({ ...unit, offset: 0 }, value - last.value);
      change.textContent = value === null ? "" : `${gap > 0 ? "+" : gap < 0 ? "−" : "±"}${Math.abs(gap).toFixed(1)} ${unit.label}`;
    }
  }

  function summaries() {
    const pairs = [...form.querySelectorAll("[data-pressure]")].map((row) => ({
      row, systolic: valueOf(`systolic-${row.dataset.pressure}`), diastolic: valueOf(`diastolic-${row.dataset.pressure}`),
    })).filter((one) => one.systolic !== null && one.diastolic !== null && !one.row.querySelector("[data-exclude]")?.checked);
    const last = pairs.slice(-2);
    const place = form.querySelector("[data-bp-summary]");
    if (!last.length || last.some((one) => one.systolic <= one.diastolic)) place.textContent = "";
    else {
      const mean = (name) => last.reduce((sum, one) => sum + one[name], 0) / last.length;
      const systolic = mean("systolic"), diastolic = mean("diastolic");
      const shown = last.length > 1 ? `Average of the last two ${systolic}/${diastolic} · ` : "";
      let prompt = "";
      if (pairs.length === 1 && (systolic >= 130 || diastolic >= 80 || systolic <= 90)) prompt = " · rest 5 minutes and repeat? [B]";
      else if (pairs.length === 2 && Math.abs(pairs[0].systolic - pairs[1].systolic) > 10) prompt = " · more than 10 apart: take a third [B]";
      place.textContent = `${shown}${capital(pressureClass(systolic, diastolic, rules.months))}${prompt}`;
    }
    const kg = valueOf("weight-1");
    const cm = valueOf("height-1") ?? rules.past.height?.[0]?.value ?? null;
    const body = form.querySelector("[data-bmi-summary]");
    const index = kg && cm ? bmi(kg, cm) : null;
    body.textContent = index && index >= 5 && index < 200 ? `BMI ${index.toFixed(1)}${rules.months >= 216 ? ` · ${bmiClass(index)}` : ""}` : "";
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  function refresh() { for (const row of form.querySelectorAll("[data-row]")) show(row); summaries(); }

  function go(from, step) {
    const all = inputs();
    const next = all[all.indexOf(from) + step];
    if (next) { next.focus(); next.select?.(); } else if (step > 0) form.querySelector("[data-vitals-save]").focus();
  }

  function repeat() {
    const spare = [...form.querySelectorAll("[data-pressure].is-spare")][0];
    if (!spare) return;
    spare.classList.remove("is-spare");
    spare.querySelector("[data-v]").focus();
  }

  function notDone(row) {
    const box = row.querySelector("[data-not-done]");
    if (!box) return;
    const reason = box.querySelector("[data-reason]");
    box.hidden = !box.hidden;
    if (box.hidden) { reason.value = ""; row.querySelector("[data-v]").focus(); } else {
      for (const input of row.querySelectorAll(".vital-input")) input.value = "";
      reason.focus();
    }
    refresh();
  }

  function switchUnit(row) {
    const field = row.querySelector("[data-unit]");
    if (!field) return;
    const input = row.querySelector("[data-v]");
    const units = rules.vitals[input.dataset.v].units;
    const next = units[(units.findIndex((one) => one.code === field.value) + 1) % units.length];
    field.value = next.code;
    row.querySelector("[data-unit-switch]").textContent = next.label;
    field.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { clinic: true } }));
    refresh();
  }

  function recheck(row) {
    for (const box of row.querySelectorAll("[data-confirm-for]")) if (!box.closest("label").hidden) box.checked = true;
    refresh();
    // After a save that was held back, on to the next amber number, then to the button.
    if (form.dataset.held) (unsettled() ?? form.querySelector("[data-vitals-save]")).focus();
  }

  function unsettled() {
    return inputs().find((one) => {
      const judged = said.get(keyOf(one));
      return judged?.tier === "reject" || (judged?.tier === "confirm" && !confirmOf(keyOf(one))?.checked);
    });
  }

  const keys = {
    u: (row) => switchUnit(row), x: (row) => notDone(row), r: (row) => recheck(row), b: () => repeat(),
  };

  form.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("[data-reason]")) { onReason(event, target); return; }
    if (!target.matches("[data-v]")) return;
    if (event.key === "Enter") { event.preventDefault(); go(target, event.shiftKey ? -1 : 1); return; }
    if (target.dataset.v === "systolic" && (event.key === "/" || event.key === " ")) { event.preventDefault(); event.stopPropagation(); go(target, 1); return; }
    const run = target.matches("input:not([type=date])") && keys[event.key.toLowerCase()];
    if (run) { event.preventDefault(); event.stopPropagation(); run(rowOf(target)); return; }
    const isGlucose = target.dataset.v === "glucose" && /^[lohi]$/i.test(event.key);
    if (target.matches(".vital-input:not([type=date])") && event.key.length === 1 && !/[\d.,]/.test(event.key) && !isGlucose) event.preventDefault();
  });

  function onReason(event, select) {
    if (/^[1-6]$/.test(event.key)) { event.preventDefault(); select.selectedIndex = Number(event.key); select.dispatchEvent(new Event("input", { bubbles: true })); }
    else if (event.key === "Enter") { event.preventDefault(); const fields = rowOf(select).querySelectorAll("[data-v]"); go(fields[fields.length - 1], event.shiftKey ? -1 : 1); }
    else if (event.key.toLowerCase() === "x" || event.key === "Escape") { event.preventDefault(); event.stopPropagation(); notDone(rowOf(select)); }
  }

  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("clinic:restored", () => { for (const row of form.querySelectorAll("[data-pressure].is-spare")) if ([...row.querySelectorAll(".vital-input")].some((one) => one.value)) row.classList.remove("is-spare"); refresh(); });
  form.addEventListener("focusin", (event) => { for (const row of form.querySelectorAll("[data-row].is-here")) row.classList.remove("is-here"); event.target.closest("[data-row]")?.classList.add("is-here"); });
  form.addEventListener("click", (event) => { const button = event.target.closest("[data-unit-switch]"); if (button) { switchUnit(button.closest("[data-row]")); button.closest("[data-row]").querySelector("[data-v]").focus(); } });

  // Before it is sent: to the first number that cannot be saved as it stands.
  form.addEventListener("submit", (event) => {
    refresh();
    const wrong = unsettled();
    if (!wrong) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.held = "1";
    wrong.focus();
    rowOf(wrong).classList.remove("is-nudged");
    requestAnimationFrame(() => rowOf(wrong).classList.add("is-nudged"));
  }, true);

  form.closest("details.vitals-again")?.addEventListener("toggle", () => form.querySelector("[autofocus]")?.focus());
  refresh();
  // In a panel the browser does not honor autofocus; the number pad goes to the first number.
  if (!form.closest("[data-panel]") || document.activeElement === document.body) form.querySelector("[autofocus]")?.focus();
});
