"""Polymarket's levels and numbers in YES terms, in millionths.

Everything here raises ValueError for what makes no sense.
"""

from functools import lru_cache
from typing import Final

from vezta_stream.core.decimals import MICROS, Signed6, parse_units
from vezta_stream.ingestor.markets.book import Top
from vezta_stream.ingestor.normalisers.polymarket_messages import Change, Level

# (yes, no)
Tokens = tuple[str, str]
# A level's new size in YES terms: is it a bid, at which price, how much.
YesLevel = tuple[bool, int, int]

_IS_BID: Final = {"BUY": True, "SELL": False}
_NOT_A_TOKEN: Final = "asset_id is none of the market's tokens"


def in_yes_terms(changes: list[Change], tokens: Tokens) -> tuple[list[YesLevel], Top]:
    """Return the frame's changes, each counted once, and the best prices that it states.

    Both tokens' entries mirror each other: a NO entry is folded only if its YES mirror
    is not in the frame. Where the two tokens contradict each other, YES has the last word.
    """
    yes, no = tokens
    levels: list[YesLevel] = []
    folded: list[YesLevel] = []
    bid = ask = folded_bid = folded_ask = None
    for change in changes:
        is_bid, price, held = _is_bid(change.side), _level_price(change.price), size(change.size)
        stated_bid, stated_ask = _stated(change.best_bid), _stated(change.best_ask)
        if change.asset_id == yes:
            levels.append((is_bid, price, held))
            bid = bid if stated_bid is None else stated_bid
            ask = ask if stated_ask is None else stated_ask
        elif change.asset_id == no:
            folded.append((not is_bid, MICROS - price, held))
            folded_bid = folded_bid if stated_ask is None else MICROS - stated_ask
            folded_ask = folded_ask if stated_bid is None else MICROS - stated_bid
        else:
            raise ValueError(_NOT_A_TOKEN)
    if folded:
        mirrors = set(levels)
        levels = [level for level in folded if level not in mirrors] + levels
    return levels, (folded_bid if bid is None else bid, folded_ask if ask is None else ask)


def _is_bid(side: str) -> bool:
    if side not in _IS_BID:
        raise ValueError("side is neither BUY nor SELL")
    return _IS_BID[side]


def is_yes(asset_id: str, tokens: Tokens) -> bool:
    """Whether this is the YES token of the market's two."""
    if asset_id == tokens[0]:
        return True
    if asset_id == tokens[1]:
        return False
    raise ValueError(_NOT_A_TOKEN)


def ladder(levels: list[Level], *, folded: bool) -> dict[int, int]:
    """Return price to size of one side of a book; `folded` turns NO prices into YES prices."""
    if folded:
        return {MICROS - _level_price(level.price): size(level.size) for level in levels}
    return {_level_price(level.price): size(level.size) for level in levels}


@lru_cache(maxsize=16_384)
def _level_price(text: str) -> int:
    price = parse_units(text, 6)
    if not 0 < price < MICROS:
        raise ValueError("price is not between 0 and 1")
    return price


def trade_price(text: str) -> int:
    """Return a trade's price, which may reach 1."""
    price = parse_units(text, 6)
    if not 0 < price <= MICROS:
        raise ValueError("price is not between 0 and 1")
    return price


@lru_cache(maxsize=65_536)
def size(text: str) -> int:
    """Return a size, which may be nothing."""
    units = parse_units(text, 6)
    if units < 0:
        raise ValueError("size is negative")
    return units


def tick_size(value: object) -> int:
    """Return a price grid's step, which a message may tell as number or string."""
    step = Signed6.parse(value).units
    if not 0 < step < MICROS:
        raise ValueError("tick size is not between 0 and 1")
    return step


@lru_cache(maxsize=16_384)
def _stated(text: str | None) -> int | None:
    """Return a stated best price in millionths, 0 and 1 (an empty side) included."""
    if not text:
        return None
    price = parse_units(text, 6)
    if not 0 <= price <= MICROS:
        raise ValueError("best price is not between 0 and 1")
    return price


def side_price(text: str) -> int | None:
    """Return a best price in millionths, `None` for an empty side."""
    price = _stated(text)
    return price if price is not None and 0 < price < MICROS else None
