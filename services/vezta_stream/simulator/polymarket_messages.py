"""Polymarket's market messages as text, one function per event type.

Byte templates rather than an encoder: thousands are made each second.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from vezta_stream.simulator.book import Book, Change
from vezta_stream.simulator.listings import Listing
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.texts import MILLS, PADDED, TRIMMED, size_text


class Hashes(NamedTuple):
    """The book's hash after an event, per token."""

    yes: str
    no: str


def price_change(
    market: Market,
    changes: Sequence[Change],
    *,
    hashes: Hashes,
    prices: Sequence[str],
    no_first: bool,
    at: int,
) -> str:
    """Return the changes of both tokens; `prices` is how prices are written.

    The best prices are the book's as it is now, which may be the state after further
    changes of the same moment.
    """
    entries = ",".join(
        _both_tokens(market, change, hashes, prices, no_first=no_first) for change in changes
    )
    return (
        f'{{"market":"{market.listing.external_id}","price_changes":[{entries}],'
        f'"timestamp":"{at}","event_type":"price_change"}}'
    )


def _both_tokens(
    market: Market, change: Change, hashes: Hashes, prices: Sequence[str], *, no_first: bool
) -> str:
    bid, ask = _best(market.book)
    size = size_text(change.after)
    side, other_side = ("BUY", "SELL") if change.is_bid else ("SELL", "BUY")
    yes_token, no_token = market.listing.tokens
    yes = (
        f'{{"asset_id":"{yes_token}","price":"{prices[change.price]}","size":"{size}",'
        f'"side":"{side}","hash":"{hashes.yes}",'
        f'"best_bid":"{prices[bid]}","best_ask":"{prices[ask]}"}}'
    )
    no = (
        f'{{"asset_id":"{no_token}","price":"{prices[MILLS - change.price]}","size":"{size}",'
        f'"side":"{other_side}","hash":"{hashes.no}",'
        f'"best_bid":"{prices[MILLS - ask]}","best_ask":"{prices[MILLS - bid]}"}}'
    )
    return f"{no},{yes}" if no_first else f"{yes},{no}"


def _best(book: Book) -> tuple[int, int]:
    """Return the best prices; 0 and 1000 stand for an empty side."""
    bid, ask = book.best_bid, book.best_ask
    return (0 if bid is None else bid), (MILLS if ask is None else ask)


def book(market: Market, *, yes: bool, hash_: str, at: int) -> str:
    """Return the whole book of one token, best prices last."""
    bids, asks = market.book.bids, market.book.asks
    if not yes:
        bids, asks = _mirrored(asks), _mirrored(bids)
    last = market.last_print  # the same in both tokens' books, whichever traded
    trade = "" if last is None else f',"last_trade_price":"{TRIMMED[last]}"'
    return (
        f'{{"market":"{market.listing.external_id}",'
        f'"asset_id":"{market.listing.tokens[0 if yes else 1]}",'
        f'"bids":[{_levels(bids, descending=False)}],"asks":[{_levels(asks, descending=True)}],'
        f'"hash":"{hash_}","timestamp":"{at}","tick_size":"{TRIMMED[market.tick]}",'
        f'"event_type":"book"{trade}}}'
    )


def _mirrored(levels: dict[int, int]) -> dict[int, int]:
    return {MILLS - price: size for price, size in levels.items()}


def _levels(levels: dict[int, int], *, descending: bool) -> str:
    return ",".join(
        [
            f'{{"price":"{TRIMMED[price]}","size":"{size_text(levels[price])}"}}'
            for price in sorted(levels, reverse=descending)
        ]
    )


class Print(NamedTuple):
    """A public trade: a taker's side and price in the token that they traded."""

    token: str
    side: str
    price: int
    size: int
    transaction: str


def last_trade_price(market: Market, trade: Print, *, at: int) -> str:
    """Return a trade."""
    return (
        f'{{"market":"{market.listing.external_id}","asset_id":"{trade.token}",'
        f'"price":"{TRIMMED[trade.price]}","size":"{size_text(trade.size)}",'
        f'"fee_rate_bps":"0","side":"{trade.side}","timestamp":"{at}",'
        f'"event_type":"last_trade_price","transaction_hash":"0x{trade.transaction}"}}'
    )


def best_bid_ask(market: Market, *, yes: bool, at: int) -> str:
    """Return one token's best prices."""
    bid, ask = _best(market.book)
    if not yes:
        bid, ask = MILLS - ask, MILLS - bid
    return (
        f'{{"event_type":"best_bid_ask","market":"{market.listing.external_id}",'
        f'"asset_id":"{market.listing.tokens[0 if yes else 1]}",'
        f'"best_bid":"{PADDED[bid]}","best_ask":"{PADDED[ask]}",'
        f'"spread":"{TRIMMED[ask - bid]}","timestamp":"{at}"}}'
    )


def tick_size_change(market: Market, *, yes: bool, old: int, at: int) -> str:
    """Return that one token's tick is now the market's."""
    return (
        f'{{"event_type":"tick_size_change","asset_id":"{market.listing.tokens[0 if yes else 1]}",'
        f'"market":"{market.listing.external_id}","old_tick_size":"{TRIMMED[old]}",'
        f'"new_tick_size":"{TRIMMED[market.tick]}","timestamp":"{at}"}}'
    )


def new_market(market: Market, *, at: int) -> str:
    """Return the announcement of a market."""
    listing, tokens = market.listing, list(market.listing.tokens)
    event = {
        "id": listing.exchange_id[::-1],
        "ticker": listing.slug,
        "slug": listing.slug,
        "title": listing.question.title,
        "description": "",
    }
    return _json(
        {
            "event_type": "new_market",
            "id": listing.exchange_id,
            "question": listing.question.title,
            "market": listing.external_id,
            "slug": listing.slug,
            "description": f"Resolves to Yes or No: {listing.question.title}",
            "assets_ids": tokens,
            "outcomes": ["Yes", "No"],
            "event_message": event,
            "timestamp": str(at),
            "tags": [listing.question.category.value],
            "condition_id": listing.external_id,
            "active": True,
            "clob_token_ids": tokens,
            "sports_market_type": "",
            "line": "",
            "game_start_time": "",
            "order_price_min_tick_size": TRIMMED[market.tick],
            "group_item_title": "",
        }
    )


def market_resolved(listing: Listing, *, yes_won: bool, at: int) -> str:
    """Return how a market ended."""
    return _json(
        {
            "event_type": "market_resolved",
            "id": listing.exchange_id,
            "market": listing.external_id,
            "assets_ids": list(listing.tokens),
            "winning_asset_id": listing.tokens[0 if yes_won else 1],
            "winning_outcome": "Yes" if yes_won else "No",
            "timestamp": str(at),
            "tags": [listing.question.category.value],
        }
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
