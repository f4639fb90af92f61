"""The log in one process's memory: Kafka's semantics, for the demo and for tests."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from vezta_stream.errors import ProduceFailed
from vezta_stream.log.base import Draft, RebalanceListener, Record, TopicPartition, TopicSpec
from vezta_stream.log.memory_backlog import Backlog
from vezta_stream.log.memory_consumer import MemoryConsumer
from vezta_stream.log.memory_group import Group
from vezta_stream.log.memory_partition import MemoryPartition
from vezta_stream.log.partitioner import partition_of


class MemoryLog:
    """Implements `log.base.Log` for tasks of one event loop.

    Memory is bounded per partition: a plain one keeps its newest `retain_records` (up to
    a quarter more), a compacted one compacts itself above `compact_above_records`; see
    `MemoryPartition`. A consumer that falls behind the retention gets `OffsetOutOfRange`.
    So that none does, producers wait while a partition is half of that bound ahead of a
    group that reads it: for each record `wait_seconds` at most. Without such a group they
    do not wait. A producer lets others run after every `turn_records` records.

    `now_ms` gives the records' timestamps.
    """

    def __init__(
        self,
        *,
        now_ms: Callable[[], int],
        retain_records: int,
        compact_above_records: int,
        wait_seconds: float = 30.0,
        turn_records: int = 100,
    ) -> None:
        self._now_ms = now_ms
        self._retain_records = retain_records
        self._compact_above_records = compact_above_records
        self._specs: dict[str, TopicSpec] = {}
        self._partitions: dict[TopicPartition, MemoryPartition] = {}
        self._groups: dict[str, Group] = {}
        self._backlog = Backlog(self._groups, wait_seconds=wait_seconds)
        self._turn_records = turn_records

    def create(self, *specs: TopicSpec) -> None:
        """Create topics; one that exists may be named again, but not otherwise: ValueError."""
        for spec in specs:
            if self._specs.setdefault(spec.name, spec) != spec:
                raise ValueError(f"topic {spec.name} exists as {self._specs[spec.name]}")
            for place in _places(spec):
                self._partitions.setdefault(place, self._partition(spec, place))

    def producer(self) -> "MemoryProducer":
        """Return a producer; it holds nothing that must be closed."""
        return MemoryProducer(
            specs=self._specs,
            find=self._partitions.__getitem__,
            now_ms=self._now_ms,
            backlog=self._backlog,
            turn_records=self._turn_records,
        )

    def consumer(
        self, *, group: str, topics: Sequence[str], listener: RebalanceListener
    ) -> MemoryConsumer:
        """Return a consumer, which joins at its first poll. KeyError for an unknown topic."""
        return MemoryConsumer(
            group=self._groups.setdefault(group, Group()),
            topics={topic: self._specs[topic].partitions for topic in topics},
            find=self._partitions.__getitem__,
            listener=listener,
        )

    def reader(self, topic: str) -> "MemoryReader":
        """Return a reader. Raises KeyError for an unknown topic."""
        return MemoryReader([self._partitions[place] for place in _places(self._specs[topic])])

    async def partitions(self, topic: str) -> int:
        """Return the topic's number of partitions. Raises KeyError for an unknown topic."""
        return self._specs[topic].partitions

    def compact(self, topic: str) -> None:
        """Compact a topic now: see `MemoryPartition.compact`."""
        for place in _places(self._specs[topic]):
            self._partitions[place].compact()

    def truncate(self, place: TopicPartition, *, before: int) -> None:
        """Drop a partition's records below an offset, as retention would."""
        self._partitions[place].truncate(before)

    def expire(self, consumer: MemoryConsumer) -> None:
        """Take a consumer for dead, as a group does when its session timed out.

        Its partitions are free at once; its next poll calls `on_lost` and joins anew.
        """
        consumer.expire()

    def _partition(self, spec: TopicSpec, place: TopicPartition) -> MemoryPartition:
        return MemoryPartition(
            place,
            compacted=spec.compacted,
            retain_records=self._retain_records,
            compact_above_records=self._compact_above_records,
        )


class MemoryProducer:
    """Implements `log.base.Producer`. A refused call appends nothing at all.

    Memory being bounded, it waits for readers that fall behind; when they do not go on in
    time it raises `ProduceFailed`, with the drafts before that one appended.
    """

    def __init__(
        self,
        *,
        specs: Mapping[str, TopicSpec],
        find: Callable[[TopicPartition], MemoryPartition],
        now_ms: Callable[[], int],
        backlog: Backlog,
        turn_records: int,
    ) -> None:
        self._specs = specs
        self._find = find
        self._now_ms = now_ms
        self._backlog = backlog
        self._turn_records = turn_records
        self._turn = 0  # records of this turn so far; a call without records counts as one
        self._keyless = count()

    async def send(self, drafts: Sequence[Draft]) -> None:
        """See `Producer.send`. Refuses what Kafka does: unknown places, and no key to compact by.

        Records without key and partition go to all partitions in turn. Two calls at the
        same time may mix their records.
        """
        placed = [(self._find(self._place(draft)), draft) for draft in drafts]
        timestamp_ms = self._now_ms()
        for partition, draft in placed:
            await self._backlog.room(partition)
            partition.append(draft, timestamp_ms=timestamp_ms)
            await self._let_others_run()
        if not placed:
            await self._let_others_run()

    async def _let_others_run(self) -> None:
        self._turn += 1
        if self._turn >= self._turn_records:
            self._turn = 0
            await asyncio.sleep(0)

    def _place(self, draft: Draft) -> TopicPartition:
        spec = self._specs.get(draft.topic)
        if spec is None:
            raise ProduceFailed(f"no topic {draft.topic}")
        if draft.key is None and spec.compacted:
            raise ProduceFailed(f"a record without key for the compacted topic {spec.name}")
        partition = self._number(draft, spec)
        if not 0 <= partition < spec.partitions:
            raise ProduceFailed(f"no partition {partition} in topic {spec.name}")
        return TopicPartition(spec.name, partition)

    def _number(self, draft: Draft, spec: TopicSpec) -> int:
        if draft.partition is not None:
            return draft.partition
        if draft.key is not None:
            return partition_of(draft.key, spec.partitions)
        return next(self._keyless) % spec.partitions


class MemoryReader:
    """Implements `log.base.Reader`: partition by partition, each in order.

    Raises `OffsetOutOfRange` when records were dropped that it had not yet read.
    """

    def __init__(self, partitions: Sequence[MemoryPartition]) -> None:
        self._partitions = partitions
        self._positions: list[int | None] = [None for _ in partitions]  # None: the beginning

    async def read_to_end(self) -> Sequence[Record]:
        """See `Reader.read_to_end`."""
        found: list[Record] = []
        for number, partition in enumerate(self._partitions):
            position = self._positions[number]
            records, self._positions[number] = partition.read(
                partition.start if position is None else position, partition.end + 1
            )
            found += records
        return found


def _places(spec: TopicSpec) -> list[TopicPartition]:
    return [TopicPartition(spec.name, number) for number in range(spec.partitions)]
