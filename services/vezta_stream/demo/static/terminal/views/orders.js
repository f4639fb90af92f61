// The user's orders, each with the way it has come.

import { byId, clone, setAttribute, setMarketLink, setShare, setText } from "../dom.js";
import { cents, decimal, dollars, micros, quantity } from "../numbers.js";
import { clock, fullTime, label, title } from "../words.js";
import { KeyedList } from "./keyed_list.js";

// Shorter than the statuses' own names: several of them stand in a line.
const STEPS = { SUBMITTING: "Sent", PARTIALLY_FILLED: "Partial" };

export class Orders {
  #list = new KeyedList({
    container: byId("orders"),
    empty: byId("orders-empty"),
    create: () => orderRow(),
  });

  render(store) {
    this.#list.show(store.orders, (order) => order.id);
  }
}

function orderRow() {
  const row = clone("order-row");
  return { element: row.element, update: (order) => showOrder(row, order) };
}

function showOrder({ element, fields }, { id, data, trail }) {
  setAttribute(element, "data-order-id", id);
  setAttribute(element, "data-status", data.status);
  setText(fields.time, clock(data.updatedAt, Date.now()));
  setAttribute(fields.time, "datetime", data.updatedAt);
  setAttribute(fields.time, "title", fullTime(data.updatedAt));
  setText(fields.market, title(data.marketSlug || data.marketId));
  setMarketLink(fields.market, data.marketId);
  showSide(fields.side, data);
  setText(fields.kind, [data.type, data.source === "manual" ? "" : data.source].filter(Boolean).join(" · "));
  setText(fields.price, cents(micros(data.avgFillPrice ?? data.price)));
  setAttribute(fields.price, "title", data.avgFillPrice ? "Average fill price" : "Order price");
  showFill(fields, data);
  setText(fields.total, dollars(data.total));
  setAttribute(fields.total, "title", `Fee ${dollars(data.fee)}`);
  setText(fields.status, label(data.status));
  setAttribute(fields.status, "data-status", data.status);
  setText(fields.trail, way(trail));
  setAttribute(fields.trail, "title", trail.map(label).join(" › "));
}

// The steps before the present status, the last three of them.
function way(trail) {
  const steps = trail.slice(0, -1).map((status) => STEPS[status] ?? label(status));
  return [...(steps.length > 3 ? ["…"] : []), ...steps.slice(-3)].join(" › ");
}

function showFill(fields, { filledQuantity, quantity: wanted }) {
  setText(fields.filled, `${quantity(filledQuantity)} / ${quantity(wanted)}`);
  setShare(fields.bar, decimal(wanted) > 0 ? decimal(filledQuantity) / decimal(wanted) : 0);
}

/** "Buy YES", in the colour of the side. */
export function showSide(element, { action, side }) {
  setText(element, [label(action), side?.toUpperCase()].filter(Boolean).join(" "));
  setAttribute(element, "data-direction", side === "yes" ? "up" : "down");
}
