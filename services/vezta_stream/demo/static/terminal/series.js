// What a market's price has been since the page opened. Pure.

const SPACING_MS = 1000;
const CAPACITY = 600;

/** At most one sample a second (the newest wins), the last ten minutes of them. */
export class Series {
  #samples = [];

  add(at, value) {
    const last = this.#samples.at(-1);
    if (last && at - last.at < SPACING_MS) {
      last.value = value;
      return;
    }
    this.#samples.push({ at, value });
    if (this.#samples.length > CAPACITY) this.#samples.shift();
  }

  get samples() {
    return this.#samples;
  }
}

/**
 * A step line through the samples, as SVG path data in a width × height box.
 *
 * A price holds until the next one, so the line has steps, and it ends at `now`. The height stands for
 * `leastRange` or more, so that noise looks like noise. Also the lowest and the highest value, and when
 * the line starts. Null without samples.
 */
export function chartPaths(samples, { now, width, height, leastRange }) {
  if (samples.length === 0) return null;
  const { low, high } = extremes(samples);
  const [bottom, top] = padded(low, high, leastRange);
  const start = samples[0].at;
  const span = Math.max(now - start, 1);
  const x = (at) => rounded(((at - start) / span) * width);
  const y = (value) => rounded(height - ((value - bottom) / (top - bottom)) * height);
  let line = `M0 ${y(samples[0].value)}`;
  for (const { at, value } of samples.slice(1)) line += `H${x(at)}V${y(value)}`;
  line += `H${width}`;
  return { line, area: `${line}V${height}H0Z`, low, high, start };
}

function extremes(samples) {
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of samples) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

function padded(low, high, leastRange) {
  const missing = Math.max(leastRange - (high - low), 0) / 2;
  const margin = (high - low + 2 * missing) * 0.1;
  return [low - missing - margin, high + missing + margin];
}

function rounded(value) {
  return Math.round(value * 10) / 10;
}
