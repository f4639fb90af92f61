import assert from "node:assert/strict";
import { test } from "node:test";

import { ladder } from "../../services/vezta_stream/demo/static/terminal/ladder.js";

const level = (price, size) => ({ price, size });
const BOOK = {
  bids: [level("0.670000", "100.000000"), level("0.665000", "300.000000")],
  asks: [level("0.675000", "50.000000"), level("0.680000", "150.000000"), level("0.690000", "600.000000")],
  spread: "0.005000",
};

test("sizes add up from the best level on", () => {
  const { bids, asks } = ladder(BOOK, 2);
  assert.deepEqual(bids.map((row) => row.total), [100, 400]);
  assert.deepEqual(asks.map((row) => row.total), [50, 200]);
});

test("depth compares both sides: the larger one fills its bar", () => {
  const { bids, asks } = ladder(BOOK, 2);
  assert.deepEqual(bids.map((row) => row.depth), [0.25, 1]);
  assert.deepEqual(asks.map((row) => row.depth), [0.125, 0.5]);
});

test("what does not fit is counted", () => {
  assert.deepEqual(ladder(BOOK, 2).more, { bids: 0, asks: 1 });
});

test("spread, middle and digits belong to the view", () => {
  const view = ladder(BOOK, 2);
  assert.equal(view.spread, 5_000);
  assert.equal(view.middle, 672_500);
  assert.equal(view.digits, 1);
});

test("a one-sided book has neither spread nor middle", () => {
  const view = ladder({ bids: BOOK.bids, asks: [], spread: null }, 5);
  assert.ok(Number.isNaN(view.spread));
  assert.ok(Number.isNaN(view.middle));
  assert.deepEqual(view.asks, []);
});

test("an empty or broken book is an empty ladder", () => {
  for (const book of [{ bids: [], asks: [] }, { bids: null }]) {
    const view = ladder(book, 5);
    assert.deepEqual([view.bids, view.asks], [[], []]);
  }
});
