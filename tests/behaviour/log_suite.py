"""What every log promises about records, told as tests. Each twin is run through all of them.

A test module inherits the suite and provides the fixture `harness`. Topics and groups
get fresh names, so that all tests may share one cluster.
"""

import asyncio
from collections.abc import Sequence

import pytest

from tests.behaviour.log_harness import (
    DEADLINE_SECONDS,
    LogFixtures,
    LogHarness,
    Worker,
    as_values,
    fresh,
    numbered,
    poll_until,
    ready,
    take,
)
from vezta_stream.errors import ProduceFailed
from vezta_stream.log.base import Draft, Log, Record, TopicPartition, TopicSpec


class LogSuite(LogFixtures):
    """Appending, polling, keeping."""

    async def test_a_record_comes_back_as_it_was_sent(
        self, log: Log, topic: str, group: str
    ) -> None:
        headers = (("one", b"1"), ("two", b"\x00\xff"), ("one", b"again"))
        await log.producer().send([Draft(topic, b"key", b"\x01value", headers, 2)])

        worker = Worker(log, group, topic)
        await take(worker, 1)

        record = worker.records[0]
        assert record[:6] == (topic, 2, 0, b"key", b"\x01value", headers)
        assert record.timestamp_ms > 0
        assert record.header("one") == b"1"
        assert record.header("three") is None
        assert record.next_offset == 1

    async def test_offsets_of_a_partition_follow_the_order_of_sending(
        self, log: Log, topic: str, group: str
    ) -> None:
        producer = log.producer()
        await producer.send(numbered(topic, range(50)))
        await producer.send(numbered(topic, range(50, 100)))

        worker = Worker(log, group, topic)

        assert await take(worker, 100) == as_values(range(100))
        assert [record.offset for record in worker.records] == list(range(100))

    async def test_records_of_one_key_share_a_partition(
        self, log: Log, topic: str, group: str
    ) -> None:
        keys = [f"0x{number:064x}".encode() for number in range(20)]
        await log.producer().send([Draft(topic, key, b"v") for key in keys * 3])

        worker = Worker(log, group, topic)
        await take(worker, 60)

        homes = {(record.key, record.partition) for record in worker.records}
        assert len(homes) == 20
        assert {partition for _, partition in homes} == {0, 1, 2, 3}

    async def test_a_known_key_has_kafkas_partition(self, log: Log, topic: str, group: str) -> None:
        """Kafka's clients put `foobar` (hash 3504634814, positive part 1357151166) here."""
        await log.producer().send([Draft(topic, b"foobar", b"v")])

        worker = Worker(log, group, topic)
        await take(worker, 1)

        assert worker.records[0].partition == 1_357_151_166 % 4

    async def test_records_without_key_and_tombstones_are_carried(
        self, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send([Draft(topic, None, b"v"), Draft(topic, b"k", None)])

        worker = Worker(log, group, topic)
        await take(worker, 2)

        assert {(record.key, record.value) for record in worker.records} == {
            (None, b"v"),
            (b"k", None),
        }

    async def test_sending_nothing_is_allowed(self, log: Log) -> None:
        await log.producer().send([])

    async def test_a_partition_that_does_not_exist_fails_the_send(
        self, log: Log, topic: str
    ) -> None:
        with pytest.raises(ProduceFailed):
            await log.producer().send([Draft(topic, b"k", b"v", partition=4)])

    async def test_a_compacted_topic_refuses_a_record_without_key(
        self, log: Log, compacted: str
    ) -> None:
        with pytest.raises(ProduceFailed):
            await log.producer().send([Draft(compacted, None, b"v")])

    async def test_the_log_knows_how_many_partitions_a_topic_has(
        self, log: Log, topic: str
    ) -> None:
        assert await log.partitions(topic) == 4
        with pytest.raises(KeyError):
            await log.partitions(fresh("unknown"))

    async def test_poll_returns_at_most_what_was_asked_for(
        self, log: Log, topic: str, group: str
    ) -> None:
        worker = await ready(Worker(log, group, topic), 4)
        await log.producer().send(numbered(topic, range(10)))

        await worker.poll(max_records=3, timeout_seconds=DEADLINE_SECONDS)

        assert 1 <= len(worker.records) <= 3

    async def test_poll_wakes_for_a_record_that_arrives_meanwhile(
        self, log: Log, topic: str, group: str
    ) -> None:
        worker = await ready(Worker(log, group, topic), 4)

        async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.poll(timeout_seconds=2 * DEADLINE_SECONDS))
            tasks.create_task(log.producer().send(numbered(topic, range(1))))

        assert worker.values() == [b"0"]

    async def test_poll_gives_up_when_nothing_comes(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        worker = await ready(Worker(log, group, topic), 4)

        await worker.poll(timeout_seconds=harness.quiet_seconds)

        assert worker.records == []

    async def test_one_consumer_reads_every_partition_of_all_its_topics_once(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        other = fresh("plain")
        await harness.create(TopicSpec(other, 2))
        places = [TopicPartition(topic, number) for number in range(4)]
        places += [TopicPartition(other, number) for number in range(2)]
        for place in places:
            drafts = numbered(place.topic, range(30), partition=place.partition)
            await log.producer().send(drafts)

        worker = Worker(log, group, topic, other)
        await take(worker, 180)
        await worker.poll(timeout_seconds=harness.quiet_seconds)

        assert worker.owned == set(places)
        assert all(worker.values(place) == as_values(range(30)) for place in places)

    async def test_a_paused_partition_gives_nothing_and_goes_on_where_it_was(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        slow, quick = TopicPartition(topic, 0), TopicPartition(topic, 1)
        await log.producer().send(numbered(topic, range(1), partition=0))
        worker = Worker(log, group, topic)
        await take(worker, 1)

        worker.consumer.pause(slow)
        await log.producer().send(numbered(topic, range(1, 3), partition=0))
        await log.producer().send(numbered(topic, range(2), partition=1))
        await poll_until(lambda: len(worker.values(quick)) == 2, worker)
        await worker.poll(timeout_seconds=harness.quiet_seconds)
        assert worker.values(slow) == [b"0"]

        worker.consumer.resume(slow)
        await take(worker, 5)
        assert worker.values(slow) == [b"0", b"1", b"2"]

    async def test_lag_is_what_waits_behind_the_records_polled(
        self, log: Log, topic: str, group: str
    ) -> None:
        worker = await ready(Worker(log, group, topic), 4)
        await log.producer().send(numbered(topic, range(10), partition=1))
        await worker.poll(max_records=4, timeout_seconds=DEADLINE_SECONDS)

        behind = {TopicPartition(topic, number): 0 for number in range(4)}
        behind[TopicPartition(topic, 1)] = 10 - len(worker.records)
        assert await worker.consumer.lag() == behind

        await take(worker, 10)
        assert set((await worker.consumer.lag()).values()) == {0}

    async def test_groups_read_independently(self, log: Log, topic: str) -> None:
        await log.producer().send(numbered(topic, range(5)))

        for group in (fresh("group"), fresh("group")):
            worker = Worker(log, group, topic)
            assert await take(worker, 5) == as_values(range(5))
            await worker.consumer.commit({TopicPartition(topic, 0): 5})

    async def test_compaction_keeps_the_newest_record_of_each_key_at_its_offset(
        self, harness: LogHarness, log: Log, compacted: str
    ) -> None:
        await log.producer().send(
            [Draft(compacted, key, str(n).encode()) for n in range(5) for key in (b"a", b"b")]
        )

        await harness.compact(compacted)

        records = await log.reader(compacted).read_to_end()
        newest = {record.key: (record.offset, record.value) for record in records}
        assert newest == {b"a": (8, b"4"), b"b": (9, b"4")}
        assert [record.offset for record in records] == sorted(record.offset for record in records)

    async def test_a_reader_of_a_compacted_topic_still_sees_a_fresh_tombstone(
        self, harness: LogHarness, log: Log, compacted: str
    ) -> None:
        producer = log.producer()
        await producer.send([Draft(compacted, b"gone", b"1"), Draft(compacted, b"gone", None)])
        await producer.send([Draft(compacted, b"kept", b"1")])

        await harness.compact(compacted)

        newest = {r.key: r.value for r in await log.reader(compacted).read_to_end()}
        assert newest == {b"gone": None, b"kept": b"1"}

    async def test_a_consumer_passes_over_the_holes_that_compaction_leaves(
        self, harness: LogHarness, log: Log, compacted: str, group: str
    ) -> None:
        place = TopicPartition(compacted, 0)
        await log.producer().send([Draft(compacted, b"k", str(n).encode()) for n in range(10)])
        first = Worker(log, group, compacted)
        await take(first, 10)
        await first.consumer.commit({place: 3})
        await first.consumer.close()

        await harness.compact(compacted)
        second = Worker(log, group, compacted)
        await poll_until(lambda: b"9" in second.values(), second)

        offsets = [record.offset for record in second.records]
        assert offsets[0] >= 3
        assert offsets[-1] == 9
        assert offsets == sorted(set(offsets))

    async def test_a_reader_reads_all_partitions_from_the_beginning_to_the_end(
        self, log: Log, topic: str
    ) -> None:
        for number in range(4):
            await log.producer().send(numbered(topic, range(25), partition=number))

        records = await log.reader(topic).read_to_end()

        assert _by_partition(records) == {number: as_values(range(25)) for number in range(4)}

    async def test_a_reader_goes_on_where_it_stopped(self, log: Log, topic: str) -> None:
        reader = log.reader(topic)
        assert await reader.read_to_end() == []
        await log.producer().send(numbered(topic, range(3)))
        assert _by_partition(await reader.read_to_end()) == {0: as_values(range(3))}
        assert await reader.read_to_end() == []
        await log.producer().send(numbered(topic, range(3, 5)))
        assert _by_partition(await reader.read_to_end()) == {0: as_values(range(3, 5))}


def _by_partition(records: Sequence[Record]) -> dict[int, list[bytes | None]]:
    found: dict[int, list[bytes | None]] = {}
    for record in records:
        found.setdefault(record.partition, []).append(record.value)
    return found
