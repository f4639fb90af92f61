"""Kalshi's numbers to millionths: dollars where they are, else cents; empty is absent."""

from functools import lru_cache
from typing import Any, Final

from vezta_stream.core.decimals import MICROS, Signed6, parse_units
from vezta_stream.core.records import Reason, Rejected

Ladder = list[tuple[Any, Any]] | None

# Longer numbers are read, but not remembered.
_MAX_CACHED: Final = 40


def price(dollars: Any, cents: Any) -> int | None:
    """Return a price of 0 to 1, `None` where neither form is there. Raises ValueError."""
    units = _units(dollars)
    if units is None:
        units = _cents(cents)
    if units is not None and not 0 <= units <= MICROS:
        raise ValueError("price is not between 0 and 1")
    return units


def side_price(dollars: Any, cents: Any, size: Any) -> int | None:
    """Return a ticker's best price; `None` for an empty side (size 0, or price 0 or 1)."""
    best = price(dollars, cents)
    if best in (0, MICROS) or _units(size) == 0:
        return None
    return best


def level_price(dollars: Any, cents: Any) -> int:
    """Return a level's price, which must lie between 0 and 1."""
    level = price(dollars, cents)
    if level is None:
        raise Rejected(Reason.MISSING_FIELD, "price")
    if level in (0, MICROS):
        raise ValueError("price is not between 0 and 1")
    return level


def count(fixed_point: Any, whole: Any) -> int:
    """Return a signed number of contracts."""
    units = _units(fixed_point)
    units = _units(whole) if units is None else units
    if units is None:
        raise Rejected(Reason.MISSING_FIELD, "count")
    return units


def size(fixed_point: Any, whole: Any) -> int:
    """Return a number of contracts that is not negative."""
    units = count(fixed_point, whole)
    if units < 0:
        raise ValueError("size is negative")
    return units


def ladder(dollars_fp: Ladder, dollars: Ladder, cents: Ladder) -> dict[int, int]:
    """Return a ladder's price to size, dollars preferred; an absent ladder is empty."""
    stated = dollars_fp if dollars_fp is not None else dollars
    if stated is not None:
        return {level_price(price_, None): size(held, None) for price_, held in stated}
    return {level_price(None, price_): size(held, None) for price_, held in cents or ()}


def _units(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= _MAX_CACHED:
        return _parsed(value) if value else None
    return None if value is None else Signed6.parse(value).units


# Prices and sizes come back again and again; reading one costs ten times as much.
@lru_cache(maxsize=65_536)
def _parsed(text: str) -> int:
    return parse_units(text, 6)


def _cents(value: Any) -> int | None:
    units = _units(value)
    return None if units is None else units // 100
