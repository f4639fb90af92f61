"""A log, a bus that can be broken, and a relay between them, for the relay's tests."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from vezta_stream.bus.base import Entry, Receive, Replay, Snapshot, Subscription
from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core import wire
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Position, Scope, SourcePosition
from vezta_stream.errors import BusUnavailable
from vezta_stream.log.base import Draft, RebalanceListener, TopicPartition, TopicSpec
from vezta_stream.log.memory import MemoryLog
from vezta_stream.log.memory_consumer import MemoryConsumer
from vezta_stream.relay.pipeline import Relay, RelayPolicy
from vezta_stream.relay.unpack import Unreadable

DEADLINE_SECONDS = 20.0

POLICY = RelayPolicy(
    poll_records=100,
    poll_seconds=60.0,
    batch_entries=200,
    batch_bytes=262_144,
    attempt_seconds=60.0,
    first_backoff_seconds=0.05,
    last_backoff_seconds=2.0,
    revoke_seconds=60.0,
)

Publish = Callable[[], Awaitable[Position]]
Deed = Callable[[Publish], Awaitable[Position]]


async def unanswered(publish: Publish) -> Position:
    """The bus is away: nothing happens."""
    raise BusUnavailable("connection refused")


async def answer_lost(publish: Publish) -> Position:
    """The bus does it, and the answer is lost."""
    await publish()
    raise BusUnavailable("connection reset")


async def hang(publish: Publish) -> Position:
    """The bus never answers."""
    await asyncio.Event().wait()
    return await publish()


class Gate:
    """A deed that publishes when the gate is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0

    async def __call__(self, publish: Publish) -> Position:
        self.waiting += 1
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        return await publish()


class Crash(Exception):
    """The relay's process dies here."""


async def crash(publish: Publish) -> Position:
    raise Crash


async def crash_after(publish: Publish) -> Position:
    await publish()
    raise Crash


class BreakableBus:
    """The in-memory bus behind a publish that can be told what to do instead.

    `deeds` are used up by one publish each; with none left, publishes succeed.
    """

    def __init__(self) -> None:
        epochs = itertools.count()
        self.real = MemoryBus(
            new_epoch=lambda: f"e{next(epochs)}", log_entries=10_000, idle_user_scopes=1000
        )
        self.deeds: list[Deed] = []
        self.published: list[tuple[Scope, Sequence[Entry]]] = []

    async def publish(self, scope: Scope, entries: Sequence[Entry]) -> Position:
        self.published.append((scope, entries))
        if self.deeds:
            return await self.deeds.pop(0)(lambda: self.real.publish(scope, entries))
        return await self.real.publish(scope, entries)

    async def subscribe(self, scope: Scope, receive: Receive) -> Subscription:
        return await self.real.subscribe(scope, receive)

    async def position(self, scope: Scope) -> Position:
        return await self.real.position(scope)

    async def read_log(self, scope: Scope, after: Position, *, limit: int) -> Replay:
        return await self.real.read_log(scope, after, limit=limit)

    async def read_last(
        self, scope: Scope, *, after_seq: int = 0, keys: Sequence[str] | None = None
    ) -> Snapshot:
        return await self.real.read_last(scope, after_seq=after_seq, keys=keys)


class Counts:
    """Implements `RelayMetrics`."""

    def __init__(self) -> None:
        self.published: Counter[Channel] = Counter()
        self.unreadable: Counter[Unreadable] = Counter()
        self.retries: Counter[Channel] = Counter()

    def on_published(self, channel: Channel, entries: int) -> None:
        self.published[channel] += entries

    def on_unreadable(self, reason: Unreadable) -> None:
        self.unreadable[reason] += 1

    def on_retry(self, channel: Channel) -> None:
        self.retries[channel] += 1


class WatchedLog(MemoryLog):
    """An in-memory log with the channel topics; remembers the consumers that it gave out."""

    def __init__(self) -> None:
        super().__init__(now_ms=lambda: 1, retain_records=1000, compact_above_records=1000)
        self.create(*(TopicSpec(channel.topic, 2) for channel in Channel))
        self.consumers: list[MemoryConsumer] = []

    def consumer(
        self, *, group: str, topics: Sequence[str], listener: RebalanceListener
    ) -> MemoryConsumer:
        self.consumers.append(super().consumer(group=group, topics=topics, listener=listener))
        return self.consumers[-1]


class Bench:
    """What a test of the relay works with."""

    def __init__(self) -> None:
        self.log = WatchedLog()
        self.bus = BreakableBus()
        self.counts = Counts()
        self.slept: list[float] = []

    async def send(self, *drafts: Draft) -> None:
        """Append channel records, as the ingestor would."""
        await self.log.producer().send(drafts)

    def relay(self, policy: RelayPolicy = POLICY) -> Relay:
        return Relay(
            log=self.log,
            bus=self.bus,
            group="relay",
            channels=list(Channel),
            policy=policy,
            metrics=self.counts,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    @asynccontextmanager
    async def running(self, policy: RelayPolicy = POLICY) -> AsyncIterator[asyncio.Task[None]]:
        """Run a relay until the block is left, or until it fails."""
        task = asyncio.ensure_future(self.relay(policy).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=DEADLINE_SECONDS)

    async def left_over(self) -> list[bytes | None]:
        """Return the values that the relay's group has not committed; no relay may run."""
        topics = [channel.topic for channel in Channel]
        consumer = super(WatchedLog, self.log).consumer(
            group="relay", topics=topics, listener=Ignore()
        )
        polled = await consumer.poll(max_records=10_000, timeout_seconds=0)
        await consumer.close()
        return [record.value for records in polled.values() for record in records]


class Ignore:
    """A listener without interest."""

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None: ...
    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None: ...
    async def on_lost(self, partitions: Collection[TopicPartition]) -> None: ...


def draft(
    number: int,
    *,
    channel: Channel = Channel.MARKET_TRADES,
    data: bytes | None = b"",
    key: str = "m",
    partition: int = 0,
    user: str | None = None,
) -> Draft:
    """Return a channel record, the output of raw record `number` of its lane."""
    lane = Lane(1, "raw", partition, key)
    headers: wire.Headers = (
        (wire.LANE, wire.lane_to_bytes(lane)),
        (wire.SOURCE, wire.source_to_bytes(SourcePosition(number, 0))),
    )
    if user is not None:
        headers = (*headers, (wire.USER, user.encode()))
    value = None if data is None else wire.wrap(data or str(number).encode())
    return Draft(channel.topic, key.encode(), value, headers, partition)


async def expire(bench: Bench, publish: Publish) -> Position:
    """The group takes the relay for dead while it publishes."""
    bench.log.expire(bench.log.consumers[-1])
    return await publish()


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else run until the condition holds."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110 - any condition, without a clock
            await asyncio.sleep(0)
