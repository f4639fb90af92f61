// The latest trades of the chosen market.

import { byId, clone, setText } from "../dom.js";
import { cents, dollars, micros, quantity } from "../numbers.js";
import { clock, fullTime } from "../words.js";
import { KeyedList } from "./keyed_list.js";

export class Trades {
  #list = new KeyedList({
    container: byId("trades"),
    empty: byId("trades-empty"),
    create: ({ data }) => tradeRow(data),
  });

  /** Show the trades of a market, newest first. */
  render(trades = []) {
    this.#list.show(trades, (trade) => trade.serial);
  }
}

function tradeRow(trade) {
  const { element, fields } = clone("trade-row");
  element.dataset.tradeId = trade.id;
  // Buying YES and selling NO both say that YES is worth more.
  const up = (trade.side === "buy") === (trade.outcome === "yes");
  element.dataset.direction = up ? "up" : "down";
  element.title = `${dollars(trade.amount)} · ${fullTime(trade.tradedAt)}`;
  setText(fields.price, cents(micros(trade.price)));
  setText(fields.what, `${trade.side} ${trade.outcome}`);
  setText(fields.size, quantity(trade.size));
  setText(fields.time, clock(trade.tradedAt, Date.now()));
  fields.time.dateTime = trade.tradedAt;
  return { element };
}
