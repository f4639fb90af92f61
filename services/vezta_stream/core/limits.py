"""How often something may happen: the policy, and where one connection stands."""

from typing import NamedTuple


class RateLimit(NamedTuple):
    """At most `burst` at once, and `per_second` in the long run."""

    per_second: float
    burst: int


class TokenBucket:
    """One connection's allowance under a `RateLimit`; full at the start.

    `now` is in seconds of any clock that does not run backwards; where one does, the
    allowance merely does not grow.
    """

    __slots__ = ("_left", "_limit", "_updated_at")

    def __init__(self, limit: RateLimit, *, now: float) -> None:
        self._limit = limit
        self._left = float(limit.burst)
        self._updated_at = now

    def take(self, *, now: float) -> bool:
        """Use up one unit; returns False, and uses nothing, when there is none."""
        elapsed = max(0.0, now - self._updated_at)
        self._updated_at = max(self._updated_at, now)
        self._left = min(float(self._limit.burst), self._left + elapsed * self._limit.per_second)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
