"""The ingestor: raw topics in, channel topics out."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import structlog

from vezta_stream.errors import CommitRefused
from vezta_stream.ingestor.worker import Effects, Worker
from vezta_stream.log.base import Consumer, Log, Producer, Reader, TopicPartition

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


class Ingestor:
    """Moves records between the log and a `Worker`, which decides what becomes of them.

    What the log has acknowledged of the outputs is never behind what is committed: a
    crash repeats work, it loses nothing.
    """

    def __init__(
        self,
        *,
        log: Log,
        worker: Worker,
        group: str,
        topics: Sequence[str],
        catalog_topic: str,
        clock: Callable[[], int],
        tick_seconds: float,
        max_records: int,
    ) -> None:
        self._log = log
        self._worker = worker
        self._group = group
        self._topics = topics
        self._catalog_topic = catalog_topic
        self._clock = clock
        self._tick_ms = round(tick_seconds * 1000)
        self._max_records = max_records
        self._assigned: set[TopicPartition] = set()

    async def run(self) -> None:
        """Work until cancelled. Raises what makes going on unsafe, such as `ProduceFailed`."""
        catalog = self._log.reader(self._catalog_topic)
        producer = self._log.producer()
        # To its end before anything else: without it no Polymarket token has a side.
        self._worker.learn(await catalog.read_to_end(), now=self._clock())
        consumer = self._log.consumer(group=self._group, topics=self._topics, listener=self)
        try:
            ticked_at = 0
            while True:
                batch = await consumer.poll(
                    max_records=self._max_records, timeout_seconds=self._until_tick(ticked_at)
                )
                # Before the batch, so that a market listed first is known first.
                await self._learn(catalog, consumer, producer)
                if batch:
                    effects = self._worker.process(batch, now=self._clock())
                    await self._apply(effects, consumer, producer)
                if not self._until_tick(ticked_at):
                    ticked_at = self._clock()
                    await self._tick(consumer, producer, ticked_at)
        finally:
            await consumer.close()

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        self._assigned.update(partitions)
        self._worker.assign(partitions)

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        # Everything polled before is processed and committed already.
        await self.on_lost(partitions)

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        self._assigned.difference_update(partitions)
        self._worker.unassign(partitions)

    def _until_tick(self, ticked_at: int) -> float:
        """Return in how many seconds the next tick is due; a clock set back makes it due."""
        elapsed = self._clock() - ticked_at
        return (self._tick_ms - elapsed) / 1000 if 0 <= elapsed < self._tick_ms else 0.0

    async def _learn(self, catalog: Reader, consumer: Consumer, producer: Producer) -> None:
        records = await catalog.read_to_end()
        if records:
            learnt = self._worker.learn(records, now=self._clock())
            await self._apply(learnt, consumer, producer)

    async def _tick(self, consumer: Consumer, producer: Producer, now: int) -> None:
        lag = await consumer.lag()
        current = [place for place in self._assigned if not lag.get(place)]
        await self._apply(self._worker.tick(current, now=now), consumer, producer)

    async def _apply(self, effects: Effects, consumer: Consumer, producer: Producer) -> None:
        await producer.send(effects.drafts)
        if effects.offsets:
            try:
                await consumer.commit(effects.offsets)  # last: a crash before repeats work
            except CommitRefused:
                logger.warning("partitions were lost before their commit")  # poll says which
