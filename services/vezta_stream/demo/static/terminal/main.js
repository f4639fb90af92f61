// Composition: the store in the middle, the connection writing to it, the views reading from it.

import { io } from "/vendor/socket.io.esm.min.js";

import { PRIVATE, PUBLIC } from "./channels.js";
import { clock } from "./clock.js";
import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { oncePerFrame } from "./frames.js";
import { Session } from "./session.js";
import { Store } from "./store.js";
import { requestToken } from "./token.js";
import { Account } from "./views/account.js";
import { Book } from "./views/book.js";
import { MarketHead } from "./views/market.js";
import { MarketList } from "./views/markets.js";
import { Panes } from "./views/panes.js";
import { Signals } from "./views/signals.js";
import { Status } from "./views/status.js";
import { Trades } from "./views/trades.js";

const TICK_MS = 1000;
const CHOOSE_AT_TICK = 2; // by then the list knows which markets are the busiest

const store = new Store();
let selected = null; // market id
let selectionShown = null;
let tick = 0;
let tickShown = 0;
let connectionState = "connecting";

const render = oncePerFrame(() => {
  const changes = store.takeChanges();
  const now = clock.now();
  markets.render(store, changes, performance.now());
  if (!selected && markets.first && tick >= CHOOSE_AT_TICK) select(markets.first.id);
  renderMarket(changes, now);
  if (changes.signals) signals.render(store);
  account.render(store, changes);
  panes.render(store);
});

const status = new Status({ reconnect: () => connection.reconnect() });
const panes = new Panes();
const markets = new MarketList({ select: choose, moved: () => render() });
const marketHead = new MarketHead();
const book = new Book({ resized: () => refresh() });
const trades = new Trades();
const signals = new Signals();
const account = new Account({ logIn: () => session.logIn(), logOut: () => session.end() });

const session = new Session({
  requestToken,
  authenticate: (token) => connection.authenticate(token),
  changed: followSession,
  clock,
});

const connection = new Connection({
  io,
  origin: location.origin,
  handshakeToken: () => session.handshakeToken(),
  clock,
  listener: {
    opened: () => session.opened(),
    authenticated: () => session.authenticated(),
    status: (change) => {
      connectionState = change.state;
      status.show(change);
    },
    data: (message) => {
      store.apply(message, clock.now());
      render();
    },
    refused: (error) => {
      if (!session.refused(error)) status.warn(explain(error));
    },
  },
});

function followSession(state, previous) {
  account.show(state);
  if (state.phase === "active" && state.problem) status.warn(`${state.user}: ${state.problem}.`);
  else if (state.phase === "active") connection.subscribe(PRIVATE); // again, in case they had ended
  if (state.phase !== "anonymous") return;
  connection.forget(PRIVATE);
  store.forgetUser();
  render();
  // A connection stays the user's for its lifetime, and one that was refused does not come back by itself.
  if (previous.phase === "active" || connectionState === "disconnected") connection.reconnect();
}

function explain({ code, message, channel }) {
  const parts = [channel, message ?? "the server reported an error", code && `(${code})`];
  return parts.filter(Boolean).join(" ");
}

/** Somebody wants to see this market. */
function choose(marketId) {
  select(marketId);
  panes.open("market");
}

function select(marketId) {
  selected = marketId;
  markets.show(marketId);
  render();
}

function renderMarket(changes, now) {
  const switched = selectionShown !== selected;
  const ticked = tickShown !== tick;
  selectionShown = selected;
  tickShown = tick;
  if (switched || ticked || changes.markets.has(selected)) {
    marketHead.render(store.markets.get(selected), now);
  }
  if (switched || changes.books.has(selected)) book.render(store.books.get(selected));
  if (switched || changes.trades.has(selected)) trades.render(store.trades.get(selected));
}

function refresh() {
  selectionShown = null;
  render();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-select]");
  if (link) choose(link.dataset.select);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input")) return;
  event.preventDefault();
  byId("search").focus();
});

let counted = 0;
setInterval(() => {
  status.showRate(store.received - counted);
  counted = store.received;
  tick += 1;
  render();
}, TICK_MS);

connection.subscribe(PUBLIC);
account.show(session.state);
