import assert from "node:assert/strict";
import { test } from "node:test";

import * as numbers from "../../services/vezta_stream/demo/static/terminal/numbers.js";

test("a price becomes whole micros, anything else is not a number", () => {
  assert.equal(numbers.micros("0.672300"), 672_300);
  assert.equal(numbers.micros("-0.012500"), -12_500);
  for (const nothing of [undefined, null, "", "abc", 0.5]) assert.ok(Number.isNaN(numbers.micros(nothing)));
});

test("prices are shown in cents and as a chance", () => {
  assert.equal(numbers.cents(672_300), "67.2¢");
  assert.equal(numbers.cents(672_500), "67.3¢");
  assert.equal(numbers.cents(87_500, 2), "8.75¢");
  assert.equal(numbers.chance(1_000_000), "100.0%");
});

test("what is missing is shown as a dash, never as NaN", () => {
  const shown = [
    numbers.cents(NaN),
    numbers.chance(NaN),
    numbers.signedCents(NaN),
    numbers.compactDollars(undefined),
    numbers.dollars(null),
    numbers.signedDollars(undefined),
    numbers.signedPercent(""),
    numbers.quantity("abc"),
  ];
  for (const text of shown) assert.equal(text, numbers.ABSENT);
});

test("changes carry their sign, except when they round to nothing", () => {
  assert.equal(numbers.signedCents(3_200), "+0.3");
  assert.equal(numbers.signedCents(-12_500), "−1.3");
  assert.equal(numbers.signedCents(-400), "0.0");
  assert.equal(numbers.signedCents(0), "0.0");
});

test("a book gets as many digits as its finest price needs", () => {
  assert.equal(numbers.centDigits([670_000, 660_000]), 1);
  assert.equal(numbers.centDigits([670_000, 665_500]), 2);
  assert.equal(numbers.centDigits([123_456]), 4);
  assert.equal(numbers.centDigits([]), 1);
});

test("money is grouped, and signed where the sign matters", () => {
  assert.equal(numbers.dollars("4523.450000"), "$4,523.45");
  assert.equal(numbers.dollars("-5.340000"), "−$5.34");
  assert.equal(numbers.signedDollars("723.450000"), "+$723.45");
  assert.equal(numbers.signedDollars("0.000000"), "$0.00");
  assert.equal(numbers.signedPercent("-1.0100"), "−1.01%");
});

test("volumes are short, quantities exact enough", () => {
  assert.equal(numbers.compactDollars("1245678.90"), "$1.25M");
  assert.equal(numbers.compactDollars("0.00"), "$0");
  assert.equal(numbers.quantity("15234.500000"), "15,235");
  assert.equal(numbers.quantity("40.250000"), "40.25");
});

test("a direction follows the sign", () => {
  assert.deepEqual([1, -1, 0, NaN].map(numbers.direction), ["up", "down", "flat", "flat"]);
});
