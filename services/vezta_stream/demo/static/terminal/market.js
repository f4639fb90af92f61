// One market as the page knows it: the newest message of `market:prices`, read once. Pure.

import { decimal, micros } from "./numbers.js";
import { Series } from "./series.js";
import { title } from "./words.js";

export class Market {
  constructor(id) {
    this.id = id;
    this.slug = "";
    this.name = "";
    this.price = NaN; // micros, like the changes
    this.series = new Series();
  }

  /** Take over a message that arrived at `now` (ms); false if it has no usable price. */
  update(data, now) {
    const price = micros(data.yesPrice);
    if (!Number.isFinite(price)) return false;
    this.#rename(String(data.slug || this.id));
    this.price = price;
    this.source = data.source;
    this.volume24h = data.volume24h;
    this.volume = decimal(data.volume24h);
    this.change5m = micros(data.change5m);
    this.change1h = micros(data.change1h);
    this.change24h = micros(data.change24h);
    this.updatedAt = data.updatedAt;
    this.series.add(now, price);
    return true;
  }

  #rename(slug) {
    if (slug === this.slug) return;
    this.slug = slug;
    this.name = title(slug);
    this.searchText = `${this.name} ${slug}`.toLowerCase();
  }
}
