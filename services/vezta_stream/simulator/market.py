"""How a simulated market trades.

A true probability wanders; makers keep a few dozen levels around it, pulling what has
become too good and improving what is too far; takers hit what rests, mostly at the
best price, sometimes through several levels, and may leave a remainder behind.
"""

import math
from random import Random
from typing import Final, NamedTuple

from vezta_stream.simulator.book import Book, Change
from vezta_stream.simulator.listings import Listing
from vezta_stream.simulator.texts import MILLS, SHARE

# As far as a price goes before its market resolves.
_FAR: Final = math.log(0.988 / 0.012)
_ROUND_SIZES: Final = (5, 10, 20, 25, 50, 100, 100, 200, 250, 300, 500, 1000, 2000, 5000)
_MIN_LEFT: Final = 6
_PULLED_AT_ONCE: Final = 4


class Fill(NamedTuple):
    """A trade with one resting level; `price` in mills, YES terms, `size` in micros."""

    price: int
    size: int


class Take(NamedTuple):
    """A taker's order, already applied: fills with the levels they changed, best first.

    `buys` says whether asks were hit. `remainder` is what rests of it afterwards.
    """

    buys: bool
    fills: list[Fill]
    changes: list[Change]
    remainder: Change | None


class Nature(NamedTuple):
    """What distinguishes one market from another.

    `lot` in micros; `depth` levels a side; `volatility` in log-odds per square root of a
    second; a market that is not `two_sided` has no asks.
    """

    lot: int
    depth: int
    half_spread: int
    volatility: float
    two_sided: bool


