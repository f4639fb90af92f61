"""The bus as the demo's gateway sees it: who subscribes first is noticed."""

import asyncio

from vezta_stream.bus.base import Bus, Receive, Subscription
from vezta_stream.core.positions import Scope


class Audience:
    """Passes subscriptions on to the bus, and tells when the first one is in place."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._came = asyncio.Event()

    async def subscribe(self, scope: Scope, receive: Receive) -> Subscription:
        """See `Bus.subscribe`."""
        subscription = await self._bus.subscribe(scope, receive)
        self._came.set()
        return subscription

    async def came(self, *, within_seconds: float) -> bool:
        """Wait for the first subscription; returns whether there is one in time."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._came.wait()
        except TimeoutError:
            return False
        return True
