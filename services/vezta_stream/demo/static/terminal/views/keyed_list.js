// A list in the document that follows a list of items: one element per key, kept while the item is there.

export class KeyedList {
  #container;
  #empty;
  #create;
  #rows = new Map(); // key → {element, update(item)}

  /** `create(item)` makes a row; `empty` is shown while there is none. */
  constructor({ container, empty, create }) {
    this.#container = container;
    this.#empty = empty;
    this.#create = create;
  }

  /** Show these items in this order; `key` tells which is which. */
  show(items, key) {
    const keys = new Set(items.map(key));
    for (const [known, row] of this.#rows) {
      if (keys.has(known)) continue;
      row.element.remove();
      this.#rows.delete(known);
    }
    let next = this.#container.firstElementChild;
    for (const item of items) {
      const { element } = this.#row(key(item), item);
      if (element === next) next = next.nextElementSibling;
      else this.#container.insertBefore(element, next);
    }
    this.#empty.hidden = items.length > 0;
  }

  #row(key, item) {
    const row = this.#rows.get(key) ?? this.#create(item);
    this.#rows.set(key, row);
    row.update?.(item);
    return row;
  }
}
