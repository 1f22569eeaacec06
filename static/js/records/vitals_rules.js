// The three tiers, as the server knows them: limits come as data with the form. The server checks again.

const RANK = { ok: 0, confirm: 1, red: 2, reject: 3 };
const number = (text) => (text === null ? null : Number(text));
// Sums of binary fractions: 100.4 °F must be 38 °C and not a hair more.
const tidy = (value) => Math.round(value * 1e6) / 1e6;

export function readRules(text) {
  const data = JSON.parse(text);
  const limits = data.limits.map(([vital, tier, low, lowCounts, high, highCounts, condition, lowText, highText]) => (
    { vital, tier, low: number(low), lowCounts, high: number(high), highCounts, condition, lowText, highText }));
  const vitals = {};
  for (const [code, one] of Object.entries(data.vitals)) {
    const units = one.units.map(([unit, label, factor, divisor, offset, decimals]) => (
      { code: unit, label, factor: Number(factor), divisor: Number(divisor), offset: Number(offset), decimals }));
    vitals[code] = { ...one, code, units };
  }
  const past = {};
  for (const [code, values] of Object.entries(data.past)) past[code] = values.map(([value, days]) => ({ value: Number(value), days }));
  return { limits, vitals, past, months: Number(data.months) };
}

export function parse(text) {
  const clean = text.trim().replace(",", ".");
  return /^(\d+\.?\d*|\.\d+)$/.test(clean) ? Number(clean) : NaN;
}

export const toCanonical = (unit, value) => tidy(((value - unit.offset) * unit.factor) / unit.divisor);
export const fromCanonical = (unit, value) => tidy((value * unit.divisor) / unit.factor + unit.offset);

// The worst tier that a canonical value touches.
export function judge(rules, vital, value, conditions = []) {
  let worst = { tier: "ok", text: "" };
  for (const limit of rules.limits) {
    if (limit.vital !== vital || (limit.condition && !conditions.includes(limit.condition))) continue;
    const isLow = limit.low !== null && (value < limit.low || (limit.lowCounts && value === limit.low));
    const isHigh = limit.high !== null && (value > limit.high || (limit.highCounts && value === limit.high));
    if ((isLow || isHigh) && RANK[limit.tier] > RANK[worst.tier]) worst = { tier: limit.tier, text: isLow ? limit.lowText : limit.highText };
  }
  return worst;
}

export const worse = (one, other) => (RANK[other.tier] > RANK[one.tier] ? other : one);

// Adult category, the worse of the two numbers, tested in this order.
export function pressureClass(systolic, diastolic, months) {
  if (months < 156) return "needs table";
  if (systolic > 180 || diastolic > 120) return "severe";
  if (systolic >= 140 || diastolic >= 90) return "stage 2";
  if (systolic >= 130 || diastolic >= 80) return "stage 1";
  if (systolic >= 120) return "elevated";
  return systolic < 90 || diastolic < 60 ? "low" : "normal";
}

export const bmi = (kg, cm) => kg / (cm / 100) ** 2;

export function bmiClass(value) {
  const bounds = [[18.5, "underweight"], [25, "healthy weight"], [30, "overweight"], [35, "obesity 1"], [40, "obesity 2"]];
  return (bounds.find(([bound]) => value < bound) ?? [0, "obesity 3"])[1];
}

export function weightChanges(kg, past) {
  const found = {};
  const last = past[0];
  if (last && last.days <= 730) found.weight_ratio = tidy(kg / last.value);
  if (last && last.days <= 90) {
    const change = Math.abs(kg - last.value);
    found.weight_change_kg = tidy(change);
    found.weight_change_pct = tidy((change * 100) / last.value);
  }
  const top = Math.max(0, ...past.filter((one) => one.days > 0 && one.days <= 183).map((one) => one.value));
  if (top && kg < top) found.weight_loss_pct = tidy(((top - kg) * 100) / top);
  return found;
}
