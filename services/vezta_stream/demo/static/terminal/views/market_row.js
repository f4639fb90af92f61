// One row of the market list. Out of sight it is not rendered, and not written to either.

import { clone, setAttribute, setSigned, setText } from "../dom.js";
import { cents, compactDollars, direction, signedCents } from "../numbers.js";
import { label } from "../words.js";

export class MarketRow {
  #fields;
  #price = NaN;
  #index = -1;

  constructor(market) {
    const { element, fields } = clone("market-row");
    this.element = element;
    this.market = market;
    this.#fields = fields;
    element.dataset.marketId = market.id;
    element.hidden = true;
  }

  /** Its place in the list. */
  get index() {
    return this.#index;
  }

  set index(index) {
    if (index === this.#index) return;
    this.#index = index;
    this.element.style.setProperty("--index", index);
    setAttribute(this.element, "aria-rowindex", String(index + 2)); // the head is the first row
  }

  /** Whether it is rendered; coming in sight, it catches up without a flash. */
  set rendered(rendered) {
    if (this.element.hidden === !rendered) return;
    this.element.hidden = !rendered;
    this.#price = NaN;
    if (rendered) this.update();
    else delete this.#fields.price.dataset.flash;
  }

  /** Write what differs from what the row shows; a new price flashes. */
  update() {
    if (this.element.hidden) return;
    const { market } = this;
    const fields = this.#fields;
    setText(fields.name, market.name);
    setAttribute(fields.select, "title", market.name);
    showBadge(fields.badge, market.source);
    setText(fields.price, cents(market.price));
    setText(fields.volume, compactDollars(market.volume24h));
    for (const change of ["change5m", "change1h", "change24h"]) showChange(fields[change], market[change]);
    this.#flash(market.price - this.#price);
    this.#price = market.price;
  }

  select(selected) {
    setAttribute(this.#fields.select, "aria-current", selected ? "true" : null);
    this.element.classList.toggle("selected", selected);
  }

  /** Whether Tab leads to this row: one of the list's rows has it. */
  set reachable(reachable) {
    this.#fields.select.tabIndex = reachable ? 0 : -1;
  }

  focus() {
    this.#fields.select.focus({ preventScroll: true });
  }

  // Two equal animations take turns: changing the name restarts one without a forced layout.
  #flash(movement) {
    if (!movement) return; // 0, and NaN for a row that is new
    const { price } = this.#fields;
    const turn = price.dataset.flash?.endsWith("a") ? "b" : "a";
    price.dataset.flash = `${direction(movement)}-${turn}`;
  }
}

/** The mark of an exchange: its initial, its name to those who point or listen. */
export function showBadge(badge, source) {
  const name = label(source);
  setText(badge, name.charAt(0));
  setAttribute(badge, "data-source", source ?? null);
  setAttribute(badge, "title", name);
  setAttribute(badge, "aria-label", name);
}

/** A price change in cents, with sign and colour; what rounds to nothing has neither. */
export function showChange(element, change) {
  const text = signedCents(change);
  setSigned(element, text, text === "0.0" ? "flat" : direction(change));
}
