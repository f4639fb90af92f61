"""The hub: who on this node receives what, and what the node therefore receives."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Generic, Protocol, TypeVar

import structlog

from vezta_stream.bus.base import Batch, Receive, Subscription
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.errors import BusUnavailable, Unavailable
from vezta_stream.metrics import GatewayMetrics

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)


class Source(Protocol):
    """What the hub needs of the bus; see `bus.base.Bus`."""

    async def subscribe(self, scope: Scope, receive: Receive) -> Subscription: ...


class Subscriber(Protocol[F_contra]):
    """One connection, as the hub sees it. Compared and hashed by identity."""

    def offer(self, scope: Scope, frame: F_contra) -> bool:
        """Take a frame for delivery; returns whether it was taken.

        Must neither wait nor raise. May leave the hub, or join it, meanwhile.
        """


class Feed(Generic[F]):
    """One scope as this node receives it, and who it is for."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.subscribers: dict[Subscriber[F], None] = {}
        # The subscribers at one moment; rebuilt only after they have changed.
        self.audience: tuple[Subscriber[F], ...] | None = None
        self.subscription: Subscription | None = None
        # Connections that are about to join, or wait for the bus in order to.
        self.claims = 0
        self.opening = asyncio.Lock()
        # The attempt to subscribe that counts: what others still bring is dropped.
        self.attempt: object = None


class Hub(Generic[F]):
    """Delivers each publication of a scope to all its subscribers on this node.

    A scope is subscribed to on the bus only while it has a subscriber here. The frame is
    made once per publication, by `encode`, and offered to every subscriber in the order
    in which the bus delivered; nothing waits for a subscriber. `encode` raises
    UnicodeDecodeError for a payload that cannot be sent. `run` must be running beside it.
    """

    def __init__(
        self,
        *,
        bus: Source,
        encode: Callable[[Channel, bytes], F],
        timeout_seconds: float,
        metrics: GatewayMetrics,
    ) -> None:
        self._bus = bus
        self._encode = encode
        self._timeout_seconds = timeout_seconds
        self._metrics = metrics
        self._feeds: dict[Scope, Feed[F]] = {}
        # Bus subscriptions that nobody needs any more, until `run` has closed them: never
        # more than were open.
        self._unneeded: asyncio.Queue[Subscription] = asyncio.Queue()

    @asynccontextmanager
    async def opened(self, scope: Scope) -> AsyncIterator[None]:
        """Keep the scope coming from the bus inside the block; join there.

        On entry the bus subscription is in place. Raises `Unavailable` when that fails or
        takes too long. Who waits here makes nobody else wait.
        """
        feed = self._feeds.get(scope)
        if feed is None:
            feed = self._feeds[scope] = Feed(scope)
            self._metrics.feeds.inc()
        feed.claims += 1
        try:
            await self._open(feed)
            yield
        finally:
            feed.claims -= 1
            self._release(feed)

    def join(self, scope: Scope, subscriber: Subscriber[F]) -> None:
        """Deliver the scope to the subscriber from now on. Only inside `opened`."""
        feed = self._feeds[scope]
        feed.subscribers[subscriber] = None
        feed.audience = None
        self._metrics.subscribers.labels(scope.channel.value).inc()

    def leave(self, scope: Scope, subscriber: Subscriber[F]) -> None:
        """Deliver nothing of the scope to the subscriber after this returns."""
        feed = self._feeds[scope]
        del feed.subscribers[subscriber]
        feed.audience = None
        self._metrics.subscribers.labels(scope.channel.value).dec()
        self._release(feed)

    def offer(self, scope: Scope, frame: F) -> int:
        """Offer a frame that did not come over the bus; returns how many took it."""
        feed = self._feeds.get(scope)
        if feed is None:
            return 0
        return sum(subscriber.offer(scope, frame) for subscriber in tuple(feed.subscribers))

    async def run(self) -> None:
        """Close bus subscriptions that are not needed any more; runs until cancelled."""
        while True:
            subscription = await self._unneeded.get()
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    await subscription.close()
            except (BusUnavailable, TimeoutError):
                # It may go on delivering, to nobody: its feed has let go of it.
                self._metrics.bus_failures.labels("close").inc()

    async def _open(self, feed: Feed[F]) -> None:
        if feed.subscription is not None:
            return
        try:
            async with asyncio.timeout(self._timeout_seconds), feed.opening:
                if feed.subscription is None:  # whoever was first has not done it
                    feed.subscription = await self._bus.subscribe(feed.scope, self._receiver(feed))
        except (BusUnavailable, TimeoutError) as error:
            self._metrics.bus_failures.labels("open").inc()
            channel = feed.scope.channel.value
            logger.warning("bus subscription failed", channel=channel, error=str(error))
            raise Unavailable("the channel is not available now", channel=channel) from error

    def _receiver(self, feed: Feed[F]) -> Receive:
        attempt = feed.attempt = object()

        def receive(batch: Batch) -> None:
            if feed.attempt is attempt:
                self._deliver(feed, batch)

        return receive

    def _deliver(self, feed: Feed[F], batch: Batch) -> None:
        started = time.perf_counter()
        scope = feed.scope
        taken = 0
        for item in batch.items:
            try:
                frame = self._encode(scope.channel, item.data)
            except UnicodeDecodeError:
                self._metrics.unsendable.labels(scope.channel.value).inc()
                continue
            if feed.audience is None:
                feed.audience = tuple(feed.subscribers)
            for subscriber in feed.audience:
                taken += subscriber.offer(scope, frame)
        self._metrics.publications.labels(scope.channel.value).inc(len(batch.items))
        self._metrics.deliveries.labels(scope.channel.value).inc(taken)
        self._metrics.fan_out_seconds.observe(time.perf_counter() - started)

    def _release(self, feed: Feed[F]) -> None:
        """Let go of the scope if nobody here needs it."""
        if feed.subscribers or feed.claims:
            return
        del self._feeds[feed.scope]
        self._metrics.feeds.dec()
        feed.attempt = None
        if feed.subscription is not None:
            self._unneeded.put_nowait(feed.subscription)