class Market:
    """One market and its true book; `tick` in mills may become finer."""

    def __init__(
        self,
        *,
        listing: Listing,
        nature: Nature,
        tick: int,
        probability: float,
        rng: Random,
        now_ms: int,
    ) -> None:
        self.listing = listing
        self.nature = nature
        self.tick = tick
        self.book = Book()
        # The last trade's price in YES terms, and in the token that was traded.
        self.last_price: int | None = None
        self.last_print: int | None = None
        # Shares and dollars traded so far, in micros.
        self.volume = 0
        self.turnover = 0
        # Whether a taker came just now: others follow.
        self.is_hot = False
        self.is_closed = False
        self._rng = rng
        self._wandered_ms = now_ms
        # The true probability as log-odds, where it is drawn to, and as a price in mills.
        self._odds = self._anchor = math.log(probability / (1 - probability))
        self.fair = 0
        self._move(0.0)
        self._populate()

    def midpoint(self) -> int:
        """Return what the YES token is worth to an onlooker, in micros of a dollar."""
        bid, ask = self.book.best_bid, self.book.best_ask
        if bid is None or ask is None:
            return 1000 * (bid if bid is not None else ask if ask is not None else self.fair)
        return 500 * (bid + ask)

    def lean(self, yes: bool) -> None:
        """Let the price drift to where the outcome is as good as known."""
        self._anchor = _FAR if yes else -_FAR

    def wander(self, now_ms: int) -> None:
        """Move the true probability by what happened since the last time."""
        seconds = (now_ms - self._wandered_ms) / 1000
        self._wandered_ms = now_ms
        pull = min(1.0, 0.08 * seconds) if abs(self._anchor) == _FAR else 0.0
        drift = pull * (self._anchor - self._odds)
        self._move(drift + self._rng.gauss(0, self.nature.volatility * math.sqrt(seconds)))

    def quote(self) -> list[Change]:
        """Let one maker act: usually one level changes, on a requote several."""
        pulled = self._pull()
        if pulled and self._rng.random() < 0.7:
            return pulled
        improved = self._improve()
        if improved is not None:
            pulled.append(improved)
        return pulled or [self._shift_depth()]

    def take(self) -> Take | None:
        """Let one taker act; `None` if there is too little to take."""
        buys = self._direction()
        prices = self.book.ranked(not buys)
        if len(prices) < _MIN_LEFT:
            return None
        levels, whole = self._appetite(len(prices))
        fills, changes = self._consume(not buys, prices[:levels], whole)
        remainder = None
        if whole and self.nature.two_sided and self._rng.random() < 0.5:
            remainder = self.book.put(buys, fills[-1].price, self._size(1.0))
        self.last_price = self.last_print = fills[-1].price
        self.volume += sum(fill.size for fill in fills)
        self.turnover += sum(fill.size * fill.price // MILLS for fill in fills)
        self._move(0.01 if buys else -0.01)
        return Take(buys, fills, changes, remainder)

    def _move(self, by: float) -> None:
        self._odds = max(-_FAR, min(_FAR, self._odds + by))
        self.fair = round(MILLS / (1 + math.exp(-self._odds)))

    def _direction(self) -> bool:
        bid, ask = self.book.best_bid, self.book.best_ask
        if ask is None or (bid is not None and bid > self.fair):
            return False
        return ask < self.fair or self._rng.random() < 0.5

    def _appetite(self, available: int) -> tuple[int, bool]:
        """Return how many levels are hit, and whether the last one is used up."""
        roll = self._rng.random()
        if roll < 0.72:
            return 1, False
        most = min(5, available - _MIN_LEFT + 1)
        return (1 if roll < 0.87 else self._rng.randint(1, most)), roll < 0.96

    def _consume(
        self, is_bid: bool, prices: list[int], whole: bool
    ) -> tuple[list[Fill], list[Change]]:
        fills, changes = [], []
        for price in prices:
            resting = self.book.side(is_bid)[price]
            size = resting
            if price == prices[-1] and not whole:
                size = self._part(resting)
            fills.append(Fill(price, size))
            changes.append(self.book.put(is_bid, price, resting - size))
        return fills, changes

    def _part(self, resting: int) -> int:
        lots = resting // self.nature.lot
        return self.nature.lot * max(1, int(lots * self._rng.uniform(0.02, 0.9)))

    def _pull(self) -> list[Change]:
        bid, ask, fair = self.book.best_bid, self.book.best_ask, self.fair
        if bid is not None and bid >= fair:
            stale = [price for price in self.book.ranked(True)[:_PULLED_AT_ONCE] if price >= fair]
            return [self.book.put(True, price, 0) for price in stale]
        if ask is not None and ask <= fair:
            stale = [price for price in self.book.ranked(False)[:_PULLED_AT_ONCE] if price <= fair]
            return [self.book.put(False, price, 0) for price in stale]
        return []

    def _improve(self) -> Change | None:
        reach = self.nature.half_spread + 2 * self.tick
        bid, ask, fair = self.book.best_bid, self.book.best_ask, self.fair
        if bid is None or fair - bid > reach:
            return self._place(True, fair - self.nature.half_spread)
        if self.nature.two_sided and (ask is None or ask - fair > reach):
            return self._place(False, fair + self.nature.half_spread)
        return None

    def _place(self, is_bid: bool, near: int) -> Change | None:
        """Put a new level at or behind `near`; `None` if there is no room for one."""
        price = near // self.tick * self.tick if is_bid else -(-near // self.tick) * self.tick
        price = max(self.tick, min(MILLS - self.tick, price))
        bid, ask = self.book.best_bid, self.book.best_ask
        if is_bid and ask is not None and price >= ask:
            return None
        if not is_bid and bid is not None and price <= bid:
            return None
        if price in self.book.side(is_bid):
            return None
        return self.book.put(is_bid, price, self._size(1 + abs(self.fair - price) / 100))

    def _shift_depth(self) -> Change:
        """Add a level, take one away or, mostly, let one have another size."""
        is_bid = not self.nature.two_sided or self._rng.random() < 0.5
        prices, roll = self.book.ranked(is_bid), self._rng.random()
        if len(prices) > self.nature.depth:
            return self.book.put(is_bid, prices[-1], 0)
        if len(prices) == self.nature.depth and roll > 0.7:
            return self.book.put(is_bid, prices[self._rng.randrange(1, len(prices))], 0)
        if len(prices) < self.nature.depth and roll < 0.5:
            added = self._place(is_bid, self._behind(is_bid))
            if added is not None:
                return added
        nearest = min(int(self._rng.expovariate(0.35)), len(prices) - 1)
        return self._resize(is_bid, prices[nearest])

    def _behind(self, is_bid: bool) -> int:
        ticks = 1 + int(self._rng.expovariate(1 / 25))
        away = self.nature.half_spread + ticks * self.tick
        return self.fair - away if is_bid else self.fair + away

    def _resize(self, is_bid: bool, price: int) -> Change:
        size = self.book.side(is_bid)[price]
        while size == self.book.side(is_bid)[price]:
            size = self._size(1 + abs(self.fair - price) / 100)
        return self.book.put(is_bid, price, size)

    def _size(self, scale: float) -> int:
        """Return a size: often a round one, larger away from the price."""
        shares = self._rng.choice(_ROUND_SIZES) * scale
        if self._rng.random() < 0.6:
            return max(1, int(shares)) * SHARE
        return max(1, int(shares * self._rng.uniform(0.3, 3) * SHARE) // self.nature.lot) * (
            self.nature.lot
        )

    def _populate(self) -> None:
        for is_bid in (True, False) if self.nature.two_sided else (True,):
            away = self.nature.half_spread
            self._place(is_bid, self.fair - away if is_bid else self.fair + away)
            for _ in range(3 * self.nature.depth):
                if len(self.book.side(is_bid)) < self.nature.depth:
                    self._place(is_bid, self._behind(is_bid))
