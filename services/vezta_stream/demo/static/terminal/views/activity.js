// What happened to the user: copied trades and notifications.

import { byId, clone, setMarketLink, setText } from "../dom.js";
import { cents, dollars, micros, quantity } from "../numbers.js";
import { clock, fullTime, label, shortAddress } from "../words.js";
import { KeyedList } from "./keyed_list.js";
import { showSide } from "./orders.js";

export class Activity {
  #copied = new KeyedList({
    container: byId("copied"),
    empty: byId("copied-empty"),
    create: ({ data }) => copiedRow(data),
  });
  #notes = new KeyedList({
    container: byId("notifications"),
    empty: byId("notifications-empty"),
    create: ({ data }) => noteRow(data),
  });

  render(store) {
    this.#copied.show(store.copied, (entry) => entry.serial);
    this.#notes.show(store.notifications, (entry) => entry.serial);
  }
}

/** What a notification is about, as the style sheet colours it. */
export function mood(type) {
  if (/failed/.test(type)) return "bad";
  if (/filled|executed|completed|earned|milestone/.test(type)) return "good";
  return "news";
}

function copiedRow(copy) {
  const { element, fields } = clone("copied-row");
  element.dataset.event = copy.event;
  showTime(fields.time, copy.executedAt);
  setText(fields.trader, copy.targetDisplayName ?? shortAddress(copy.targetWalletAddress));
  fields.trader.title = copy.targetWalletAddress ?? "";
  setText(fields.market, copy.marketTitle ?? "");
  setMarketLink(fields.market, copy.marketId);
  showSide(fields.side, copy);
  setText(fields.size, `${quantity(copy.quantity)} at ${cents(micros(copy.price))}`);
  fields.size.title = `Sized ${copy.sizingStrategy}, of ${quantity(copy.originalTradeSize)}`;
  setText(fields.total, dollars(copy.total));
  setText(fields.event, label(copy.event));
  fields.event.dataset.status = copy.event;
  return { element };
}

function noteRow(note) {
  const { element, fields } = clone("note-row");
  element.dataset.mood = mood(note.type);
  setText(fields.title, note.title ?? label(note.type));
  setText(fields.message, note.message ?? "");
  showTime(fields.time, note.createdAt);
  setMarketLink(fields.market, note.marketId);
  return { element };
}

function showTime(element, iso) {
  setText(element, clock(iso, Date.now()));
  element.dateTime = iso;
  element.title = fullTime(iso);
}
