"""What the log promises when brokers and members are killed and stopped."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
import time
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.behaviour.log_harness import Worker, as_values, fresh, numbered, poll_until, ready
from tests.kafka.broker import ROOT, Broker
from tests.kafka.clients import POLICY, connection, create
from vezta_stream.log.base import Reader
from vezta_stream.log.kafka import KafkaLog

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

PATIENT = dataclasses.replace(POLICY, answer_seconds=90.0, session_seconds=6.0)
PARTITIONS = 4
RESUME_SECONDS = 15.0


async def new_topic(address: str) -> str:
    name = fresh("faults")
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await create(admin, NewTopic(name, PARTITIONS, 1))
    await admin.close()
    return name


async def test_a_killed_broker_loses_and_repeats_nothing_that_was_acknowledged(
    own_broker: Broker,
) -> None:
    topic = await new_topic(own_broker.address)
    log = KafkaLog(connection=connection(own_broker.address), policy=PATIENT, clock=time.monotonic)
    # A consumer that is out of touch would stop the producer of the same process.
    other = KafkaLog(
        connection=connection(own_broker.address), policy=PATIENT, clock=time.monotonic
    )
    worker = await ready(Worker(other, fresh("group"), topic), PARTITIONS)
    acknowledged = 0
    stop = asyncio.Event()

    async def produce() -> None:
        nonlocal acknowledged
        producer = log.producer()
        while not stop.is_set():
            await producer.send(numbered(topic, range(acknowledged, acknowledged + 10)))
            acknowledged += 10

    async with asyncio.timeout(150), asyncio.TaskGroup() as tasks:
        tasks.create_task(produce())
        await poll_until(lambda: len(worker.records) >= 200, worker)
        await asyncio.to_thread(own_broker.kill)
        await asyncio.to_thread(own_broker.start)
        back_at, seen = time.monotonic(), len(worker.records)
        await poll_until(lambda: len(worker.records) >= seen + 200, worker)
        assert time.monotonic() - back_at < RESUME_SECONDS
        stop.set()

    reader = log.reader(topic)
    assert [record.value for record in await reader.read_to_end()] == as_values(range(acknowledged))
    await poll_until(lambda: len(worker.records) >= acknowledged, worker)
    assert worker.values() == as_values(range(acknowledged))
    await log.close()
    await other.close()


class Child:
    """A member in a process of its own."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    async def says(self, wanted: str, *, within_seconds: float = 60) -> None:
        """Return when it has said this; what it says before is passed over."""
        assert self._process.stdout is not None
        async with asyncio.timeout(within_seconds):
            while line := (await self._process.stdout.readline()).decode().strip():
                if line == wanted:
                    return
        raise AssertionError(f"{self.name} ended without saying {wanted!r}")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@contextlib.asynccontextmanager
async def member(name: str, *arguments: str) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kafka.member", *arguments, name,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'services'}:{ROOT}"},
    )  # fmt: skip
    child = Child(name, process)
    try:
        yield child
    finally:
        await child.end()


async def test_a_stopped_member_is_replaced_and_sends_nothing_when_it_wakes(
    kafka_address: str,
) -> None:
    source, sink = await new_topic(kafka_address), await new_topic(kafka_address)
    arguments = (kafka_address, fresh("group"), source, sink)
    log = KafkaLog(connection=connection(kafka_address), policy=POLICY, clock=time.monotonic)
    producer, copies = log.producer(), log.reader(sink)

    async def send(numbers: range) -> None:
        for partition in range(PARTITIONS):
            await producer.send(numbered(source, numbers, partition=partition))

    async with member("zombie", *arguments) as zombie:
        await zombie.says(f"owns {PARTITIONS}")
        await send(range(20))
        await zombie.says(f"committed {20 * PARTITIONS}")
        before = await copied(copies, 20 * PARTITIONS)
        zombie.signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        async with member("heir", *arguments) as heir:
            await heir.says(f"owns {PARTITIONS}")
            assert time.monotonic() - stopped_at < POLICY.session_seconds + 10
            await send(range(20, 40))
            after = await copied(copies, 20 * PARTITIONS)
            zombie.signal(signal.SIGCONT)
            await zombie.says("lost")
            await zombie.says(f"owns {PARTITIONS // 2}")
            assert await copies.read_to_end() == []
    await log.close()

    assert {by for _, by, _ in before} == {b"zombie"}
    assert {by for _, by, _ in after} == {b"heir"}
    for partition in range(PARTITIONS):
        values = [value for place, _, value in before + after if place == partition]
        assert values == as_values(range(40))


async def copied(reader: Reader, count: int) -> list[tuple[int, bytes | None, bytes | None]]:
    """Return (partition, who sent it, value) of the next copies, once there are this many."""
    found: list[tuple[int, bytes | None, bytes | None]] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            found += [
                (record.partition, record.header("by"), record.value)
                for record in await reader.read_to_end()
            ]
            await asyncio.sleep(0.02)
    return found
