import assert from "node:assert/strict";
import { test } from "node:test";

import {
  matches,
  nextSort,
  searchWords,
  sorted,
  unmoved,
} from "../../services/vezta_stream/demo/static/terminal/ordering.js";

const market = (id, rest = {}) => ({ id, name: id, searchText: id, source: "kalshi", volume: 0, ...rest });
const ids = (markets) => markets.map(({ id }) => id);

test("a first click sorts by the highest, a second one turns it round, names start with A", () => {
  const byPrice = nextSort({ column: "volume", descending: true }, "price");
  assert.deepEqual(byPrice, { column: "price", descending: true });
  assert.deepEqual(nextSort(byPrice, "price"), { column: "price", descending: false });
  assert.deepEqual(nextSort(byPrice, "name"), { column: "name", descending: false });
});

test("markets are sorted by a figure, unknown ones last, equal ones by name", () => {
  const markets = [
    market("b", { volume: 1 }),
    market("none", { volume: NaN }),
    market("a", { volume: 1 }),
    market("c", { volume: 9 }),
  ];
  assert.deepEqual(ids(sorted(markets, { column: "volume", descending: true })), ["c", "a", "b", "none"]);
});

test("names sort as people count", () => {
  const markets = ["gold 1000", "gold 900", "brent 70"].map((name) => market(name));
  const byName = { column: "name", descending: false };
  assert.deepEqual(ids(sorted(markets, byName)), ["brent 70", "gold 900", "gold 1000"]);
});

test("sorting leaves the list it was given alone", () => {
  const markets = [market("b"), market("a")];
  sorted(markets, { column: "name", descending: false });
  assert.deepEqual(ids(markets), ["b", "a"]);
});

test("a market matches when every word occurs and the source is right", () => {
  const gold = market("gold above 900");
  assert.ok(matches(gold, { words: searchWords(" ABOVE gold "), source: "" }));
  assert.ok(!matches(gold, { words: ["gold", "silver"], source: "" }));
  assert.ok(!matches(gold, { words: [], source: "polymarket" }));
});

test("one item that moves is the only one touched, in either direction", () => {
  assert.deepEqual([...unmoved([1, 2, 3, 4], [2, 3, 4, 1])].sort(), [2, 3, 4]);
  assert.deepEqual([...unmoved([1, 2, 3, 4], [4, 1, 2, 3])].sort(), [1, 2, 3]);
});

test("new items are never among those that stay", () => {
  assert.deepEqual([...unmoved([], [1, 2])], []);
  assert.deepEqual([...unmoved([1, 2], [3, 1, 4, 2])].sort(), [1, 2]);
});

test("moving the others between those that stay gives the wanted order, whatever it is", () => {
  for (let round = 0; round < 200; round += 1) {
    const wanted = shuffled(12, round);
    const list = shuffled(12, round * 31 + 7).filter((item) => item % 5 !== round % 5);
    const stay = unmoved(list, wanted);
    assert.deepEqual(list.filter((item) => stay.has(item)), wanted.filter((item) => stay.has(item)));
  }
});

// Deterministic: the same seed gives the same order.
function shuffled(length, seed) {
  let state = seed + 1;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length }, (_, item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
