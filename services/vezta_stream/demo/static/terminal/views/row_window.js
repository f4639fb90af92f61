// Lays out the rows of a long list and renders only those in sight.
//
// All rows stay in the document, in order; the browser lays out and paints a few dozen of them. Each stands
// at its own height, so the row that Tab leads to may stay rendered when it has been scrolled away.

import { inSight } from "../window.js";

const SPARE = 6;

export class RowWindow {
  #scroller;
  #container;
  #rows = []; // those that match, in order
  #rendered = new Set();
  #pinned = null;
  #height = 0;
  #rowHeight = 0;

  /** `moved()` is called when other rows may have come in sight; then call `update`. */
  constructor({ scroller, container, moved }) {
    this.#scroller = scroller;
    this.#container = container;
    scroller.addEventListener("scroll", moved, { passive: true });
    new ResizeObserver(() => {
      this.#measure();
      moved();
    }).observe(scroller);
  }

  /** Show these rows, in this order, and no other; the pinned one, if any, is always rendered. */
  show(rows, pinned) {
    this.#rows = rows;
    this.#pinned = pinned;
    this.#container.style.setProperty("--count", rows.length);
    rows.forEach((row, index) => (row.index = index));
    this.update();
  }

  /** Render what is in sight now. */
  update() {
    const { from, to } = inSight({
      count: this.#rows.length,
      rowHeight: this.#rowHeight,
      scrollTop: this.#scroller.scrollTop,
      height: this.#height,
      spare: SPARE,
    });
    const wanted = new Set(this.#rows.slice(from, to));
    if (this.#pinned) wanted.add(this.#pinned);
    for (const row of this.#rendered) {
      if (!wanted.has(row)) row.rendered = false;
    }
    for (const row of wanted) row.rendered = true;
    this.#rendered = wanted;
  }

  /** Scroll as little as needed to bring a row fully in sight, and render it. */
  reveal(row) {
    const top = row.index * this.#rowHeight;
    const covered = this.#container.offsetTop; // by the head that stays on top
    const bottom = top + this.#rowHeight - (this.#height - covered);
    this.#scroller.scrollTop = Math.min(Math.max(this.#scroller.scrollTop, bottom), top);
    this.update();
  }

  #measure() {
    this.#height = this.#scroller.clientHeight;
    this.#rowHeight = parseFloat(getComputedStyle(this.#container).getPropertyValue("--row"));
  }
}
