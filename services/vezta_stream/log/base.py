"""The log: topics of ordered, numbered, replayable records, read by groups of workers.

The words are Kafka's. `log.memory` is the twin for one process; both pass one
behavioural test suite.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class TopicPartition(NamedTuple):
    """One ordered part of a topic."""

    topic: str
    partition: int


class Record(NamedTuple):
    """One record as read. `value` is `None` for a tombstone; `timestamp_ms` since 1970."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int

    @property
    def next_offset(self) -> int:
        """What to commit once this record's effects are safe."""
        return self.offset + 1

    def header(self, name: str) -> bytes | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key == name), None)


class Draft(NamedTuple):
    """One record to append. Without a `partition` the key's hash chooses."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


@dataclass(frozen=True)
class TopicSpec:
    """How a topic is kept. A compacted topic keeps at least the newest record of each key."""

    name: str
    partitions: int
    compacted: bool = False


class Producer(Protocol):
    """Appends records; idempotent: a retry inside never appends twice."""

    async def send(self, drafts: Sequence[Draft]) -> None:
        """Append all, in order within each partition; returns when all are acknowledged.

        May wait, up to a deadline of the log's, for room. Raises `ProduceFailed` when one
        is not acknowledged: fatal for the worker, which must stop without committing.
        """


class RebalanceListener(Protocol):
    """Told when partitions come and go. Called inside `Consumer.poll`, never beside it."""

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        """These partitions are ours from now on; nothing of them was polled yet."""

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        """These partitions go to another member; what is done may still be committed."""

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        """These partitions are another member's already; nothing may be committed."""


class Consumer(Protocol):
    """One member of a consumer group. Offsets are committed by hand only."""

    async def poll(
        self, *, max_records: int, timeout_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """Return the next records of the partitions that are assigned and not paused.

        Per partition offsets rise without overlap, starting at the committed offset (at
        the beginning when there is none). Waits up to the timeout for the first record;
        empty when none came. Raises `OffsetOutOfRange` when the log no longer holds the
        offset to read.
        """

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Store, per partition, the offset at which the group goes on after a restart.

        Raises `CommitRefused`, and stores nothing, when one of the partitions is not
        this member's (any more).
        """

    def pause(self, *partitions: TopicPartition) -> None:
        """Return nothing of these partitions until resumed; their position stays."""

    def resume(self, *partitions: TopicPartition) -> None:
        """Undo `pause`."""

    async def lag(self) -> Mapping[TopicPartition, int]:
        """Return how many records wait behind what `poll` returned, per assigned partition."""

    async def close(self) -> None:
        """Leave the group at once; the others take over."""


class Reader(Protocol):
    """Reads all partitions of a topic from the beginning, outside any group."""

    async def read_to_end(self) -> Sequence[Record]:
        """Return what was appended since the last call, up to the end as of this call."""


class Log(Protocol):
    """Where producers, consumers and readers come from."""

    def producer(self) -> Producer: ...

    def consumer(
        self, *, group: str, topics: Sequence[str], listener: RebalanceListener
    ) -> Consumer: ...

    def reader(self, topic: str) -> Reader: ...

    async def partitions(self, topic: str) -> int:
        """Return the topic's number of partitions. Raises KeyError for an unknown topic."""
