"""Producers of the in-memory log wait for the groups that read."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import pytest

from vezta_stream.errors import ProduceFailed
from vezta_stream.log.base import Draft, Record, TopicPartition, TopicSpec
from vezta_stream.log.memory import MemoryLog
from vezta_stream.log.memory_consumer import MemoryConsumer

RETAINED = 100
ROOM = RETAINED // 2
DEADLINE_SECONDS = 30.0
PLACE = TopicPartition("first", 0)


class Listener:
    """Does nothing when partitions come and go."""

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None: ...

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None: ...

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None: ...


def memory_log(*, retain: int = RETAINED, wait_seconds: float = DEADLINE_SECONDS) -> MemoryLog:
    log = MemoryLog(
        now_ms=lambda: 1,
        retain_records=retain,
        compact_above_records=20,
        wait_seconds=wait_seconds,
        turn_records=10,
    )
    log.create(
        TopicSpec("first", 1),
        TopicSpec("second", 1),
        TopicSpec("third", 1),
        TopicSpec("compacted", 1, compacted=True),
    )
    return log


@pytest.fixture
def log() -> MemoryLog:
    return memory_log()


async def joined(log: MemoryLog, group: str = "g", topic: str = "first") -> MemoryConsumer:
    consumer = log.consumer(group=group, topics=[topic], listener=Listener())
    assert await consumer.poll(max_records=1, timeout_seconds=0) == {}
    return consumer


async def read(consumer: MemoryConsumer, limit: int) -> list[Record]:
    polled = await consumer.poll(max_records=limit, timeout_seconds=DEADLINE_SECONDS)
    return [record for records in polled.values() for record in records]


def drafts(count: int, topic: str = "first") -> list[Draft]:
    return [Draft(topic, b"k", str(number).encode()) for number in range(count)]


@asynccontextmanager
async def sending(log: MemoryLog, count: int, topic: str = "first") -> AsyncIterator[None]:
    """Send beside the block, which begins once the producer waits, and must end the wait."""
    async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
        sent = tasks.create_task(log.producer().send(drafts(count, topic)))
        for _ in range(count):  # a turn of the loop each is more than it takes
            await asyncio.sleep(0)
        assert not sent.done()
        yield


async def test_without_a_group_nothing_waits(log: MemoryLog) -> None:
    await log.producer().send(drafts(1_000))

    assert len(await log.reader("first").read_to_end()) >= RETAINED


async def test_a_group_that_reads_something_else_is_not_waited_for(log: MemoryLog) -> None:
    await joined(log, topic="second")

    await log.producer().send(drafts(1_000))


@pytest.mark.parametrize(("topic", "room"), [("first", ROOM), ("compacted", 10)])
async def test_half_of_what_is_kept_may_be_unread_and_no_more(topic: str, room: int) -> None:
    log = memory_log(wait_seconds=0.01)
    consumer = await joined(log, topic=topic)
    await log.producer().send(drafts(room, topic))

    with pytest.raises(ProduceFailed, match="do not keep up"):
        await log.producer().send(drafts(1, topic))

    assert len(await read(consumer, room + 1)) == room


async def test_reading_makes_room(log: MemoryLog) -> None:
    consumer = await joined(log)

    async with sending(log, ROOM + 2):
        assert len(await read(consumer, 1)) == 1
        assert len(await read(consumer, ROOM)) == ROOM

    assert len(await read(consumer, ROOM)) == 1


async def test_the_slowest_group_counts(log: MemoryLog) -> None:
    fast, slow = await joined(log, "fast"), await joined(log, "slow")

    async with sending(log, ROOM + 1):
        await read(fast, ROOM)
        await asyncio.sleep(0)
        assert await slow.lag() == {PLACE: ROOM}
        await read(slow, ROOM)

    assert await slow.lag() == {PLACE: 1}


async def test_a_consumer_that_leaves_is_not_waited_for_any_more(log: MemoryLog) -> None:
    consumer = await joined(log)

    async with sending(log, ROOM + 1):
        await consumer.close()


async def test_nor_is_one_that_expires(log: MemoryLog) -> None:
    consumer = await joined(log)

    async with sending(log, ROOM + 1):
        log.expire(consumer)


async def test_an_heir_is_waited_for_from_what_was_committed(log: MemoryLog) -> None:
    first = await joined(log)
    heir = await joined(log)  # owns nothing yet: the first one has not given up anything
    await log.producer().send(drafts(ROOM))
    await read(first, ROOM)
    await first.commit({PLACE: 20})
    log.expire(first)

    async with sending(log, 30):
        assert len(await read(heir, ROOM)) >= ROOM - 20


async def test_a_producer_lets_others_run(log: MemoryLog) -> None:
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    producer = log.producer()

    for _ in range(10):
        assert not ran.is_set()
        await producer.send(drafts(1))

    assert ran.is_set()


async def test_calls_without_records_let_others_run_as_well(log: MemoryLog) -> None:
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    producer = log.producer()

    for _ in range(10):
        await producer.send([])

    assert ran.is_set()


async def test_a_burst_of_one_key_reaches_a_slow_consumer_whole() -> None:
    log = memory_log(retain=10_000)
    consumer = await joined(log)
    burst = drafts(60_000)
    values: list[bytes | None] = []

    async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(log.producer().send(burst))
        while len(values) < len(burst):
            for _ in range(8):  # turns of the producer for one of ours
                await asyncio.sleep(0)
            values += [record.value for record in await read(consumer, 50)]

    assert values == [draft.value for draft in burst]


async def test_a_chain_of_workers_never_blocks_itself(log: MemoryLog) -> None:
    """Each passes on three records for one, more than there is room for at once."""
    worker, last = await joined(log, "worker"), await joined(log, "last", "second")

    async def work() -> None:
        producer = log.producer()
        while True:
            for record in await read(worker, ROOM):
                await producer.send([Draft("second", b"k", record.value)] * 3)

    async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work())
        tasks.create_task(log.producer().send(drafts(1_000)))
        received = 0
        while received < 3_000:
            received += len(await read(last, 7))
        working.cancel()

    assert received == 3_000
