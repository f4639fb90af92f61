// The order book of the chosen market: a ladder with the spread in the middle.

import { byId, clone, fields, setAttribute, setShare, setText } from "../dom.js";
import { ladder } from "../ladder.js";
import { cents, quantity } from "../numbers.js";

const ROW_PX = 22;
const SPREAD_PX = 34;
const LEVELS = { least: 3, most: 16 };

export class Book {
  #fields = fields(byId("book"));
  #ladder = byId("ladder");
  #rows = { asks: [], bids: [] }; // best first
  #levels = LEVELS.least;

  /** `resized()` is called when there is room for more or fewer levels than before. */
  constructor({ resized }) {
    new ResizeObserver(([entry]) => {
      const levels = Math.floor((entry.contentRect.height - SPREAD_PX) / 2 / ROW_PX);
      const fitting = Math.min(Math.max(levels, LEVELS.least), LEVELS.most);
      if (fitting === this.#levels) return;
      this.#levels = fitting;
      resized();
    }).observe(this.#ladder);
  }

  /** Show the newest book of a market; undefined while none is known. */
  render(book) {
    this.#fields.empty.hidden = Boolean(book);
    this.#ladder.dataset.known = String(Boolean(book));
    if (!book) return;
    const view = ladder(book, this.#levels);
    this.#showSide("asks", view);
    this.#showSide("bids", view);
    const spread = Number.isFinite(view.spread) ? cents(view.spread, view.digits) : "one-sided";
    setText(this.#fields.spread, spread);
    setText(this.#fields.middle, cents(view.middle, 2));
  }

  #showSide(side, view) {
    const rows = this.#rows[side];
    while (rows.length < this.#levels) rows.push(this.#append(side));
    rows.forEach((row, index) => {
      row.element.hidden = index >= this.#levels;
      showLevel(row, view[side][index], view.digits);
    });
    const more = view.more[side];
    setAttribute(this.#fields[side], "title", more > 0 ? `${more} more levels` : null);
  }

  // The best ask stands right above the spread, so asks grow upwards.
  #append(side) {
    const row = clone("level-row");
    row.element.dataset.testid = side === "asks" ? "book-ask" : "book-bid";
    if (side === "asks") this.#fields.asks.prepend(row.element);
    else this.#fields.bids.append(row.element);
    return row;
  }
}

function showLevel({ element, fields: parts }, level, digits) {
  setAttribute(element, "data-empty", level ? null : "");
  setText(parts.price, level ? cents(level.price, digits) : "");
  setText(parts.size, level ? quantity(level.size) : "");
  setText(parts.total, level ? quantity(String(level.total)) : "");
  setShare(parts.bar, level?.depth ?? 0);
}
