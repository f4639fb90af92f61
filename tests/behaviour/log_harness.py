"""What the log's suites stand on: the harness each twin brings, and a worker to observe."""

import asyncio
import uuid
from collections.abc import Callable, Collection
from typing import Protocol

import pytest

from vezta_stream.log.base import Consumer, Draft, Log, Record, TopicPartition, TopicSpec

DEADLINE_SECONDS = 30.0


class LogHarness(Protocol):
    """What the twins do differently."""

    log: Log
    # For how long a poll that must find nothing waits before it is believed.
    quiet_seconds: float

    async def create(self, *specs: TopicSpec) -> None:
        """Create topics."""

    async def truncate(self, place: TopicPartition, *, before: int) -> None:
        """Drop a partition's records below an offset."""

    async def compact(self, topic: str) -> None:
        """Return when a compaction has gone over what the topic held."""

    async def expire(self, consumer: Consumer) -> None:
        """Make the group take this member for dead."""


class Worker:
    """A member of a group as a deployable is one; remembers all it is told and given."""

    def __init__(self, log: Log, group: str, *topics: str) -> None:
        self.consumer = log.consumer(group=group, topics=topics, listener=self)
        self.owned: set[TopicPartition] = set()
        self.lost: set[TopicPartition] = set()
        self.records: list[Record] = []
        # What to commit when a partition is revoked, decided by the test.
        self.commit_on_revoke: dict[TopicPartition, int] = {}

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        assert not self.owned.intersection(partitions)
        self.owned.update(partitions)

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        self._give_up(partitions)
        going = {
            place: offset for place, offset in self.commit_on_revoke.items() if place in partitions
        }
        await self.consumer.commit(going)

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        self._give_up(partitions)
        self.lost.update(partitions)

    def _give_up(self, partitions: Collection[TopicPartition]) -> None:
        assert self.owned.issuperset(partitions)
        self.owned.difference_update(partitions)

    async def poll(self, *, max_records: int = 100, timeout_seconds: float = 0.05) -> None:
        """Poll once; every record must be of a partition that is ours."""
        polled = await self.consumer.poll(max_records=max_records, timeout_seconds=timeout_seconds)
        assert self.owned.issuperset(polled)
        for place, records in polled.items():
            assert records
            assert all((record.topic, record.partition) == place for record in records)
            self.records += records

    def values(self, place: TopicPartition | None = None) -> list[bytes | None]:
        """Return the values polled so far, of one partition or of all."""
        return [
            record.value
            for record in self.records
            if place is None or (record.topic, record.partition) == place
        ]


async def poll_until(condition: Callable[[], bool], *workers: Worker) -> None:
    """Poll all workers, side by side, until the condition holds."""

    async def keep_polling(worker: Worker) -> None:
        while not condition():
            await worker.poll()

    async with asyncio.timeout(DEADLINE_SECONDS):
        if len(workers) == 1:
            await keep_polling(workers[0])
            return
        async with asyncio.TaskGroup() as tasks:
            for worker in workers:
                tasks.create_task(keep_polling(worker))


async def ready(worker: Worker, partitions: int) -> Worker:
    """Return the worker once it owns this many partitions."""
    await poll_until(lambda: len(worker.owned) == partitions, worker)
    return worker


async def take(worker: Worker, count: int) -> list[bytes | None]:
    """Poll until the worker has `count` records in all; return the values of these."""
    await poll_until(lambda: len(worker.records) >= count, worker)
    return worker.values()


def numbered(topic: str, numbers: range, *, partition: int = 0) -> list[Draft]:
    """Return drafts with the values 0, 1, 2, … for one partition."""
    return [
        Draft(topic, str(number).encode(), str(number).encode(), partition=partition)
        for number in numbers
    ]


def as_values(numbers: range) -> list[bytes]:
    """Return the values of `numbered`."""
    return [str(number).encode() for number in numbers]


def fresh(word: str) -> str:
    """Return a name that no other test uses."""
    return f"{word}.{uuid.uuid4().hex[:12]}"


class LogFixtures:
    """Fixtures of the suites; `harness` comes from the module that runs them."""

    @pytest.fixture
    def log(self, harness: LogHarness) -> Log:
        return harness.log

    @pytest.fixture
    async def topic(self, harness: LogHarness) -> str:
        """A plain topic of four partitions."""
        name = fresh("plain")
        await harness.create(TopicSpec(name, 4))
        return name

    @pytest.fixture
    async def compacted(self, harness: LogHarness) -> str:
        """A compacted topic of one partition."""
        name = fresh("compacted")
        await harness.create(TopicSpec(name, 1, compacted=True))
        return name

    @pytest.fixture
    def group(self) -> str:
        return fresh("group")
