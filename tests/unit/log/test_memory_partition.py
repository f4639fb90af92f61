"""One partition of the in-memory log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.errors import OffsetOutOfRange
from vezta_stream.log.base import Draft, Record, TopicPartition
from vezta_stream.log.memory_partition import MemoryPartition

PLACE = TopicPartition("topic", 3)

# (key, value or tombstone); `None` in between is a compaction.
steps = st.lists(
    st.none() | st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.none() | st.just(b"v")),
    max_size=60,
)


def partition(*, compacted: bool = False, retain: int = 100, above: int = 100) -> MemoryPartition:
    return MemoryPartition(
        PLACE, compacted=compacted, retain_records=retain, compact_above_records=above
    )


def append(to: MemoryPartition, *keys: bytes, value: bytes | None = b"v") -> None:
    for key in keys:
        to.append(Draft("topic", key, value), timestamp_ms=1)


def offsets(records: list[Record]) -> list[int]:
    return [record.offset for record in records]


def everything(of: MemoryPartition) -> list[Record]:
    return of.read(of.start, 10**6)[0]


def test_an_append_makes_a_record_at_the_end() -> None:
    plain = partition()
    plain.append(Draft("topic", b"k", b"v", (("h", b"1"),)), timestamp_ms=7)

    assert everything(plain) == [Record("topic", 3, 0, b"k", b"v", (("h", b"1"),), 7)]
    assert (plain.start, plain.end) == (0, 1)


def test_watchers_are_told_where_something_was_appended() -> None:
    plain, told = partition(), list[TopicPartition]()
    plain.watchers.add(told.append)

    append(plain, b"a", b"b")

    assert told == [PLACE, PLACE]


def test_reading_says_where_to_go_on() -> None:
    plain = partition()
    append(plain, *[b"k"] * 5)

    assert [plain.read(0, 2)[1], plain.read(2, 2)[1], plain.read(4, 2)[1]] == [2, 4, 5]
    assert plain.read(5, 2) == ([], 5)


def test_reading_outside_of_what_is_held_is_refused() -> None:
    plain = partition()
    append(plain, *[b"k"] * 5)
    plain.truncate(2)

    for offset in (0, 1, 6):
        with pytest.raises(OffsetOutOfRange, match=f"holds 2 to 5, asked for {offset}"):
            plain.read(offset, 1)


def test_truncation_never_lowers_the_start_and_never_passes_the_end() -> None:
    plain = partition()
    append(plain, *[b"k"] * 5)

    plain.truncate(3)
    plain.truncate(1)
    assert (plain.start, offsets(everything(plain))) == (3, [3, 4])

    plain.truncate(99)
    append(plain, b"k")
    assert (plain.start, offsets(everything(plain))) == (5, [5])


def test_a_plain_partition_keeps_its_newest_records_within_a_quarter() -> None:
    plain = partition(retain=100)
    for appended in range(1, 1000):
        append(plain, b"k")
        assert min(appended, 100) <= len(everything(plain)) <= 125
        assert everything(plain)[-1].offset == appended - 1


def test_a_compaction_keeps_the_newest_of_each_key_and_moves_no_offset() -> None:
    compacted = partition(compacted=True)
    append(compacted, b"a", b"b", b"a", b"c", b"b")

    compacted.compact()

    assert [(record.offset, record.key) for record in everything(compacted)] == [
        (2, b"a"),
        (3, b"c"),
        (4, b"b"),
    ]
    assert (compacted.start, compacted.end) == (0, 5)
    assert compacted.read(0, 1) == ([everything(compacted)[0]], 3)


def test_a_tombstone_outlives_one_compaction() -> None:
    compacted = partition(compacted=True)
    append(compacted, b"a", b"b")
    append(compacted, b"a", value=None)

    compacted.compact()
    assert offsets(everything(compacted)) == [1, 2]

    compacted.compact()
    assert offsets(everything(compacted)) == [1]
    assert compacted.read(2, 10) == ([], 3)


def test_a_compacted_partition_bounds_itself_by_twice_its_keys() -> None:
    compacted = partition(compacted=True, above=10)
    keys = [f"{number}".encode() for number in range(50)]
    for _ in range(20):
        append(compacted, *keys)
        assert len(everything(compacted)) <= 101
    assert {record.key for record in everything(compacted)} == set(keys)


def test_a_compacted_partition_with_few_keys_stays_at_its_bound() -> None:
    compacted = partition(compacted=True, above=10)
    for _ in range(100):
        append(compacted, b"a", b"b")
        assert len(everything(compacted)) <= 10


@given(steps)
def test_a_reader_from_the_beginning_ends_with_the_same_state_whenever_it_was_compacted(
    steps: list[tuple[bytes, bytes | None] | None],
) -> None:
    compacted, wanted = partition(compacted=True, above=8), dict[bytes, int]()
    for step in steps:
        if step is None:
            compacted.compact()
            continue
        key, value = step
        wanted.pop(key, None)
        if value is not None:
            wanted[key] = compacted.end
        append(compacted, key, value=value)

    found = everything(compacted)
    state = {record.key: record for record in found}
    assert {
        key: record.offset for key, record in state.items() if record.value is not None
    } == wanted
    assert offsets(found) == sorted(set(offsets(found)))


@given(st.integers(0, 40), st.lists(st.integers(1, 7)), st.booleans())
def test_reading_on_and_on_passes_every_record_once(
    count: int, limits: list[int], compact: bool
) -> None:
    compacted = partition(compacted=True)
    append(compacted, *[f"{n % 7}".encode() for n in range(count)])
    if compact:
        compacted.compact()

    found, at = list[Record](), 0
    for limit in [*limits, 100]:
        records, at = compacted.read(at, limit)
        assert len(records) <= limit
        found += records

    assert found == everything(compacted)
    assert at == compacted.end
