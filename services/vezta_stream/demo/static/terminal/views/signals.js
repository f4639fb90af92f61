// The column of signals. They come from anywhere: text only, and links only to the web.

import { byId, clone, setMarketLink, setText } from "../dom.js";
import { compactDollars } from "../numbers.js";
import { clock, fullTime, label, webAddress } from "../words.js";
import { KeyedList } from "./keyed_list.js";

export class Signals {
  #list = new KeyedList({
    container: byId("signals"),
    empty: byId("signals-empty"),
    create: ({ data }) => signalRow(data),
  });

  render(store) {
    this.#list.show(store.signals, (signal) => signal.serial);
  }
}

function signalRow(signal) {
  const { element, fields } = clone("signal-row");
  element.dataset.severity = signal.severity;
  element.dataset.signalId = signal.id;
  setText(fields.severity, label(signal.severity));
  setText(fields.type, label(signal.type));
  setText(fields.time, clock(signal.createdAt, Date.now()));
  fields.time.dateTime = signal.createdAt;
  fields.time.title = fullTime(signal.createdAt);
  setText(fields.headline, signal.headline ?? "");
  setText(fields.summary, signal.summary ?? "");
  fields.summary.hidden = !signal.summary || signal.summary === signal.headline;
  setText(fields.flag, [signal.countryFlag, signal.countryCode].filter(Boolean).join(" "));
  fields.flag.title = signal.country ?? "";
  fields.flag.hidden = !signal.countryFlag && !signal.countryCode;
  setText(fields.source, origin(signal));
  showLink(fields.link, signal.sourceUrl);
  setMarketLink(fields.market, signal.marketId);
  return { element };
}

function origin(signal) {
  const stake = signal.amount
    ? [signal.side?.toUpperCase(), compactDollars(signal.amount)].filter(Boolean).join(" ")
    : "";
  return [stake, signal.sourceName, signal.sourceHandle].filter(Boolean).join(" · ");
}

function showLink(link, address) {
  const url = webAddress(address);
  link.hidden = !url;
  if (url) link.href = url;
}
