// The connection's state, and why something went wrong.

import { byId, setAttribute, setText } from "../dom.js";

const WORDS = {
  connecting: "Connecting",
  connected: "Live",
  reconnecting: "Reconnecting",
  disconnected: "Disconnected",
};
const SHOWN_MS = 10_000;

export class Status {
  #hideTimer;

  constructor({ reconnect }) {
    byId("reconnect").addEventListener("click", reconnect);
    byId("banner-close").addEventListener("click", () => this.#hide());
  }

  /** The state of the connection; a reason stays until the state changes. */
  show({ state, reason }) {
    document.body.dataset.connection = state;
    setAttribute(byId("status"), "data-state", state);
    setText(byId("status-text"), WORDS[state]);
    byId("reconnect").hidden = state !== "disconnected";
    if (reason) this.#explain(`${WORDS[state]}: ${reason}. Prices below may be out of date.`);
    else if (state === "connected") this.#hide();
  }

  /** An error that leaves the connection as it is: shown for a moment. */
  warn(text) {
    this.#explain(text);
    this.#hideTimer = setTimeout(() => this.#hide(), SHOWN_MS);
  }

  /** How many messages arrived in the last second. */
  showRate(perSecond) {
    setText(byId("rate"), `${perSecond} updates/s`);
  }

  #explain(text) {
    clearTimeout(this.#hideTimer);
    setText(byId("banner-text"), text);
    byId("banner").hidden = false;
  }

  #hide() {
    clearTimeout(this.#hideTimer);
    byId("banner").hidden = true;
  }
}
