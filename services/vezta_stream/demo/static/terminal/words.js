// Names, times and links as people read them. Pure.

const SMALL = new Set(
  "a an and at before by for from in into of off on or than the to via vs with".split(" "),
);
const CAPITALS = new Set(
  (
    "ada ai bnb btc ceo cpi dax doge ecb eth etf eu fbi fifa ftse gdp imf ipo ltc mlb nasa nato nba " +
    "ndx nfl nhl opec pce sec sol spx ufc uk un us usa usd usdc vix xrp"
  ).split(" "),
);

const TIME = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/**
 * "will-bitcoin-hit-100k-by-june-2026" → "Will Bitcoin Hit 100K by June 2026".
 *
 * Exchange tickers ("KXBTC-26MAR-T100000") stay as they are: they have no words.
 */
export function title(slug) {
  if (/[A-Z]/.test(slug)) return slug;
  return slug
    .replace(/(?<!\d)\d{1,3}(?:-\d{3})*-000(?!\d)/g, (number) => number.replaceAll("-", ","))
    .replace(/(\d)-(?=\d)/g, "$1\u2011") // "2-5" may be a decimal or a range: keep its hyphen
    .split(/[-_\s]+/)
    .filter(Boolean)
    .map(word)
    .join(" ");
}

/** "PARTIALLY_FILLED" → "Partially filled". */
export function label(code) {
  const words = String(code ?? "").toLowerCase().replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Local time of day, "14:30:05", with the date when it is not today. */
export function clock(iso, now) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const time = TIME.format(moment);
  const today = moment.toDateString() === new Date(now).toDateString();
  return today ? time : `${DAY.format(moment)} ${time}`;
}

/** The whole local date and time, for a tooltip. */
export function fullTime(iso) {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? "" : FULL.format(moment);
}

/** The address if it is an http(s) one, else null: everything else stays text. */
export function webAddress(text) {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/** "0x1234567890abcdef" → "0x1234…cdef". */
export function shortAddress(text) {
  const address = String(text ?? "");
  return address.length > 14 ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;
}

function word(text, index) {
  if (CAPITALS.has(text)) return text.toUpperCase();
  if (index > 0 && SMALL.has(text)) return text;
  if (/^\d+[kmb]$/.test(text)) return text.toUpperCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
