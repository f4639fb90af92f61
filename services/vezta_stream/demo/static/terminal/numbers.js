// Numbers of the contract (decimal strings) and how the page writes them. Pure.
//
// Prices are handled as micros: whole millionths of a dollar, which is what six decimals hold.

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const HUNDREDTHS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const MONEY = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const COMPACT = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumSignificantDigits: 3,
});

const MICROS_PER_CENT = 10_000;
const MINUS = "\u2212";
export const ABSENT = "\u2013";

/** Millionths as a whole number; NaN for anything that is not a decimal string. */
export function micros(text) {
  return typeof text === "string" && text !== "" ? Math.round(Number(text) * 1e6) : NaN;
}

/** 672300 → "67.2¢". */
export function cents(value, digits = 1) {
  return Number.isFinite(value) ? `${inCents(value, digits)}¢` : ABSENT;
}

/** 672300 → "67.2%": what a price says about the odds. */
export function chance(value) {
  return Number.isFinite(value) ? `${inCents(value, 1)}%` : ABSENT;
}

/** A price change in cents with its sign: −12500 → "−1.3"; "0.0" when it rounds to nothing. */
export function signedCents(value) {
  if (!Number.isFinite(value)) return ABSENT;
  const text = inCents(Math.abs(value), 1);
  return Number(text) === 0 ? text : sign(value) + text;
}

/** How many digits behind the cent these prices need, from 1 to 4. */
export function centDigits(values) {
  for (let digits = 1; digits < 4; digits += 1) {
    const unit = MICROS_PER_CENT / 10 ** digits;
    if (values.every((value) => value % unit === 0)) return digits;
  }
  return 4;
}

/** "1245678.90" → "$1.25M". */
export function compactDollars(text) {
  const value = decimal(text);
  return Number.isFinite(value) ? `$${COMPACT.format(value)}` : ABSENT;
}

/** "4523.450000" → "$4,523.45". */
export function dollars(text) {
  const value = decimal(text);
  if (!Number.isFinite(value)) return ABSENT;
  return `${value < 0 ? MINUS : ""}$${MONEY.format(Math.abs(value))}`;
}

/** "723.450000" → "+$723.45". */
export function signedDollars(text) {
  return decimal(text) > 0 ? `+${dollars(text)}` : dollars(text);
}

/** "19.0382" → "+19.04%". */
export function signedPercent(text) {
  const value = decimal(text);
  if (!Number.isFinite(value)) return ABSENT;
  return `${sign(value)}${MONEY.format(Math.abs(value))}%`;
}

/** Shares: "15234.500000" → "15,235", "40.250000" → "40.25". */
export function quantity(text) {
  const value = decimal(text);
  if (!Number.isFinite(value)) return ABSENT;
  return (value >= 1000 ? WHOLE : HUNDREDTHS).format(value);
}

/** "up", "down" or "flat": what colours follow. */
export function direction(value) {
  if (value > 0) return "up";
  return value < 0 ? "down" : "flat";
}

/** A decimal string as a number that is good enough to show; NaN when it is none. */
export function decimal(text) {
  return typeof text === "string" && text !== "" ? Number(text) : NaN;
}

function inCents(value, digits) {
  const unit = MICROS_PER_CENT / 10 ** digits;
  return (Math.round(value / unit) / 10 ** digits).toFixed(digits);
}

function sign(value) {
  if (value > 0) return "+";
  return value < 0 ? MINUS : "";
}
