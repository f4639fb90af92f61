// Notifications as they arrive: a few at a time, each for a moment.

import { byId, clone, setText } from "../dom.js";
import { label } from "../words.js";
import { mood } from "./activity.js";

const AT_ONCE = 3;
const SHOWN_MS = 6000;

export class Toasts {
  #container = byId("toasts");
  #newest = 0;

  /** Show what is newer than at the last call; after a long absence, only the newest few. */
  render({ notifications }) {
    const fresh = notifications.filter(({ serial }) => serial > this.#newest).slice(0, AT_ONCE);
    this.#newest = notifications[0]?.serial ?? this.#newest;
    for (const { data } of fresh.reverse()) this.#show(data);
    if (notifications.length === 0) this.#container.replaceChildren();
  }

  #show(note) {
    const { element, fields } = clone("toast");
    element.dataset.mood = mood(note.type);
    setText(fields.title, note.title ?? label(note.type));
    setText(fields.message, note.message ?? "");
    fields.close.addEventListener("click", () => element.remove());
    this.#container.append(element);
    while (this.#container.children.length > AT_ONCE) this.#container.firstElementChild.remove();
    setTimeout(() => element.remove(), SHOWN_MS);
  }
}
