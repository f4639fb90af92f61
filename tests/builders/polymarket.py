"""Polymarket's messages, all about the market of `markets.catalog_entry`."""

from decimal import Decimal
from typing import Any

from tests.builders.markets import CONDITION, NO, START, YES, Json, Levels


def complemented(price: str) -> str:
    """Return 1 - price."""
    return f"{1 - Decimal(price):f}"


def levels(side: Levels) -> list[Json]:
    """Return levels as Polymarket's books write them."""
    return [{"price": price, "size": size} for price, size in side.items()]


def book(bids: Levels, asks: Levels, *, token: str = YES, at: int = START, **fields: Any) -> Json:
    """Return a whole book of one token."""
    return {
        "event_type": "book",
        "market": CONDITION,
        "asset_id": token,
        "bids": levels(bids),
        "asks": levels(asks),
        "timestamp": str(at),
        "hash": "b" * 40,
    } | fields


def no_book(bids: Levels, asks: Levels, *, at: int = START) -> Json:
    """Return the NO token's book that mirrors this YES book."""
    return book(
        {complemented(price): size for price, size in asks.items()},
        {complemented(price): size for price, size in bids.items()},
        token=NO,
        at=at,
    )


def change(side: str, price: str, size: str, *, token: str = YES, **best: str) -> Json:
    """Return one entry of a `price_change`."""
    return {
        "asset_id": token,
        "price": price,
        "size": size,
        "side": side,
        "hash": "c" * 40,
    } | best


def mirrored(entry: Json) -> Json:
    """Return the NO entry that mirrors a YES entry."""
    best = {}
    if "best_ask" in entry:
        best["best_bid"] = complemented(entry["best_ask"])
    if "best_bid" in entry:
        best["best_ask"] = complemented(entry["best_bid"])
    side = "SELL" if entry["side"] == "BUY" else "BUY"
    return change(side, complemented(entry["price"]), entry["size"], token=NO, **best)


def price_change(*entries: Json, at: int = START) -> Json:
    """Return a message of changed levels."""
    return {
        "event_type": "price_change",
        "market": CONDITION,
        "price_changes": list(entries),
        "timestamp": str(at),
    }


def legacy_price_change(entry: Json, *, at: int = START) -> Json:
    """Return a change as it was sent before September 2025: flat, one token."""
    flat = {name: entry[name] for name in ("asset_id", "price", "size", "side", "hash")}
    return {"event_type": "price_change", "market": CONDITION, "timestamp": str(at)} | flat


def last_trade(
    price: str, size: str, *, side: str = "BUY", token: str = YES, at: int = START, **fields: Any
) -> Json:
    """Return a trade print."""
    return {
        "event_type": "last_trade_price",
        "market": CONDITION,
        "asset_id": token,
        "price": price,
        "size": size,
        "side": side,
        "fee_rate_bps": "0",
        "timestamp": str(at),
        "transaction_hash": f"0x{at:x}",
    } | fields


def best_bid_ask(bid: str, ask: str, *, token: str = YES, at: int = START) -> Json:
    """Return one token's best prices."""
    return {
        "event_type": "best_bid_ask",
        "market": CONDITION,
        "asset_id": token,
        "best_bid": bid,
        "best_ask": ask,
        "spread": "0.01",
        "timestamp": str(at),
    }


def tick_size_change(new: str, *, token: str = YES, at: int = START) -> Json:
    """Return the news that the price grid changed."""
    return {
        "event_type": "tick_size_change",
        "market": CONDITION,
        "asset_id": token,
        "old_tick_size": "0.01",
        "new_tick_size": new,
        "timestamp": str(at),
    }


def new_market(*, at: int = START, **fields: Any) -> Json:
    """Return the news that a market was created."""
    return {
        "event_type": "new_market",
        "market": CONDITION,
        "question": "Rain tomorrow?",
        "assets_ids": [YES, NO],
        "order_price_min_tick_size": "0.01",
        "timestamp": str(at),
    } | fields


def market_resolved(*, winner: str = YES, at: int = START) -> Json:
    """Return the news that a market ended."""
    return {
        "event_type": "market_resolved",
        "market": CONDITION,
        "assets_ids": [YES, NO],
        "winning_asset_id": winner,
        "winning_outcome": "Yes",
        "timestamp": str(at),
    }
