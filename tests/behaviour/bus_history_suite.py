"""What every bus promises about reading back, told as tests: see `bus_suite`."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.behaviour.bus_harness import (
    BusFixtures,
    BusHarness,
    Inbox,
    data_of,
    entries,
    entry,
    lane_of,
    laws,
    log_scope,
    merge_scope,
    outputs,
    publish_in_runs,
    runs,
    seqs_of,
    tombstone,
)
from vezta_stream.bus.base import Bus, Entry, Item
from vezta_stream.core.positions import Position


class BusHistorySuite(BusFixtures):
    """Replays, snapshots, and what a loss of data does to them."""

    async def test_a_replay_is_what_followed_the_position(self, bus: Bus) -> None:
        scope = log_scope()
        early = await bus.publish(scope, entries(range(2)))
        late = await bus.publish(scope, entries(range(2, 5)))

        replay = await bus.read_log(scope, early, limit=100)

        assert replay.complete
        assert replay.position == late
        assert seqs_of(replay.items) == [3, 4, 5]
        assert data_of(replay.items) == [e.data for e in entries(range(2, 5))]

    async def test_a_replay_from_the_newest_position_is_empty_and_complete(self, bus: Bus) -> None:
        scope = log_scope()
        newest = await bus.publish(scope, entries(range(3)))

        replay = await bus.read_log(scope, newest, limit=10)

        assert replay.complete
        assert replay.position == newest
        assert list(replay.items) == []

    async def test_a_long_replay_comes_in_parts_oldest_first(self, bus: Bus) -> None:
        scope = log_scope()
        await bus.publish(scope, entries(range(10)))
        at, parts = (await bus.position(scope))._replace(seq=0), []

        for _ in range(4):
            replay = await bus.read_log(scope, at, limit=3)
            assert replay.complete
            parts.append(seqs_of(replay.items))
            at = replay.position

        assert parts == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]
        assert at == await bus.position(scope)

    async def test_a_replay_of_another_epoch_is_incomplete_and_gives_what_there_is(
        self, bus: Bus
    ) -> None:
        scope = log_scope()
        position = await bus.publish(scope, entries(range(3)))

        replay = await bus.read_log(scope, Position("of-another-epoch", 2), limit=10)

        assert not replay.complete
        assert replay.position == position
        assert seqs_of(replay.items) == [1, 2, 3]

    async def test_a_replay_from_a_position_never_given_is_incomplete(self, bus: Bus) -> None:
        scope = log_scope()
        position = await bus.publish(scope, entries(range(3)))

        replay = await bus.read_log(scope, position._replace(seq=4), limit=10)

        assert not replay.complete
        assert replay.position == position
        assert list(replay.items) == []

    async def test_the_log_is_kept_as_far_back_as_promised(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        scope = log_scope()
        for start in range(0, 3 * harness.log_entries, 10):
            position = await bus.publish(scope, entries(range(start, start + 10)))
        oldest = position.seq - harness.log_entries

        replay = await bus.read_log(scope, position._replace(seq=oldest), limit=10**6)

        assert replay.complete
        assert seqs_of(replay.items) == list(range(oldest + 1, position.seq + 1))

    async def test_a_replay_from_beyond_the_log_says_so_and_gives_the_newest_part(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        scope = log_scope()
        total = harness.log_entries_at_most + 10
        for start in range(0, total, 10):
            position = await bus.publish(scope, entries(range(start, start + 10)))

        replay = await bus.read_log(scope, position._replace(seq=0), limit=10**6)

        assert not replay.complete
        assert replay.position == position
        newest = range(position.seq - len(replay.items) + 1, position.seq + 1)
        assert seqs_of(replay.items) == list(newest)
        assert harness.log_entries <= len(replay.items) <= harness.log_entries_at_most

    @given(outputs=outputs, runs=runs, after=st.integers(0, 30), limit=st.integers(1, 40))
    @laws
    async def test_what_is_replayed_is_what_was_delivered(
        self,
        bus: Bus,
        outputs: list[tuple[str, bool]],
        runs: list[tuple[int, int]],
        after: int,
        limit: int,
    ) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)
        lane = lane_of([*outputs, ("last", False)])
        await publish_in_runs(bus, scope, lane, runs)
        delivered = await inbox.until(sum(e.data is not None for e in lane))
        end = await bus.position(scope)
        start = end._replace(seq=min(after, end.seq))

        replay = await bus.read_log(scope, start, limit=limit)

        assert replay.complete
        assert list(replay.items) == delivered[start.seq :][:limit]
        assert replay.position.seq == min(start.seq + limit, end.seq)

    async def test_a_snapshot_has_the_newest_of_each_key_by_rising_seq(self, bus: Bus) -> None:
        scope = merge_scope()
        position = await bus.publish(
            scope, [entry(0, "a"), entry(1, "b"), entry(2, "c"), entry(3, "a", b"new")]
        )

        snapshot = await bus.read_last(scope)

        assert snapshot.position == position
        assert [(item.seq, item.key) for item in snapshot.items] == [(2, "b"), (3, "c"), (4, "a")]
        assert snapshot.items[-1].data == b"new"

    async def test_a_snapshot_may_be_asked_for_what_changed_since(self, bus: Bus) -> None:
        scope = merge_scope()
        await bus.publish(scope, [entry(n, key) for n, key in enumerate("abcab")])

        async def changed_since(seq: int) -> list[str]:
            return [item.key for item in (await bus.read_last(scope, after_seq=seq)).items]

        assert await changed_since(0) == ["c", "a", "b"]
        assert await changed_since(3) == ["a", "b"]
        assert await changed_since(4) == ["b"]
        assert await changed_since(5) == []

    async def test_a_snapshot_may_be_asked_for_some_keys(self, bus: Bus) -> None:
        scope = merge_scope()
        position = await bus.publish(scope, [entry(n, key) for n, key in enumerate("abc")])

        asked = ["c", "unknown", "a", "c"]
        snapshot = await bus.read_last(scope, keys=asked)
        newer = await bus.read_last(scope, keys=asked, after_seq=1)

        assert snapshot.position == position
        assert [item.key for item in snapshot.items] == ["a", "c"]
        assert [item.key for item in newer.items] == ["c"]
        assert list((await bus.read_last(scope, keys=[])).items) == []

    async def test_a_snapshot_of_a_scope_without_publications_is_empty(self, bus: Bus) -> None:
        snapshot = await bus.read_last(merge_scope())

        assert list(snapshot.items) == []
        assert snapshot.position.seq == 0

    async def test_a_tombstone_removes_its_key_takes_no_seq_and_is_not_delivered(
        self, bus: Bus
    ) -> None:
        scope, inbox = merge_scope(), Inbox()
        await bus.subscribe(scope, inbox)

        await bus.publish(scope, [entry(0, "gone"), entry(1, "kept")])
        removed = await bus.publish(scope, [tombstone(2, "gone"), tombstone(3, "never there")])
        await bus.publish(scope, [entry(4, "new")])

        assert removed.seq == 2
        assert [(item.seq, item.key) for item in (await bus.read_last(scope)).items] == [
            (2, "kept"),
            (3, "new"),
        ]
        assert [(item.seq, item.key) for item in await inbox.until(3)] == [
            (1, "gone"),
            (2, "kept"),
            (3, "new"),
        ]

    async def test_a_late_repeat_does_not_bring_a_removed_key_back(self, bus: Bus) -> None:
        scope = merge_scope()
        await bus.publish(scope, [entry(0, "gone"), tombstone(1, "gone")])

        await bus.publish(scope, [entry(0, "gone")])

        assert list((await bus.read_last(scope)).items) == []

    async def test_a_key_may_come_back_after_its_tombstone(self, bus: Bus) -> None:
        scope = merge_scope()
        await bus.publish(scope, [entry(0, "k"), tombstone(1, "k"), entry(2, "k", b"back")])

        assert list((await bus.read_last(scope)).items) == [Item(2, "k", b"back")]

    @given(outputs=outputs, runs=runs, after=st.integers(0, 30))
    @laws
    async def test_a_snapshot_is_the_last_of_every_key_that_is_left(
        self, bus: Bus, outputs: list[tuple[str, bool]], runs: list[tuple[int, int]], after: int
    ) -> None:
        scope = merge_scope()
        lane = lane_of(outputs)
        await publish_in_runs(bus, scope, lane, runs)

        snapshot = await bus.read_last(scope, after_seq=after)

        assert list(snapshot.items) == [item for item in _last_of_each(lane) if item.seq > after]

    async def test_after_a_loss_a_scope_begins_a_new_epoch_at_one(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)
        before = await bus.publish(scope, entries(range(3)))

        await harness.lose_data()
        after = await bus.publish(scope, entries(range(3, 5)))

        assert after.epoch != before.epoch
        assert after.seq == 2
        await inbox.until(5)
        assert [batch.epoch for batch in inbox.batches] == [before.epoch, after.epoch]
        assert seqs_of(inbox.batches[1].items) == [1, 2]

    async def test_after_a_loss_an_old_position_does_not_replay_completely(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        scope = log_scope()
        before = await bus.publish(scope, entries(range(3)))
        await harness.lose_data()
        await bus.publish(scope, entries(range(3, 8)))

        replay = await bus.read_log(scope, before, limit=10)

        assert not replay.complete
        assert seqs_of(replay.items) == [1, 2, 3, 4, 5]

    async def test_after_a_loss_the_last_values_are_gone(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        scope = merge_scope()
        await bus.publish(scope, [entry(0, "a"), entry(1, "b")])
        await harness.lose_data()
        position = await bus.publish(scope, [entry(2, "b")])

        snapshot = await bus.read_last(scope)

        assert snapshot.position == position
        assert [(item.seq, item.key) for item in snapshot.items] == [(1, "b")]


def _last_of_each(lane: Sequence[Entry]) -> list[Item]:
    """Return what a snapshot must hold, the slow and obvious way."""
    last: dict[str, Item] = {}
    seq = 0
    for output in lane:
        last.pop(output.key, None)
        if output.data is not None:
            seq += 1
            last[output.key] = Item(seq, output.key, output.data)
    return list(last.values())
