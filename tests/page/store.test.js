import assert from "node:assert/strict";
import { test } from "node:test";

import { LIMITS, Store } from "../../services/vezta_stream/demo/static/terminal/store.js";

const price = (marketId, yesPrice, slug = "gold-above-900") => ({
  channel: "market:prices",
  data: { marketId, slug, yesPrice, volume24h: "10.00", source: "kalshi" },
});
const order = (status, previousStatus, orderId = "o1") => ({
  channel: "user:orders",
  data: { orderId, status, previousStatus },
});
const filled = (...messages) => {
  const store = new Store();
  for (const message of messages) store.apply(message, 0);
  return store;
};

test("a newer price replaces the older one, and the market is the same object", () => {
  const store = filled(price("m1", "0.500000"));
  const market = store.markets.get("m1");
  store.apply(price("m1", "0.510000"), 0);
  assert.equal(store.markets.get("m1"), market);
  assert.equal(market.price, 510_000);
  assert.equal(market.name, "Gold Above 900");
});

test("changes are handed out once, each market once however often it changed", () => {
  const store = filled(price("m1", "0.500000"), price("m1", "0.510000"), price("m2", "0.300000"));
  assert.deepEqual([...store.takeChanges().markets], ["m1", "m2"]);
  assert.equal(store.takeChanges().markets.size, 0);
});

test("a price that cannot be read changes nothing", () => {
  const store = filled(price("m1", "soon"));
  assert.equal(store.markets.size, 0);
  assert.equal(store.takeChanges().markets.size, 0);
});

test("only the newest book of a market is kept", () => {
  const book = (spread) => ({ channel: "market:orderbook", data: { marketId: "m1", spread } });
  const store = filled(book("0.01"), book("0.02"));
  assert.equal(store.books.get("m1").spread, "0.02");
  assert.equal(store.books.size, 1);
});

test("logs are bounded and newest first", () => {
  const store = new Store();
  for (let id = 0; id < 1000; id += 1) {
    store.apply({ channel: "market:trades", data: { id, marketId: "m1" } }, 0);
    store.apply({ channel: "monitor:signals", data: { id } }, 0);
    store.apply({ channel: "user:notifications", data: { id } }, 0);
    store.apply(order("CREATED", null, id), 0);
  }
  assert.equal(store.trades.get("m1").length, LIMITS.trades);
  assert.equal(store.signals.length, LIMITS.signals);
  assert.equal(store.notifications.length, LIMITS.notifications);
  assert.equal(store.orders.length, LIMITS.orders);
  assert.equal(store.trades.get("m1")[0].data.id, 999);
  assert.equal(store.signals[0].data.id, 999);
});

test("an order remembers the way it came", () => {
  const store = filled(order("CREATED", null), order("OPEN", "CREATED"), order("FILLED", "OPEN"));
  assert.equal(store.orders.length, 1);
  assert.equal(store.orders[0].data.status, "FILLED");
  assert.deepEqual(store.orders[0].trail, ["CREATED", "OPEN", "FILLED"]);
});

test("a step missed while offline is filled in from the previous status", () => {
  const store = filled(order("CREATED", null), order("FILLED", "OPEN"));
  assert.deepEqual(store.orders[0].trail, ["CREATED", "OPEN", "FILLED"]);
});

test("repeated partial fills are one step, and the way is bounded", () => {
  const partial = order("PARTIALLY_FILLED", "PARTIALLY_FILLED");
  assert.deepEqual(filled(partial, partial).orders[0].trail, ["PARTIALLY_FILLED"]);
  const restless = Array.from({ length: 50 }, (_, step) => order(`S${step}`, `S${step - 1}`));
  assert.equal(filled(...restless).orders[0].trail.length, LIMITS.trail);
});

test("an order keeps its place when it changes", () => {
  const store = filled(order("OPEN", null, "a"), order("OPEN", null, "b"), order("FILLED", "OPEN", "a"));
  assert.deepEqual(store.orders.map(({ id }) => id), ["b", "a"]);
});

test("logging out leaves nothing of the user, and everything else", () => {
  const store = filled(price("m1", "0.500000"), order("OPEN", null), {
    channel: "user:portfolio",
    data: { totalValue: "1.000000" },
  });
  store.forgetUser();
  assert.deepEqual([store.orders, store.portfolio, store.notifications, store.copied], [[], null, [], []]);
  assert.equal(store.markets.size, 1);
});

test("unknown channels and bodies are counted and ignored", () => {
  const store = filled({ channel: "market:moods", data: {} }, { channel: "market:prices" }, null, "x", {
    channel: "constructor",
    data: {},
  });
  assert.equal(store.received, 5);
  assert.equal(store.markets.size, 0);
});
