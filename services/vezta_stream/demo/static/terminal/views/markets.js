// The list of markets: live rows, search, sort, keyboard.

import { byId, setAttribute, setText } from "../dom.js";
import { matches, nextSort, searchWords, sorted, unmoved } from "../ordering.js";
import { MarketRow } from "./market_row.js";
import { RowWindow } from "./row_window.js";

// Rows that jump while one reads are worse than an order that is a moment old.
const REORDER_MS = 3000;

export class MarketList {
  #rows = new Map(); // market id → MarketRow
  #order = []; // rows as they stand in the document
  #matching = []; // those of them that the filter lets through
  #sort = { column: "volume", descending: true };
  #filter = { words: [], source: "" };
  #selected = null;
  #reorderAt = 0;
  #select;
  #container = byId("market-rows");
  #window;
  #head = byId("market-head");

  /** `select(marketId)` is called when somebody chooses a market, `moved()` when the list was scrolled. */
  constructor({ select, moved }) {
    this.#select = select;
    this.#window = new RowWindow({ scroller: byId("market-table"), container: this.#container, moved });
    this.#container.addEventListener("click", (event) => this.#clicked(event));
    this.#container.addEventListener("keydown", (event) => this.#pressed(event));
    this.#head.addEventListener("click", (event) => this.#sortBy(event.target.closest("[data-column]")));
    byId("search").addEventListener("input", (event) => {
      this.#refilter({ words: searchWords(event.target.value) });
    });
    byId("sources").addEventListener("click", (event) => this.#chooseSource(event.target.closest("button")));
    this.#showSort();
  }

  /** The market at the top of the list. */
  get first() {
    return this.#matching[0]?.market ?? null;
  }

  render(store, changes, now) {
    let added = false;
    for (const id of changes.markets) {
      const row = this.#rows.get(id);
      if (row) row.update();
      else added = this.#add(store.markets.get(id));
    }
    if (added || (now >= this.#reorderAt && !this.#isInUse())) this.#reorder(now);
    else this.#window.update();
  }

  show(selectedId) {
    this.#rows.get(this.#selected)?.select(false);
    this.#selected = selectedId;
    this.#rows.get(selectedId)?.select(true);
    this.#showRows();
  }

  #add(market) {
    const row = new MarketRow(market);
    row.reachable = false;
    row.select(market.id === this.#selected);
    this.#rows.set(market.id, row);
    return true;
  }

  // Somebody points at a row, or walks through the list with the keyboard.
  #isInUse() {
    return this.#container.matches(":hover, :has(:focus-visible)");
  }

  #reorder(now) {
    this.#reorderAt = now + REORDER_MS;
    const markets = sorted([...this.#rows.values()].map((row) => row.market), this.#sort);
    const wanted = markets.map((market) => this.#rows.get(market.id));
    const stay = unmoved(this.#order, wanted);
    let next = null;
    for (const row of wanted.toReversed()) {
      if (!stay.has(row)) this.#container.insertBefore(row.element, next);
      next = row.element;
    }
    this.#order = wanted;
    this.#showMatching();
  }

  #showMatching() {
    this.#matching = this.#order.filter((row) => matches(row.market, this.#filter));
    const [shown, all] = [this.#matching.length, this.#order.length];
    setText(byId("market-count"), shown === all ? String(all) : `${shown} of ${all}`);
    const empty = byId("markets-empty");
    empty.hidden = shown > 0;
    setText(empty, all === 0 ? "Waiting for the first prices…" : "No market matches.");
    this.#showRows();
  }

  // Tab leads to the selected row, or to the first one.
  #showRows() {
    const selected = this.#matching.find((row) => row.market.id === this.#selected);
    const reachable = selected ?? this.#matching[0];
    for (const row of this.#order) row.reachable = row === reachable;
    this.#window.show(this.#matching, reachable);
  }

  #refilter(change) {
    this.#filter = { ...this.#filter, ...change };
    this.#showMatching();
    byId("market-table").scrollTop = 0;
  }

  #chooseSource(button) {
    if (!button) return;
    for (const one of byId("sources").children) setAttribute(one, "aria-pressed", String(one === button));
    this.#refilter({ source: button.dataset.source });
  }

  #sortBy(header) {
    if (!header) return;
    this.#sort = nextSort(this.#sort, header.dataset.column);
    this.#showSort();
    this.#reorder(performance.now());
    byId("market-table").scrollTop = 0;
  }

  #showSort() {
    const order = this.#sort.descending ? "descending" : "ascending";
    for (const header of this.#head.children) {
      setAttribute(header, "aria-sort", header.dataset.column === this.#sort.column ? order : null);
    }
  }

  #clicked(event) {
    const element = event.target.closest("[data-market-id]");
    if (element) this.#select(element.dataset.marketId);
  }

  #pressed(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined || this.#matching.length === 0) return;
    event.preventDefault();
    const element = event.target.closest("[data-market-id]");
    const place = this.#matching.findIndex((row) => row.element === element);
    const target = this.#matching[Math.min(Math.max(place + step, 0), this.#matching.length - 1)];
    this.#select(target.market.id);
    this.#window.reveal(target);
    target.focus();
  }
}
