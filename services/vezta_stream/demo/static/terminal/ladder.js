// A book as the ladder that is drawn: the best levels, their sums and their depth. Pure.

import { centDigits, decimal, micros } from "./numbers.js";

/**
 * The best `levels` of each side, best first, of a `market:orderbook` message.
 *
 * `total` is the sum of the sizes up to and including the level; `depth` is that sum as a share (0 to 1)
 * of the larger side's, so that bars of both sides compare. `more` counts what is left out.
 */
export function ladder(book, levels) {
  const bids = summed(book.bids, levels);
  const asks = summed(book.asks, levels);
  const deepest = Math.max(bids.at(-1)?.total ?? 0, asks.at(-1)?.total ?? 0);
  const rows = [...bids, ...asks];
  for (const row of rows) row.depth = deepest > 0 ? row.total / deepest : 0;
  return {
    bids,
    asks,
    spread: micros(book.spread),
    middle: bids.length && asks.length ? (bids[0].price + asks[0].price) / 2 : NaN,
    digits: centDigits(rows.map((row) => row.price)),
    more: {
      bids: Math.max(length(book.bids) - levels, 0),
      asks: Math.max(length(book.asks) - levels, 0),
    },
  };
}

function summed(side, levels) {
  let total = 0;
  return (Array.isArray(side) ? side : []).slice(0, levels).map(({ price, size }) => {
    total += decimal(size);
    return { price: micros(price), size, total };
  });
}

function length(side) {
  return Array.isArray(side) ? side.length : 0;
}
