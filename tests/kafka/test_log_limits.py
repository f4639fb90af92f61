"""What the log does on Kafka beyond the suites: sessions, failures, sizes."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from typing import Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.behaviour.log_harness import Worker, fresh, numbered, poll_until, ready, take
from tests.kafka.clients import POLICY, connection, create
from vezta_stream.errors import LogUnavailable, ProduceFailed, SessionExpired
from vezta_stream.log.base import Draft, TopicPartition
from vezta_stream.log.kafka import KafkaLog

pytestmark = pytest.mark.kafka
MIB: Final = 1_048_576


class Clock:
    """A monotonic clock that can be made to jump, as after a SIGSTOP."""

    def __init__(self) -> None:
        self.jumped = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.jumped


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def log(kafka_address: str, clock: Clock) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(connection=connection(kafka_address), policy=POLICY, clock=clock)
    try:
        yield log
    finally:
        await log.close()


@pytest.fixture
async def topic(kafka_address: str) -> str:
    """A topic of two partitions for records of up to 2 MiB."""
    name = fresh("limits")
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    configs = {"max.message.bytes": str(2 * MIB)}
    await create(admin, NewTopic(name, 2, 1, topic_configs=configs))
    await admin.close()
    return name


async def test_a_member_out_of_touch_sends_nothing_loses_its_partitions_and_joins_again(
    log: KafkaLog, topic: str, clock: Clock
) -> None:
    worker, producer = await ready(Worker(log, fresh("group"), topic), 2), log.producer()
    reader = log.reader(topic)

    clock.jumped += POLICY.session_seconds
    with pytest.raises(SessionExpired):
        await producer.send(numbered(topic, range(1)))

    assert await reader.read_to_end() == []
    await poll_until(lambda: len(worker.lost) == 2 and len(worker.owned) == 2, worker)
    await producer.send(numbered(topic, range(1)))
    assert await take(worker, 1) == [b"0"]


async def test_after_a_failed_send_every_send_fails(log: KafkaLog, topic: str) -> None:
    producer = log.producer()
    with pytest.raises(ProduceFailed):
        await producer.send([Draft(topic, b"k", b"x" * (3 * MIB), partition=0)])

    with pytest.raises(ProduceFailed):
        await producer.send(numbered(topic, range(1)))

    assert await log.reader(topic).read_to_end() == []


async def test_a_send_without_answer_fails_at_its_deadline(kafka_address: str) -> None:
    impatient = dataclasses.replace(POLICY, answer_seconds=0.5)
    log = KafkaLog(connection=connection(kafka_address), policy=impatient, clock=time.monotonic)
    started = time.monotonic()

    with pytest.raises(ProduceFailed):
        await log.producer().send([Draft(fresh("unknown"), b"k", b"v")])

    assert time.monotonic() - started < 5
    await log.close()


async def test_a_record_above_a_mebibyte_and_many_batches_arrive_in_order(
    log: KafkaLog, topic: str
) -> None:
    values = [bytes([number]) * (MIB // 4) for number in range(12)]
    values.insert(6, b"!" * (MIB + 60_000))
    await log.producer().send([Draft(topic, b"k", value, partition=1) for value in values])

    worker = Worker(log, fresh("group"), topic)

    assert await take(worker, len(values)) == values


async def test_a_resumed_partition_gives_what_came_meanwhile_without_another_fetch(
    log: KafkaLog, topic: str
) -> None:
    worker = await ready(Worker(log, fresh("group"), topic), 2)
    place = TopicPartition(topic, 0)
    worker.consumer.pause(place)
    await log.producer().send(numbered(topic, range(3)))

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(worker.poll(timeout_seconds=9))
        await asyncio.sleep(0)
        worker.consumer.resume(place)
        await polling

    assert worker.values() == [b"0", b"1", b"2"]


async def test_a_reader_that_need_not_be_fresh_asks_for_the_end_rarely(
    kafka_address: str, topic: str
) -> None:
    lazy = dataclasses.replace(POLICY, reader_fresh_seconds=3600)
    log = KafkaLog(connection=connection(kafka_address), policy=lazy, clock=time.monotonic)
    reader = log.reader(topic)
    assert await reader.read_to_end() == []
    await log.producer().send(numbered(topic, range(2)))

    found: list[bytes | None] = []
    async with asyncio.timeout(10):
        while len(found) < 2:
            found += [record.value for record in await reader.read_to_end()]
            await asyncio.sleep(0.01)

    assert found == [b"0", b"1"]
    await log.close()


async def test_where_no_broker_listens_everything_says_so_and_leaves_nothing_open() -> None:
    log = KafkaLog(connection=connection("127.0.0.1:9"), policy=POLICY, clock=time.monotonic)
    worker = Worker(log, "group", "topic")

    for _ in range(2):
        with pytest.raises(LogUnavailable):
            await worker.poll()
        with pytest.raises(LogUnavailable):
            await log.reader("topic").read_to_end()
    with pytest.raises(ProduceFailed):
        await log.producer().send([Draft("topic", b"k", b"v")])
    await log.close()
