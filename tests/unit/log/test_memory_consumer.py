"""A member of an in-memory consumer group: what the suites of all logs do not ask."""

import asyncio
from collections.abc import Collection

import pytest

from vezta_stream.errors import OffsetOutOfRange
from vezta_stream.log.base import Draft, TopicPartition, TopicSpec
from vezta_stream.log.memory import MemoryLog
from vezta_stream.log.memory_consumer import MemoryConsumer

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


class Listener:
    """Writes down what it is told, and does what a test asks of it on the way."""

    def __init__(self) -> None:
        self.told: list[tuple[str, set[TopicPartition]]] = []
        self.failing = ""
        self.consumer: MemoryConsumer | None = None

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        self._note("assigned", partitions)

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        self._note("revoked", partitions)

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        self._note("lost", partitions)
        if self.consumer is not None:
            await self.consumer.close()

    def _note(self, what: str, partitions: Collection[TopicPartition]) -> None:
        self.told.append((what, set(partitions)))
        if what == self.failing:
            self.failing = ""
            raise LookupError(what)


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog(now_ms=lambda: 1, retain_records=100, compact_above_records=100)
    log.create(TopicSpec("t", 2), TopicSpec("compacted", 1, compacted=True))
    return log


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def consumer(log: MemoryLog, listener: Listener) -> MemoryConsumer:
    return join(log, listener)


def join(log: MemoryLog, listener: Listener, topic: str = "t") -> MemoryConsumer:
    return log.consumer(group="g", topics=[topic], listener=listener)


async def send(log: MemoryLog, place: TopicPartition, count: int) -> None:
    draft = Draft(place.topic, b"k", b"v", partition=place.partition)
    await log.producer().send([draft] * count)


async def poll(consumer: MemoryConsumer, limit: int = 100) -> dict[TopicPartition, int]:
    """Poll without waiting; return how many records of each partition came."""
    polled = await consumer.poll(max_records=limit, timeout_seconds=0)
    return {place: len(records) for place, records in polled.items()}


async def test_nothing_is_owned_before_the_first_poll(consumer: MemoryConsumer) -> None:
    assert await consumer.lag() == {}
    await consumer.close()


async def test_busy_partitions_take_turns(log: MemoryLog, consumer: MemoryConsumer) -> None:
    await send(log, P0, 10)
    await send(log, P1, 10)

    polled = [await poll(consumer, limit=4) for _ in range(5)]

    assert polled == [{P0: 4}, {P1: 4}, {P0: 4}, {P1: 4}, {P0: 2, P1: 2}]


async def test_a_consumer_that_never_waits_lets_others_run(
    log: MemoryLog, consumer: MemoryConsumer
) -> None:
    await send(log, P0, 50)
    ran = asyncio.Event()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.sleep(0)).add_done_callback(lambda _: ran.set())
        for _ in range(5):
            await poll(consumer, limit=1)

    assert ran.is_set()


async def test_pausing_what_is_not_assigned_changes_nothing(
    log: MemoryLog, consumer: MemoryConsumer
) -> None:
    consumer.pause(P0)
    consumer.resume(P0, P1)
    await send(log, P0, 1)

    assert await poll(consumer) == {P0: 1}


async def test_what_arrives_for_a_paused_partition_does_not_wake(
    log: MemoryLog, consumer: MemoryConsumer
) -> None:
    await poll(consumer)
    consumer.pause(P0)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(consumer.poll(max_records=9, timeout_seconds=60))
        await send(log, P0, 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        consumer.resume(P0)

    assert list(await waiting) == [P0]


async def test_a_partition_that_cannot_be_read_keeps_no_record_of_another(
    log: MemoryLog, consumer: MemoryConsumer
) -> None:
    await send(log, P0, 3)
    await send(log, P1, 3)
    await poll(consumer, limit=1)
    await poll(consumer, limit=1)
    log.truncate(P0, before=2)

    with pytest.raises(OffsetOutOfRange):
        await poll(consumer)
    consumer.pause(P0)

    assert await poll(consumer) == {P1: 2}


async def test_lag_ends_where_a_compaction_left_nothing_to_read(
    log: MemoryLog, listener: Listener
) -> None:
    place = TopicPartition("compacted", 0)
    consumer = join(log, listener, "compacted")
    await poll(consumer)
    consumer.pause(place)
    await log.producer().send([Draft("compacted", b"k", None)])
    log.compact("compacted")
    log.compact("compacted")
    assert await consumer.lag() == {place: 1}

    consumer.resume(place)

    assert await poll(consumer) == {}
    assert await consumer.lag() == {place: 0}


async def test_a_revocation_that_failed_is_tried_again_before_anything_moves(
    log: MemoryLog, consumer: MemoryConsumer, listener: Listener
) -> None:
    await poll(consumer)
    heir = join(log, Listener())
    await poll(heir)
    listener.failing = "revoked"

    with pytest.raises(LookupError):
        await poll(consumer)
    assert await heir.lag() == {}
    await poll(consumer)
    await poll(heir)

    assert listener.told == [("assigned", {P0, P1}), ("revoked", {P1}), ("revoked", {P1})]
    assert await heir.lag() == {P1: 0}


async def test_an_assignment_that_failed_is_not_announced_twice(
    consumer: MemoryConsumer, listener: Listener
) -> None:
    listener.failing = "assigned"
    with pytest.raises(LookupError):
        await poll(consumer)

    await poll(consumer)

    assert listener.told == [("assigned", {P0, P1})]


async def test_an_expired_member_hears_of_the_loss_first_and_of_nothing_when_it_had_nothing(
    log: MemoryLog, consumer: MemoryConsumer, listener: Listener
) -> None:
    log.expire(consumer)
    await poll(consumer)
    log.expire(consumer)
    await poll(consumer)

    assert listener.told == [
        ("assigned", {P0, P1}),
        ("lost", {P0, P1}),
        ("assigned", {P0, P1}),
    ]


async def test_a_pause_ends_with_the_ownership(log: MemoryLog, consumer: MemoryConsumer) -> None:
    await poll(consumer)
    consumer.pause(P0)
    log.expire(consumer)
    await send(log, P0, 1)

    assert await poll(consumer) == {P0: 1}


async def test_polling_a_closed_consumer_is_an_error(consumer: MemoryConsumer) -> None:
    await poll(consumer)
    await consumer.close()

    with pytest.raises(RuntimeError, match="closed"):
        await poll(consumer)


async def test_closing_ends_a_poll_that_waits(consumer: MemoryConsumer) -> None:
    waiting = asyncio.ensure_future(consumer.poll(max_records=1, timeout_seconds=60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await consumer.close()

    with pytest.raises(RuntimeError, match="closed"):
        await waiting


async def test_a_listener_that_closes_its_consumer_does_not_leave_a_member_behind(
    log: MemoryLog, consumer: MemoryConsumer, listener: Listener
) -> None:
    await poll(consumer)
    listener.consumer = consumer
    log.expire(consumer)

    with pytest.raises(RuntimeError, match="closed"):
        await poll(consumer)

    heir = join(log, Listener())
    await poll(heir)
    assert set(await heir.lag()) == {P0, P1}
