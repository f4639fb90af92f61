"""One scope of the in-memory bus: what the suites of all buses do not ask."""

import pytest

from vezta_stream.bus.base import Entry
from vezta_stream.bus.memory_scope import MemoryScope
from vezta_stream.core.channels import Mode
from vezta_stream.core.positions import Lane, Position, SourcePosition

LANE = Lane(1, "raw", 0, "m")


def scope(mode: Mode, *, log_entries: int = 100) -> MemoryScope:
    return MemoryScope(epoch="e", mode=mode, log_entries=log_entries)


def entries(offsets: range, *, key: str = "k") -> list[Entry]:
    return [Entry(LANE, SourcePosition(offset, 0), key, b"v") for offset in offsets]


def test_what_is_accepted_is_returned_for_delivery() -> None:
    log = scope(Mode.LOG)

    assert [item.seq for item in log.accept(entries(range(3)))] == [1, 2, 3]
    assert [item.seq for item in log.accept(entries(range(1, 5)))] == [4, 5]
    assert log.position == Position("e", 5)


def test_a_merge_channel_has_no_log_and_a_log_channel_no_last_values() -> None:
    with pytest.raises(ValueError, match="no log"):
        scope(Mode.MERGE).read_log(Position("e", 0), limit=1)
    with pytest.raises(ValueError, match="no last values"):
        scope(Mode.LOG).read_last(after_seq=0, keys=None)


def test_the_log_stays_within_a_quarter_of_its_bound() -> None:
    log = scope(Mode.LOG, log_entries=20)
    for offset in range(200):
        log.accept(entries(range(offset, offset + 1)))
        kept = log.read_log(Position("another", 0), limit=1000).items
        assert min(offset + 1, 20) <= len(kept) <= 25


def test_a_batch_larger_than_the_log_leaves_its_newest_part() -> None:
    log = scope(Mode.LOG, log_entries=20)
    log.accept(entries(range(1000)))

    replay = log.read_log(Position("e", 980), limit=1000)

    assert replay.complete
    assert [item.seq for item in replay.items] == list(range(981, 1001))


def test_a_position_below_zero_is_one_that_was_never_given() -> None:
    log = scope(Mode.LOG)
    log.accept(entries(range(3)))

    assert not log.read_log(Position("e", -1), limit=10).complete


def test_last_values_do_not_grow_with_repeated_keys() -> None:
    merge = scope(Mode.MERGE)
    for offset in range(1000):
        merge.accept(entries(range(offset, offset + 1), key=str(offset % 3)))

    assert len(merge.read_last(after_seq=0, keys=None).items) == 3
