"""Kalshi's messages, all about the market of `markets.kalshi_entry`."""

from typing import Any

from tests.builders.markets import START, TICKER, Json, Levels, without
from tests.builders.polymarket import complemented


def frame(type_: str, msg: Json) -> Json:
    """Return a frame around a message."""
    return {"type": type_, "sid": 1, "msg": {"market_ticker": TICKER} | msg}


def snapshot(yes: Levels | None = None, no: Levels | None = None, /, **fields: Any) -> Json:
    """Return a whole book; an empty side is absent, as Kalshi sends it."""
    ladders = {"yes_dollars_fp": yes, "no_dollars_fp": no}
    msg = {name: [list(level) for level in side.items()] for name, side in ladders.items() if side}
    return frame("orderbook_snapshot", msg | fields)


def delta(side: str, price: str, size_change: str, /, *, at: int = START, **fields: Any) -> Json:
    """Return a signed change of one level."""
    msg = {"side": side, "price_dollars": price, "delta_fp": size_change, "ts_ms": at}
    return frame("orderbook_delta", msg | fields)


def ticker(bid: str, ask: str, last: str = "0.0000", *, at: int = START, **fields: Any) -> Json:
    """Return best prices and the last trade's price."""
    msg = {
        "price_dollars": last,
        "yes_bid_dollars": bid,
        "yes_ask_dollars": ask,
        "yes_bid_size_fp": "10.00",
        "yes_ask_size_fp": "10.00",
        "volume_fp": "33896.00",
        "dollar_volume": 16_948,
        "ts_ms": at,
    }
    return frame("ticker", msg | fields)


def trade(price: str, count: str, *, outcome: str = "yes", at: int = START, **fields: Any) -> Json:
    """Return a trade print; `price` is that of YES."""
    msg = {
        "trade_id": f"trade-{at}",
        "yes_price_dollars": price,
        "no_price_dollars": complemented(price),
        "count_fp": count,
        "taker_outcome_side": outcome,
        "ts_ms": at,
    }
    return frame("trade", msg | fields)


def lifecycle(event_type: str, **fields: Any) -> Json:
    """Return a step in a market's life."""
    return frame("market_lifecycle_v2", {"event_type": event_type} | fields)


def resync() -> Json:
    """Return our own control record: messages of this market were lost."""
    return {"type": "vezta.resync", "market_ticker": TICKER}


def lacking(frame_: Json, *names: str) -> Json:
    """Return a frame whose message lacks these fields."""
    return frame_ | {"msg": without(frame_["msg"], *names)}
