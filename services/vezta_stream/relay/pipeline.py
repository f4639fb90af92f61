"""The relay: reads channel topics as one member of a group and publishes to the bus."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from vezta_stream.bus.base import Bus, Entry
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.errors import BusUnavailable, CommitRefused
from vezta_stream.log.base import Consumer, Log, Record, TopicPartition
from vezta_stream.relay.batches import batches
from vezta_stream.relay.inflight import Inflight
from vezta_stream.relay.unpack import Unreadable, UnreadableRecord, unpack

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RelayPolicy:
    """How much at once, and how patient.

    One attempt to publish may take `attempt_seconds`; the pause before the next doubles
    from `first_backoff_seconds` to `last_backoff_seconds`. Work on a partition that is
    revoked may go on for `revoke_seconds`.
    """

    poll_records: int
    poll_seconds: float
    batch_entries: int
    batch_bytes: int
    attempt_seconds: float
    first_backoff_seconds: float
    last_backoff_seconds: float
    revoke_seconds: float

    def backoff_seconds(self, failures: int) -> float:
        """Return the pause after the given number (from 1) of failures in a row."""
        doublings = min(failures - 1, 32)  # the cap is reached long before
        return min(self.first_backoff_seconds * 2.0**doublings, self.last_backoff_seconds)


class RelayMetrics(Protocol):
    """What the relay counts."""

    def on_published(self, channel: Channel, entries: int) -> None:
        """The bus took these entries, repeats and tombstones included."""

    def on_unreadable(self, reason: Unreadable) -> None:
        """A record was passed over."""

    def on_retry(self, channel: Channel) -> None:
        """The bus did not answer; the same batch is going to be published again."""


class Relay:
    """Moves channel records to the bus, in order per partition, none twice, none left out.

    What is polled from a partition is published, then committed, then more is polled: one
    publish in flight per partition, tried until the bus answers. After a crash, and when
    a partition moves while a publish is under way, records are published again; the bus
    knows them by lane and source position. An unreadable record is counted and passed over.
    """

    def __init__(
        self,
        *,
        log: Log,
        bus: Bus,
        group: str,
        channels: Sequence[Channel],
        policy: RelayPolicy,
        metrics: RelayMetrics,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._log = log
        self._bus = bus
        self._group = group
        self._topics = [channel.topic for channel in channels]
        self._policy = policy
        self._metrics = metrics
        self._sleep = sleep
        self._waiting = 0  # publishes that the bus did not yet answer
        self._reported: set[Unreadable] = set()

    async def run(self) -> None:
        """Relay until cancelled. What stops it otherwise is raised as an exception group."""
        tasks = asyncio.TaskGroup()
        inflight = Inflight(tasks)
        consumer = self._log.consumer(
            group=self._group,
            topics=self._topics,
            listener=_Handover(inflight, revoke_seconds=self._policy.revoke_seconds),
        )
        try:
            async with tasks:
                await self._read(consumer, inflight)
        finally:
            await consumer.close()

    async def _read(self, consumer: Consumer, inflight: Inflight) -> None:
        while True:
            polled = await consumer.poll(
                max_records=self._policy.poll_records, timeout_seconds=self._policy.poll_seconds
            )
            for place, records in polled.items():
                consumer.pause(place)  # until these are done: one publish in flight
                inflight.start(place, self._relay(consumer, place, records))

    async def _relay(
        self, consumer: Consumer, place: TopicPartition, records: Sequence[Record]
    ) -> None:
        for scope, entries in batches(
            self._readable(records),
            max_entries=self._policy.batch_entries,
            max_bytes=self._policy.batch_bytes,
        ):
            await self._publish(scope, entries)
        try:
            # Last: a crash before this line repeats work, never loses it.
            await consumer.commit({place: records[-1].next_offset})
        except CommitRefused:
            return  # it has moved: its new owner repeats this, and the bus drops the repeats
        consumer.resume(place)

    def _readable(self, records: Sequence[Record]) -> Iterator[tuple[Scope, Entry]]:
        for record in records:
            try:
                yield unpack(record)
            except UnreadableRecord as error:
                self._pass_over(record, error.reason)

    def _pass_over(self, record: Record, reason: Unreadable) -> None:
        self._metrics.on_unreadable(reason)
        if reason not in self._reported:  # once each: there may be millions
            self._reported.add(reason)
            logger.warning(
                "unreadable channel record",
                reason=reason.value,
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
            )

    async def _publish(self, scope: Scope, entries: Sequence[Entry]) -> None:
        """Publish until the bus answers; repeating is safe, whatever became of an attempt."""
        if (error := await self._attempt(scope, entries)) is not None:
            with self._reporting_outage(error):
                await self._insist(scope, entries)
        self._metrics.on_published(scope.channel, len(entries))

    async def _insist(self, scope: Scope, entries: Sequence[Entry]) -> None:
        for failures in itertools.count(1):
            self._metrics.on_retry(scope.channel)
            await self._sleep(self._policy.backoff_seconds(failures))
            if await self._attempt(scope, entries) is None:
                return

    async def _attempt(self, scope: Scope, entries: Sequence[Entry]) -> str | None:
        """Publish once; returns what is wrong with the bus, `None` when it answered."""
        try:
            async with asyncio.timeout(self._policy.attempt_seconds):
                await self._bus.publish(scope, entries)
        except BusUnavailable as error:
            return str(error)
        except TimeoutError:
            return "no answer in time"
        return None

    @contextmanager
    def _reporting_outage(self, error: str) -> Iterator[None]:
        """Log when the first publish begins to wait for the bus and when none does any more."""
        if not self._waiting:
            logger.warning("the bus does not answer", error=error)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                logger.info("no publish waits for the bus any more")


class _Handover:
    """Ends the work on partitions that go to another member."""

    def __init__(self, inflight: Inflight, *, revoke_seconds: float) -> None:
        self._inflight = inflight
        self._revoke_seconds = revoke_seconds

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        """Nothing to prepare: the bus knows what it has."""

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        """Let what is nearly done be committed; the rest the new owner repeats."""
        await self._inflight.end(partitions, within_seconds=self._revoke_seconds)

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        """Stop at once: these are another member's already."""
        await self._inflight.end(partitions, within_seconds=0)
