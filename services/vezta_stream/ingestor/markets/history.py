"""A market's recent prices and traded volume: what `change5m/1h/24h` and `volume24h` need.

Samples are the price in force at each minute boundary (for 5 minutes and 1 hour) and at
each fifth one (for 24 hours). Equal neighbours are kept as one run, so a quiet market
costs a few integers.
"""

from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

MINUTE_MS: Final = 60_000
DAY_MINUTES: Final = 1_440


class Changes(NamedTuple):
    """Price now minus the price then, in millionths."""

    change5m: int
    change1h: int
    change24h: int


class _Samples:
    """The price at boundaries `step` minutes apart, as runs of (first boundary, price)."""

    __slots__ = ("_firsts", "_prices", "_span", "_step_ms")

    def __init__(self, *, step_minutes: int, span_minutes: int) -> None:
        self._step_ms = step_minutes * MINUTE_MS
        self._span = span_minutes // step_minutes
        self._firsts: list[int] = []
        self._prices: list[int] = []

    def close_run(self, price: int, since: int, until: int) -> None:
        """Record that `price` was in force from `since` to just before `until` (ms)."""
        first = -(-since // self._step_ms)
        if first * self._step_ms >= until:
            return  # no boundary fell into that time
        if not self._prices or self._prices[-1] != price:
            self._firsts.append(first)
            self._prices.append(price)
        self._forget_before(until // self._step_ms - self._span)

    def _forget_before(self, boundary: int) -> None:
        # The run in force at the window's start is still needed: keep one at or before it.
        spare = bisect_right(self._firsts, boundary) - 1
        if spare > 0:
            del self._firsts[:spare], self._prices[:spare]

    def price_at(self, at: int, current: int, since: int) -> int | None:
        """Return the sample in force at `at`, the oldest one when none is that old.

        `current` is the price in force from `since` on; its samples are not closed yet.
        """
        wanted = at // self._step_ms
        first_current = -(-since // self._step_ms)
        if wanted >= first_current:
            return current
        run = bisect_right(self._firsts, wanted) - 1
        if run >= 0:
            return self._prices[run]
        return self._prices[0] if self._prices else None


class PriceHistory:
    """The prices of the last 24 hours, at the resolution that the windows need."""

    __slots__ = ("_fine", "_coarse", "_price", "_since")

    def __init__(self) -> None:
        self._fine = _Samples(step_minutes=1, span_minutes=60)
        self._coarse = _Samples(step_minutes=5, span_minutes=DAY_MINUTES)
        self._price: int | None = None
        self._since = 0

    @property
    def price(self) -> int | None:
        """The price in force now."""
        return self._price

    def set(self, price: int, at: int) -> None:
        """Make `price` the one in force from `at` (ms) on; times must not fall."""
        if self._price is not None:
            if price == self._price:
                return
            self._fine.close_run(self._price, self._since, at)
            self._coarse.close_run(self._price, self._since, at)
        self._price = price
        self._since = at

    def changes(self, now: int) -> Changes:
        """Return the changes as of `now` (ms); 0 for a window without any sample."""
        return Changes(
            self._change(self._fine, now, 5 * MINUTE_MS),
            self._change(self._fine, now, 60 * MINUTE_MS),
            self._change(self._coarse, now, DAY_MINUTES * MINUTE_MS),
        )

    def _change(self, samples: _Samples, now: int, window: int) -> int:
        if self._price is None:
            return 0
        then = samples.price_at(now - window, self._price, self._since)
        return 0 if then is None else self._price - then


class TradedVolume:
    """The sum of price × size over the last 24 hours, in sums of a minute.

    A minute leaves as a whole, when it ended 24 hours ago: a trade never too early, and
    up to 59 s late. Units are 10^-12 USD: millionths times millionths, exact.
    """

    __slots__ = ("_minutes", "_sums", "_total")

    def __init__(self) -> None:
        self._minutes: list[int] = []  # unix minutes, rising
        self._sums: list[int] = []
        self._total = 0

    def add(self, amount: int, at: int) -> None:
        """Count a trade's amount at its own minute, also when later ones are known."""
        minute = at // MINUTE_MS
        place = bisect_left(self._minutes, minute)
        if place < len(self._minutes) and self._minutes[place] == minute:
            self._sums[place] += amount
        else:
            self._minutes.insert(place, minute)
            self._sums.insert(place, amount)
        self._total += amount

    def total(self, now: int) -> int:
        """Return the sum as of `now` (ms); what has left it does not come back."""
        if not self._minutes:
            return 0
        left = bisect_left(self._minutes, now // MINUTE_MS - DAY_MINUTES)
        if left:
            self._total -= sum(self._sums[:left])
            del self._minutes[:left], self._sums[:left]
        return self._total
