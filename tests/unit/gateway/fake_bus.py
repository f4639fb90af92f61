"""A bus that a test can hold back, make fail, and feed."""

import asyncio

from vezta_stream.bus.base import Batch, Item, Receive
from vezta_stream.core.positions import Scope


class FakeBus:
    """Implements `hub.Source`."""

    def __init__(self) -> None:
        self.open: list[FakeSubscription] = []
        self.opened = 0
        self.hold: asyncio.Event | None = None
        self.failure: Exception | None = None
        self.close_failure: Exception | None = None

    async def subscribe(self, scope: Scope, receive: Receive) -> "FakeSubscription":
        """Subscribe once released."""
        if self.hold is not None:
            await self.hold.wait()
        if self.failure is not None:
            raise self.failure
        subscription = FakeSubscription(self, scope, receive)
        self.open.append(subscription)
        self.opened += 1
        return subscription

    def publish(self, scope: Scope, *payloads: bytes) -> None:
        """Deliver to whoever is subscribed."""
        items = [Item(seq, "key", payload) for seq, payload in enumerate(payloads, 1)]
        for subscription in tuple(self.open):
            if subscription.scope == scope:
                subscription.receive(Batch(scope, "epoch", items))

    @property
    def scopes(self) -> list[Scope]:
        """What is subscribed to now."""
        return [subscription.scope for subscription in self.open]


class FakeSubscription:
    """One of them."""

    def __init__(self, bus: FakeBus, scope: Scope, receive: Receive) -> None:
        self._bus = bus
        self.scope = scope
        self.receive = receive

    async def close(self) -> None:
        """End it, unless the bus is told to fail."""
        if self._bus.close_failure is not None:
            raise self._bus.close_failure
        self._bus.open.remove(self)
