import random
from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.bus.base import Batch, Item
from vezta_stream.bus.follower import Follower, Part
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Position, Scope

LOG = Scope(Channel.MARKET_TRADES)
MERGE = Scope(Channel.MARKET_PRICES)


def item(seq: int) -> Item:
    return Item(seq, "k", str(seq).encode())


def batch(first: int, last: int, epoch: str = "e", scope: Scope = LOG) -> Batch:
    return Batch(scope, epoch, [item(seq) for seq in range(first, last + 1)])


def part(first: int, last: int, epoch: str = "e") -> Part:
    return Part(Position(epoch, last), [item(seq) for seq in range(first, last + 1)])


def follower(seq: int = 0, scope: Scope = LOG, held_bytes: int = 1000) -> Follower:
    made = Follower(scope, held_bytes=held_bytes)
    made.begin(Position("e", seq))
    return made


def seqs(batches: Sequence[Batch]) -> list[int]:
    return [item.seq for batch in batches for item in batch.items]


def test_what_continues_is_delivered_as_it_is() -> None:
    following, arriving = follower(3), batch(4, 5)

    assert following.on_batch(arriving) == [arriving]
    assert following.position == Position("e", 5)


def test_a_repeat_is_dropped_and_an_overlap_cut() -> None:
    following = follower(3)

    assert following.on_batch(batch(1, 3)) == []
    assert seqs(following.on_batch(batch(2, 5))) == [4, 5]


def test_what_arrives_before_the_beginning_counts_if_it_is_newer() -> None:
    following = Follower(LOG, held_bytes=1000)
    for seq in (1, 2, 3):
        assert following.on_batch(batch(seq, seq)) == []

    assert seqs(following.begin(Position("e", 2))) == [3]
    assert following.live


def test_a_hole_before_the_beginning_is_to_be_read() -> None:
    following = Follower(LOG, held_bytes=1000)
    following.on_batch(batch(5, 5))

    assert following.begin(Position("e", 2)) == []
    assert not following.live


def test_a_gap_is_filled_before_anything_more_is_delivered() -> None:
    following = follower(1)

    assert following.on_batch(batch(4, 4)) == []
    assert following.on_batch(batch(5, 5)) == []
    assert not following.live
    assert seqs(following.on_part(part(2, 4))) == [2, 3, 4, 5]
    assert following.live


def test_a_part_that_is_not_the_last_leaves_it_behind() -> None:
    following = follower(1)
    following.on_batch(batch(9, 9))

    assert seqs(following.on_part(part(2, 4)._replace(ends=False))) == [2, 3, 4]
    assert not following.live


def test_more_than_may_be_held_is_read() -> None:
    following = follower(1, held_bytes=3)
    for seq in range(3, 9):
        following.on_batch(batch(seq, seq))

    assert seqs(following.on_part(part(2, 4))) == [2, 3, 4]
    assert not following.live
    assert seqs(following.on_part(part(5, 8))) == [5, 6, 7, 8]
    assert following.live


def test_what_is_left_of_a_log_is_delivered_with_what_was_lost() -> None:
    following = follower(1)
    following.fall_behind()

    (delivered,) = following.on_part(part(5, 6)._replace(complete=False))

    assert delivered.lost_to == 4
    assert seqs([delivered]) == [5, 6]


def test_a_new_epoch_without_anything_in_it_is_told() -> None:
    following = follower(7)
    following.fall_behind()

    (delivered,) = following.on_part(Part(Position("e2", 0), [], complete=False))

    assert (delivered.epoch, delivered.lost_to, delivered.items) == ("e2", 0, [])
    assert seqs(following.on_batch(batch(1, 2, "e2"))) == [1, 2]


def test_a_new_epoch_that_continues_ours_loses_nothing() -> None:
    following = follower(7)
    following.on_batch(batch(9, 9, "e2"))

    (filled, live) = following.on_part(part(8, 8, "e2"))

    assert (filled.epoch, filled.lost_to, live.lost_to) == ("e2", None, None)
    assert seqs([filled, live]) == [8, 9]


def test_restored_entries_are_old_where_the_past_is_lost() -> None:
    following = follower(7)
    following.fall_behind()
    restored = part(1, 3, "e2")._replace(complete=False, unpublished=frozenset({1, 2}))

    (delivered,) = following.on_part(restored)
    following.fall_behind()
    later = following.on_part(part(4, 5, "e2")._replace(unpublished=frozenset({4})))

    assert seqs([delivered]) == [3]
    assert seqs(later) == [5]


def test_restored_entries_are_news_where_the_past_survived() -> None:
    following = follower(7)
    following.fall_behind()

    delivered = following.on_part(part(8, 9, "e2")._replace(unpublished=frozenset({8})))

    assert seqs(delivered) == [8, 9]


def test_a_bus_that_went_back_is_waited_for() -> None:
    following = follower(7)
    following.fall_behind()

    assert following.on_part(Part(Position("e", 5), [], complete=False)) == []
    assert following.live
    assert following.position == Position("e", 7)


def test_a_batch_of_the_epoch_before_is_dropped_after_one_more_reading() -> None:
    following = follower(7)
    following.fall_behind()
    following.on_batch(batch(8, 8))

    delivered = following.on_part(Part(Position("e2", 0), [], complete=False))
    assert not following.live
    delivered += following.on_part(Part(Position("e2", 0), []))

    assert following.live
    assert [each.epoch for each in delivered] == ["e2"]


def test_a_merge_channel_in_a_new_epoch_delivers_all_there_is() -> None:
    following = follower(7, MERGE)
    following.on_batch(batch(1, 1, "e2", MERGE))

    (delivered,) = following.on_part(part(1, 3, "e2")._replace(complete=False))

    assert delivered.lost_to == 0
    assert seqs([delivered]) == [1, 2, 3]


def test_level_means_at_or_beyond_in_the_same_epoch() -> None:
    following = follower(7)

    assert following.is_at(Position("e", 7))
    assert not following.is_at(Position("e", 8))
    assert not following.is_at(Position("e2", 7))
    assert not Follower(LOG, held_bytes=1).is_at(Position("e", 0))


@given(seed=st.integers(0, 2**32), total=st.integers(0, 60), held=st.integers(1, 40))
def test_whatever_is_lost_or_repeated_on_the_way_all_arrive_once_in_order(
    seed: int, total: int, held: int
) -> None:
    chance = random.Random(seed)
    following, delivered = follower(0, held_bytes=held), []
    for arriving in _damaged(total, chance):
        delivered += following.on_batch(arriving)
        if not following.live and chance.random() < 0.5:
            delivered += _read(following, arriving.items[-1].seq, chance)
    following.fall_behind()
    while not following.live:
        delivered += _read(following, total, chance)

    assert seqs(delivered) == list(range(1, total + 1))


def _damaged(total: int, chance: random.Random) -> Iterator[Batch]:
    """Yield batches of a log up to `total`, some left out, some again."""
    reached = 0
    while reached < total:
        first, reached = reached + 1, min(reached + chance.randint(1, 5), total)
        for _ in range(chance.choice([0, 1, 1, 1, 2])):
            yield batch(first, reached)


def _read(following: Follower, newest: int, chance: random.Random) -> list[Batch]:
    position = following.position
    assert position is not None
    newest = max(newest, position.seq)
    last = min(position.seq + chance.randint(1, 10), newest)
    return following.on_part(part(position.seq + 1, last)._replace(ends=last == newest))
