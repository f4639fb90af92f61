// On a narrow screen one pane shows at a time; the bar at the bottom switches.

import { byId, setAttribute, setText } from "../dom.js";

export class Panes {
  #seen = { signals: 0, notifications: 0 };

  constructor() {
    byId("pane-bar").addEventListener("click", (event) => {
      const button = event.target.closest("[data-pane]");
      if (button) this.open(button.dataset.pane);
    });
  }

  open(pane) {
    document.body.dataset.pane = pane;
    for (const button of byId("pane-bar").children) {
      setAttribute(button, "aria-current", button.dataset.pane === pane ? "true" : null);
    }
  }

  /** Count what arrived in panes that are not open. */
  render(store) {
    this.#count("signals", store.signals, "signals", byId("signals-unseen"));
    this.#count("account", store.notifications, "notifications", byId("notes-unseen"));
  }

  #count(pane, list, name, element) {
    if (document.body.dataset.pane === pane) this.#seen[name] = list[0]?.serial ?? 0;
    const unseen = list.filter(({ serial }) => serial > this.#seen[name]).length;
    setText(element, unseen > 0 ? String(unseen) : "");
  }
}
