"""Books rebuilt from what exchanges send, sharing nothing with what makes the messages."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, Topic
from vezta_stream.simulator.market import Market

Ladder = dict[Decimal, Decimal]
Sides = tuple[Ladder, Ladder]


def true_book(market: Market) -> Sides:
    """Return (bids, asks) of the YES token as they are."""
    return _exact(market.book.bids), _exact(market.book.asks)


def mirrored(sides: Sides) -> Sides:
    """Return the other token's book."""
    bids, asks = sides
    return {1 - price: size for price, size in asks.items()}, {
        1 - price: size for price, size in bids.items()
    }


def _exact(levels: dict[int, int]) -> Ladder:
    return {Decimal(price) / 1000: Decimal(size) / 1_000_000 for price, size in levels.items()}


class PolymarketReplay:
    """Keeps each token's book on its own, absolute size by absolute size."""

    def __init__(self) -> None:
        self.books: dict[str, Sides] = {}
        # Per token, the best prices that the newest price change stated.
        self.stated: dict[str, tuple[Decimal, Decimal]] = {}

    def apply(self, emissions: Iterable[Emission]) -> None:
        for emission in emissions:
            if isinstance(emission, ExchangeFrame) and emission.topic is Topic.POLYMARKET:
                frame = msgspec.json.decode(emission.data)
                for message in frame if isinstance(frame, list) else [frame]:
                    self._apply(message)

    def _apply(self, message: dict[str, Any]) -> None:
        if message["event_type"] == "book":
            self.books[message["asset_id"]] = (_levels(message["bids"]), _levels(message["asks"]))
        elif message["event_type"] == "tick_size_change":
            self.books.pop(message["asset_id"])
        elif message["event_type"] == "price_change":
            for change in message["price_changes"]:
                self._change(change)

    def _change(self, change: dict[str, str]) -> None:
        bids, asks = self.books[change["asset_id"]]
        levels = bids if change["side"] == "BUY" else asks
        levels.pop(Decimal(change["price"]), None)
        if change["size"] != "0":
            levels[Decimal(change["price"])] = Decimal(change["size"])
        stated = (Decimal(change["best_bid"]), Decimal(change["best_ask"]))
        self.stated[change["asset_id"]] = stated


def _levels(levels: list[dict[str, str]]) -> Ladder:
    return {Decimal(level["price"]): Decimal(level["size"]) for level in levels}


class KalshiReplay:
    """Keeps YES and NO ladders by signed changes, behind the connector's guard."""

    def __init__(self) -> None:
        self.books: dict[str, Sides] = {}
        # Tickers whose snapshot should be asked for.
        self.asked: list[str] = []
        # Numbers seen, per sid.
        self.numbers: dict[int, list[int]] = defaultdict(list)
        self.guard = SequenceGuard(max_subscriptions=16, max_books=10_000)

    def apply(self, emissions: Iterable[Emission]) -> None:
        for emission in emissions:
            if isinstance(emission, ExchangeFrame) and emission.topic is Topic.KALSHI:
                self._number(msgspec.json.decode(emission.data))
                checked = self.guard.check(emission.data)
                for element in checked.elements:
                    self._apply(msgspec.json.decode(element.value), emission.use_yes_price)
                self.asked += [each for request in checked.requests for each in request.tickers]

    def _number(self, message: dict[str, Any]) -> None:
        if "seq" in message:
            self.numbers[message["sid"]].append(message["seq"])

    def _apply(self, message: dict[str, Any], use_yes_price: bool) -> None:
        if message["type"] == "vezta.resync":
            self.books.pop(message["market_ticker"], None)
        elif message["type"] == "orderbook_snapshot":
            self.books[message["msg"]["market_ticker"]] = _snapshot(message["msg"], use_yes_price)
        elif message["type"] == "orderbook_delta":
            self._delta(message["msg"], use_yes_price)

    def _delta(self, delta: dict[str, Any], use_yes_price: bool) -> None:
        if delta["market_ticker"] not in self.books:
            return
        bids, asks = self.books[delta["market_ticker"]]
        price = _price(delta.get("price_dollars"), delta.get("price"))
        by = Decimal(delta["delta_fp"] if "delta_fp" in delta else delta["delta"])
        levels = bids
        if delta["side"] == "no":
            levels, price = asks, price if use_yes_price else 1 - price
        size = levels.pop(price, Decimal(0)) + by
        if size > 0:
            levels[price] = size


def _snapshot(snapshot: dict[str, Any], use_yes_price: bool) -> Sides:
    bids, asks = _ladder(snapshot, "yes"), _ladder(snapshot, "no")
    if use_yes_price:
        return bids, asks
    return bids, {1 - price: size for price, size in asks.items()}


def _ladder(snapshot: dict[str, Any], side: str) -> Ladder:
    if f"{side}_dollars_fp" in snapshot:
        levels = snapshot[f"{side}_dollars_fp"]
        return {Decimal(price): Decimal(size) for price, size in levels}
    return {Decimal(price) / 100: Decimal(size) for price, size in snapshot.get(side, [])}


def _price(dollars: str | None, cents: int | None) -> Decimal:
    return Decimal(dollars) if dollars is not None else Decimal(cents or 0) / 100
