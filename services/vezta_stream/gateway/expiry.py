"""Ends what tokens granted when they expire: one task for all connections of a node."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from vezta_stream.core.deadlines import Deadlines


class Expiring(Protocol):
    """Something with a grant that ends. Compared and hashed by identity."""

    def expire(self, *, now: float) -> None:
        """The grant's end, as last told, has come. Must neither wait nor raise."""


class Expiries:
    """Calls `expire` on each connection once its grant has ended. `run` must be running.

    `clock` gives seconds since 1970. It may be set back or forward: what counts is what
    it says when looked at, every `tick_seconds`.
    """

    def __init__(self, *, clock: Callable[[], float], tick_seconds: float) -> None:
        self._clock = clock
        self._tick_seconds = tick_seconds
        self._deadlines = Deadlines[Expiring](resolution_seconds=tick_seconds)

    def __len__(self) -> int:
        return len(self._deadlines)

    def watch(self, expiring: Expiring, *, valid_until: float) -> None:
        """Call it at this time, and not at the one told before."""
        self._deadlines.set(expiring, valid_until)

    def forget(self, expiring: Expiring) -> None:
        """Do not call it any more."""
        self._deadlines.discard(expiring)

    def expire_due(self) -> None:
        """Call all whose time has come."""
        now = self._clock()
        for expiring in self._deadlines.due(now=now):
            expiring.expire(now=now)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self.expire_due()
            await asyncio.sleep(self._tick_seconds)
