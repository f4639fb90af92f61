"""A market's order book in YES terms, with every level's JSON rendered once.

Prices and sizes are integers in millionths. Publishing a book joins bytes that exist
already; rendering decimals again for each publication would cost a hundred times more.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from vezta_stream.core.decimals import MICROS, render_units

# Best bid and best ask, each `None` where that side is empty.
Top = tuple[int | None, int | None]

_BID: Final = -1
_ASK: Final = 1


@lru_cache(maxsize=65_536)
def _price_json(price: int) -> str:
    return f'{{"price":"{render_units(price, 6)}","size":"'


def _level_json(price: int, size: int) -> bytes:
    return f'{_price_json(price)}{size // MICROS}.{size % MICROS:06d}"}}'.encode()


class Ladder:
    """One side of a book, best level first."""

    __slots__ = ("_joined", "_json", "_ranks", "_sign", "_sizes")

    def __init__(self, sign: int) -> None:
        self._sign = sign
        # Price times sign, rising: the best level is always the first.
        self._ranks: list[int] = []
        self._sizes: list[int] = []
        self._json: list[bytes] = []
        # The levels' JSON together: a change mostly leaves the other side as it was.
        self._joined: bytes | None = b""

    def set(self, price: int, size: int) -> None:
        """Make `size` the level's whole size; nothing or less removes it."""
        self._joined = None
        rank = price * self._sign
        at = bisect_left(self._ranks, rank)
        known = at < len(self._ranks) and self._ranks[at] == rank
        if size <= 0:
            if known:
                del self._ranks[at], self._sizes[at], self._json[at]
        elif known:
            self._sizes[at] = size
            self._json[at] = _level_json(price, size)
        else:
            self._ranks.insert(at, rank)
            self._sizes.insert(at, size)
            self._json.insert(at, _level_json(price, size))

    def size_at(self, price: int) -> int:
        """Return the level's size, 0 where there is none."""
        rank = price * self._sign
        at = bisect_left(self._ranks, rank)
        known = at < len(self._ranks) and self._ranks[at] == rank
        return self._sizes[at] if known else 0

    def replace(self, levels: Mapping[int, int]) -> None:
        """Take these levels (price to size) instead of all that was there."""
        self._joined = None
        kept = sorted((price * self._sign, size) for price, size in levels.items() if size > 0)
        # Most levels of a book sent again are as they were: their JSON is there already.
        rendered = dict(zip(zip(self._ranks, self._sizes, strict=True), self._json, strict=True))
        self._ranks = [rank for rank, _ in kept]
        self._sizes = [size for _, size in kept]
        self._json = [
            rendered.get(level) or _level_json(level[0] * self._sign, level[1]) for level in kept
        ]

    @property
    def best(self) -> int | None:
        """The best level's price."""
        return self._ranks[0] * self._sign if self._ranks else None

    def levels(self) -> Iterable[tuple[int, int]]:
        """Yield (price, size), best first."""
        return (
            (rank * self._sign, size) for rank, size in zip(self._ranks, self._sizes, strict=True)
        )

    def json(self) -> bytes:
        """Return the levels as the inside of a JSON array."""
        if self._joined is None:
            self._joined = b",".join(self._json)
        return self._joined


class Book:
    """Both sides of one market. `folded` says that it was told by the NO token's book."""

    __slots__ = ("asks", "bids", "folded")

    def __init__(self) -> None:
        self.bids = Ladder(_BID)
        self.asks = Ladder(_ASK)
        self.folded = False

    @property
    def top(self) -> Top:
        """Best bid and best ask, each `None` where its side is empty."""
        return self.bids.best, self.asks.best

    def json(self) -> bytes:
        """Return the members `bids`, `asks` and `spread` of the contract's payload."""
        bid, ask = self.top
        spread = _spread_json(None if bid is None or ask is None else ask - bid)
        return b'"bids":[%b],"asks":[%b],"spread":%b' % (self.bids.json(), self.asks.json(), spread)


@lru_cache(maxsize=4_096)
def _spread_json(spread: int | None) -> bytes:
    return b"null" if spread is None else f'"{render_units(spread, 6)}"'.encode()
