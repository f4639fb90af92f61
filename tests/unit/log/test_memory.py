"""The in-memory log: what the suites of all logs do not ask."""

import itertools

import pytest

from vezta_stream.errors import OffsetOutOfRange, ProduceFailed
from vezta_stream.log.base import Draft, TopicPartition, TopicSpec
from vezta_stream.log.memory import MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog(
        now_ms=itertools.count(1000).__next__, retain_records=100, compact_above_records=50
    )
    log.create(TopicSpec("plain", 2), TopicSpec("compacted", 1, compacted=True))
    return log


def plain(*, partition: int | None = None, key: bytes | None = b"k") -> Draft:
    return Draft("plain", key, b"v", partition=partition)


async def test_a_topic_may_be_created_again_as_it_is_but_not_otherwise(log: MemoryLog) -> None:
    await log.producer().send([plain(partition=0)])

    log.create(TopicSpec("plain", 2))
    with pytest.raises(ValueError, match="topic plain exists"):
        log.create(TopicSpec("plain", 3))

    assert len(await log.reader("plain").read_to_end()) == 1
    assert await log.partitions("plain") == 2


async def test_records_are_stamped_when_they_are_sent(log: MemoryLog) -> None:
    producer = log.producer()
    await producer.send([plain(partition=0), plain(partition=0)])
    await producer.send([plain(partition=0)])

    records = await log.reader("plain").read_to_end()

    assert [record.timestamp_ms for record in records] == [1000, 1000, 1001]


@pytest.mark.parametrize(
    "bad",
    [
        Draft("unknown", b"k", b"v"),
        plain(partition=2),
        plain(partition=-1),
        Draft("compacted", None, b"v"),
    ],
)
async def test_a_refused_send_appends_nothing(log: MemoryLog, bad: Draft) -> None:
    with pytest.raises(ProduceFailed):
        await log.producer().send([plain(), bad])

    assert await log.reader("plain").read_to_end() == []


async def test_records_without_key_go_round(log: MemoryLog) -> None:
    await log.producer().send([plain(key=None)] * 4)

    records = await log.reader("plain").read_to_end()

    assert [record.partition for record in records] == [0, 0, 1, 1]


async def test_memory_stays_bounded_however_much_is_sent(log: MemoryLog) -> None:
    producer = log.producer()
    for number in range(2000):
        key = str(number % 5).encode()
        await producer.send([plain(partition=1), Draft("compacted", key, b"v")])

    assert len(await log.reader("plain").read_to_end()) <= 125
    compacted = await log.reader("compacted").read_to_end()
    assert len(compacted) <= 50
    assert {record.key for record in compacted} == {b"0", b"1", b"2", b"3", b"4"}


async def test_a_reader_that_missed_records_says_so(log: MemoryLog) -> None:
    reader = log.reader("plain")
    await log.producer().send([plain(partition=0)] * 5)
    log.truncate(TopicPartition("plain", 0), before=2)
    assert len(await reader.read_to_end()) == 3

    await log.producer().send([plain(partition=0)] * 5)
    log.truncate(TopicPartition("plain", 0), before=7)

    with pytest.raises(OffsetOutOfRange):
        await reader.read_to_end()


async def test_unknown_topics_are_refused_when_asked_for(log: MemoryLog) -> None:
    with pytest.raises(KeyError):
        log.reader("unknown")
    with pytest.raises(KeyError):
        log.compact("unknown")
