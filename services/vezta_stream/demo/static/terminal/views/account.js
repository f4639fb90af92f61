// The account pane: an invitation to log in, or everything about the user.

import { byId, setText } from "../dom.js";
import { Activity } from "./activity.js";
import { Orders } from "./orders.js";
import { Portfolio } from "./portfolio.js";
import { tabs } from "./tabs.js";
import { Toasts } from "./toasts.js";

const INVITATION = "Log in as the demo user to see orders, portfolio and notifications live.";

export class Account {
  #orders = new Orders();
  #portfolio = new Portfolio();
  #activity = new Activity();
  #toasts = new Toasts();

  constructor({ logIn, logOut }) {
    tabs(byId("account-tabs"));
    byId("login").addEventListener("click", logIn);
    byId("invite-login").addEventListener("click", logIn);
    byId("logout").addEventListener("click", logOut);
  }

  /** Follow the session: who is logged in, and what went wrong. */
  show({ phase, user, problem }) {
    const active = phase === "active";
    document.body.dataset.user = phase;
    byId("login").hidden = byId("invite").hidden = active;
    byId("logout").hidden = byId("user").hidden = byId("account-body").hidden = !active;
    setText(byId("user"), user ?? "");
    setText(byId("invite-text"), problem ? `Not logged in: ${problem}.` : INVITATION);
    for (const id of ["login", "invite-login"]) {
      byId(id).disabled = phase === "logging-in";
      setText(byId(id), phase === "logging-in" ? "Logging in…" : "Log in");
    }
  }

  render(store, changes) {
    if (changes.orders) this.#orders.render(store);
    if (changes.portfolio) this.#portfolio.render(store);
    if (changes.copied || changes.notifications) this.#activity.render(store);
    if (changes.notifications) this.#toasts.render(store);
    this.#count("orders", store.orders.length);
    this.#count("positions", store.portfolio?.positions?.length ?? 0);
    this.#count("copied", store.copied.length);
    this.#count("notifications", store.notifications.length);
  }

  #count(what, count) {
    setText(document.querySelector(`[data-count="${what}"]`), count > 0 ? String(count) : "");
  }
}
