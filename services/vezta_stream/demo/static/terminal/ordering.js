// Which markets the list shows, in which order, and the fewest moves that get it there. Pure.

const BY_NAME = new Intl.Collator("en", { numeric: true }).compare;

/** Column → value to sort by; every column but the name starts with its highest value. */
const VALUES = {
  price: (market) => market.price,
  change5m: (market) => market.change5m,
  change1h: (market) => market.change1h,
  change24h: (market) => market.change24h,
  volume: (market) => market.volume,
};

/** The sort that clicking on a column leads to: its natural direction first, then the other. */
export function nextSort(sort, column) {
  if (sort.column === column) return { column, descending: !sort.descending };
  return { column, descending: column !== "name" };
}

/** The markets in order; equal values by name, so that the order is always the same. */
export function sorted(markets, { column, descending }) {
  const value = VALUES[column];
  const flip = descending ? -1 : 1;
  const byName = (a, b) => BY_NAME(a.name, b.name) || BY_NAME(a.id, b.id);
  if (!value) return [...markets].sort((a, b) => flip * byName(a, b));
  return [...markets].sort((a, b) => flip * difference(value(a), value(b)) || byName(a, b));
}

/** Whether a market is shown: every word of the search occurs, and the source is the one asked for. */
export function matches(market, { words, source }) {
  if (source && market.source !== source) return false;
  return words.every((word) => market.searchText.includes(word));
}

/** "  bitcoin JUNE " → ["bitcoin", "june"]. */
export function searchWords(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * The items that may stay where they are when `current` is rearranged to `wanted`; all others move.
 *
 * It is the longest run of `wanted` that is already in order, so as few elements as possible are touched
 * in the document, and what has the focus rarely is.
 */
export function unmoved(current, wanted) {
  const places = new Map(current.map((item, place) => [item, place]));
  const tails = []; // tails[n]: index in `wanted` that ends the best run of length n + 1
  const before = new Map();
  wanted.forEach((item, index) => {
    const place = places.get(item);
    if (place === undefined) return;
    const length = firstNotBelow(tails, place, (tail) => places.get(wanted[tail]));
    if (length > 0) before.set(index, tails[length - 1]);
    tails[length] = index;
  });
  const kept = new Set();
  for (let index = tails.at(-1); index !== undefined; index = before.get(index)) kept.add(wanted[index]);
  return kept;
}

function firstNotBelow(list, limit, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(list[middle]) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Unknown numbers count as the lowest.
function difference(a, b) {
  const left = Number.isFinite(a) ? a : -Infinity;
  const right = Number.isFinite(b) ? b : -Infinity;
  return left === right ? 0 : left - right;
}
