// The head of the chosen market: its name, figures and chart.

import { byId, fields, setAttribute, setText } from "../dom.js";
import { cents, chance, compactDollars } from "../numbers.js";
import { chartPaths } from "../series.js";
import { clock } from "../words.js";
import { showBadge, showChange } from "./market_row.js";

const CHART = { width: 600, height: 80, leastRange: 10_000 }; // a cent fills the height at most

export class MarketHead {
  #fields = fields(byId("quote"));

  /** Show a market; undefined when none is chosen, or no price of it has come yet. */
  render(market, now) {
    byId("quote").hidden = byId("depth").hidden = !market;
    byId("market-empty").hidden = Boolean(market);
    if (!market) return;
    const parts = this.#fields;
    showBadge(parts.badge, market.source);
    setText(parts.name, market.name);
    setAttribute(parts.name, "title", market.slug);
    setText(parts.chance, chance(market.price));
    setText(parts.sides, `${cents(market.price)} / ${cents(1_000_000 - market.price)}`);
    for (const change of ["change5m", "change1h", "change24h"]) showChange(parts[change], market[change]);
    setText(parts.volume, compactDollars(market.volume24h));
    setText(parts.updated, clock(market.updatedAt, now));
    this.#draw(market.series.samples, now);
  }

  #draw(samples, now) {
    const paths = chartPaths(samples, { now, ...CHART });
    const parts = this.#fields;
    setAttribute(parts.line, "d", paths.line);
    setAttribute(parts.area, "d", paths.area);
    setText(parts.range, `${cents(paths.low)} to ${cents(paths.high)}`);
    setText(parts.start, clock(paths.start, now));
  }
}
