"""The true book of a simulated market."""

from typing import NamedTuple


class Change(NamedTuple):
    """One level's size (micros) before and after; 0 is no level. `price` in mills, YES."""

    is_bid: bool
    price: int
    before: int
    after: int


class Book:
    """Resting sizes (micros) by price (mills), in YES terms; never crossed.

    A NO bid at q is a YES ask at 1 - q.
    """

    def __init__(self) -> None:
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        # Kept rather than looked for: they are asked for far more often than they move.
        self.best_bid: int | None = None
        self.best_ask: int | None = None

    def side(self, is_bid: bool) -> dict[int, int]:
        """Return the bids or the asks."""
        return self.bids if is_bid else self.asks

    def ranked(self, is_bid: bool) -> list[int]:
        """Return the prices of a side, best first."""
        return sorted(self.side(is_bid), reverse=is_bid)

    def put(self, is_bid: bool, price: int, size: int) -> Change:
        """Set the size of a level, 0 to remove it, and return what that changed."""
        levels = self.side(is_bid)
        before = levels.pop(price, 0)
        if size:
            levels[price] = size
        if is_bid:
            self.best_bid = max(levels, default=None)
        else:
            self.best_ask = min(levels, default=None)
        return Change(is_bid, price, before, size)
