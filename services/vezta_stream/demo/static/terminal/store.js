// Everything the page has been told, bounded, and what of it changed since the last look. Pure.
//
// Messages only land here; views read from here once per animation frame. While the tab is hidden there
// are no frames: newer prices replace older ones and lists drop their oldest, so nothing piles up.

import { Market } from "./market.js";

export const LIMITS = {
  trades: 40, // per market
  signals: 80,
  orders: 100,
  notifications: 100,
  copied: 100,
  trail: 8, // statuses of one order
};

export class Store {
  markets = new Map(); // market id → Market
  books = new Map(); // market id → newest message
  trades = new Map(); // market id → newest first
  signals = []; // newest first
  received = 0; // messages, ever
  #serial = 0;
  #changes = new Changes();
  #handlers = new Map([
    ["market:prices", (data, now) => this.#price(data, now)],
    ["market:orderbook", (data) => this.#book(data)],
    ["market:trades", (data) => this.#trade(data)],
    ["monitor:signals", (data) => this.#log("signals", data)],
    ["user:orders", (data) => this.#order(data)],
    ["user:portfolio", (data) => this.#portfolio(data)],
    ["user:notifications", (data) => this.#log("notifications", data)],
    ["user:copy-trade", (data) => this.#log("copied", data)],
  ]);

  constructor() {
    this.forgetUser();
  }

  /** Take in the body of a `data` event that arrived at `now` (ms); ignores what it does not know. */
  apply(message, now) {
    this.received += 1;
    const data = message?.data;
    if (data === null || typeof data !== "object") return;
    this.#handlers.get(message.channel)?.(data, now);
  }

  /** Drop what belongs to the user who logged out. */
  forgetUser() {
    this.orders = []; // newest order first; each {id, data, trail}
    this.portfolio = null;
    this.notifications = [];
    this.copied = [];
    for (const what of ["orders", "portfolio", "notifications", "copied"]) this.#changes[what] = true;
  }

  /** What changed since the last call. */
  takeChanges() {
    const changes = this.#changes;
    this.#changes = new Changes();
    return changes;
  }

  #price(data, now) {
    const market = this.markets.get(data.marketId) ?? new Market(data.marketId);
    if (!market.update(data, now)) return;
    this.markets.set(market.id, market);
    this.#changes.markets.add(market.id);
  }

  #book(data) {
    this.books.set(data.marketId, data);
    this.#changes.books.add(data.marketId);
  }

  #trade(data) {
    const trades = this.trades.get(data.marketId) ?? [];
    this.trades.set(data.marketId, trades);
    prepend(trades, this.#numbered(data), LIMITS.trades);
    this.#changes.trades.add(data.marketId);
  }

  #log(name, data) {
    prepend(this[name], this.#numbered(data), LIMITS[name]);
    this.#changes[name] = true;
  }

  #order(data) {
    let order = this.orders.find((known) => known.id === data.orderId);
    if (!order) {
      order = { id: data.orderId, trail: [] };
      prepend(this.orders, order, LIMITS.orders);
    }
    order.data = data;
    extend(order.trail, [data.previousStatus, data.status]);
    this.#changes.orders = true;
  }

  #portfolio(data) {
    this.portfolio = data;
    this.#changes.portfolio = true;
  }

  // Not every message of a log has an id of its own; lists need one.
  #numbered(data) {
    this.#serial += 1;
    return { serial: this.#serial, data };
  }
}

/** Ids of what changed per market, and yes or no for the rest. */
class Changes {
  markets = new Set();
  books = new Set();
  trades = new Set();
  signals = false;
  orders = false;
  portfolio = false;
  notifications = false;
  copied = false;
}

// The previous status is new to us when the order is, or when something was missed while offline.
function extend(trail, statuses) {
  for (const status of statuses) {
    if (status && trail.at(-1) !== status) trail.push(status);
  }
  trail.splice(0, trail.length - LIMITS.trail);
}

function prepend(list, item, limit) {
  list.unshift(item);
  if (list.length > limit) list.length = limit;
}
