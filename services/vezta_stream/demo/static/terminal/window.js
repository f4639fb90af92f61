// Which rows of a long list can be seen. Pure.

/** The rows [from, to) in sight, and `spare` more on either side so that scrolling finds them ready. */
export function inSight({ count, rowHeight, scrollTop, height, spare }) {
  if (!(rowHeight > 0)) return { from: 0, to: 0 };
  const first = Math.floor(scrollTop / rowHeight);
  const last = Math.ceil((scrollTop + height) / rowHeight);
  const from = Math.min(Math.max(first - spare, 0), count);
  return { from, to: Math.max(Math.min(last + spare, count), from) };
}
