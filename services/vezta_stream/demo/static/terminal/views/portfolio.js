// What the user owns: the sums, and each position.

import { byId, clone, fields, setAttribute, setMarketLink, setSigned, setText } from "../dom.js";
import {
  ABSENT,
  cents,
  decimal,
  direction,
  dollars,
  micros,
  quantity,
  signedDollars,
  signedPercent,
} from "../numbers.js";
import { KeyedList } from "./keyed_list.js";
import { showSide } from "./orders.js";

export class Portfolio {
  #fields = fields(byId("portfolio"));
  #list = new KeyedList({
    container: byId("positions"),
    empty: byId("positions-empty"),
    create: () => positionRow(),
  });

  render({ portfolio }) {
    const { value, unrealised, realised, today } = this.#fields;
    setText(value, portfolio ? dollars(portfolio.totalValue) : ABSENT);
    showProfit(unrealised, portfolio?.unrealizedPnl, portfolio?.unrealizedPnlPercent);
    showProfit(realised, portfolio?.realizedPnl);
    showProfit(today, portfolio?.dayPnl, portfolio?.dayPnlPercent);
    this.#list.show(portfolio?.positions ?? [], (position) => position.positionId);
  }
}

function positionRow() {
  const row = clone("position-row");
  return { element: row.element, update: (position) => showPosition(row, position) };
}

function showPosition({ element, fields: parts }, position) {
  setAttribute(element, "data-position-id", position.positionId);
  setText(parts.market, position.marketTitle ?? "");
  setMarketLink(parts.market, position.marketId);
  showSide(parts.side, { action: "", side: position.side });
  setText(parts.shares, quantity(position.shares));
  setText(parts.entry, cents(micros(position.entryPrice)));
  setText(parts.current, cents(micros(position.currentPrice)));
  setText(parts.value, dollars(position.value));
  showProfit(parts.pnl, position.unrealizedPnl, position.unrealizedPnlPercent);
}

function showProfit(element, amount, percent) {
  const share = percent === undefined ? "" : ` (${signedPercent(percent)})`;
  const text = amount === undefined ? ABSENT : signedDollars(amount) + share;
  setSigned(element, text, direction(decimal(amount)));
}
