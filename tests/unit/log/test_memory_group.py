"""The books of a consumer group."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.errors import CommitRefused
from vezta_stream.log.base import TopicPartition
from vezta_stream.log.memory_group import Group, Member

A0, A1, A2, A3 = (TopicPartition("a", number) for number in range(4))


def member(**topics: int) -> Member:
    return Member(topics=topics, wake=lambda: None, positions={})


def hand_over(group: Group, *members: Member) -> dict[Member, set[TopicPartition]]:
    """Let every member give up and take what it should; return what each took."""
    for each in members:
        group.release(each, group.leaving(each))
    return {each: set(group.claim(each)) for each in members}


def test_the_first_member_takes_everything() -> None:
    group, only = Group(), member(a=4)
    group.join(only)

    assert group.claim(only) == [A0, A1, A2, A3]
    assert group.claim(only) == []


def test_a_newcomer_gets_nothing_before_the_owner_released_it() -> None:
    group, first, second = Group(), member(a=4), member(a=4)
    group.join(first)
    group.claim(first)
    group.join(second)

    assert group.claim(second) == []
    assert group.leaving(first) == [A2, A3]
    group.release(first, [A2])
    assert group.claim(second) == [A2]
    group.release(first, [A3])
    assert group.claim(second) == [A3]
    assert group.leaving(first) == []


def test_partitions_that_need_not_move_stay() -> None:
    group, first, second = Group(), member(a=4), member(a=4)
    group.join(first)
    group.claim(first)
    group.join(second)
    hand_over(group, first, second)
    group.remove(second)

    assert group.leaving(first) == []
    assert group.claim(first) == [A2, A3]


def test_releasing_what_is_not_owned_takes_it_from_nobody() -> None:
    group, first, second = Group(), member(a=2), member(a=2)
    group.join(first)
    group.claim(first)
    group.join(second)

    group.release(second, [A0, A1])

    group.commit(first, {A0: 1, A1: 1})


def test_members_share_only_the_topics_they_subscribe_to() -> None:
    group, both, one = Group(), member(a=2, b=2), member(b=2)
    group.join(both)
    group.join(one)

    taken = hand_over(group, both, one)

    assert taken[both] == {A0, A1, TopicPartition("b", 0)}
    assert taken[one] == {TopicPartition("b", 1)}


def test_a_member_too_many_gets_nothing() -> None:
    group, members = Group(), [member(a=2) for _ in range(3)]
    for each in members:
        group.join(each)

    assert sorted(len(taken) for taken in hand_over(group, *members).values()) == [0, 1, 1]


def test_a_removed_member_is_no_member_and_removing_it_again_changes_nothing() -> None:
    group, gone = Group(), member(a=1)
    group.join(gone)
    assert gone in group
    group.remove(gone)
    version = group.version

    group.remove(gone)

    assert gone not in group
    assert group.version == version


def test_everybody_is_woken_and_the_version_grows_when_something_may_move() -> None:
    group, woken = Group(), list[str]()
    first = Member(topics={"a": 2}, wake=lambda: woken.append("first"), positions={})
    second = Member(topics={"a": 2}, wake=lambda: woken.append("second"), positions={})
    happenings: list[Callable[[], None]] = [
        lambda: group.join(first),
        lambda: group.join(second),
        lambda: group.release(first, [A0]),
        lambda: group.remove(first),
    ]
    versions = [group.version]
    for happen in happenings:
        happen()
        versions.append(group.version)

    assert versions == sorted(set(versions))
    assert woken == ["first", "first", "second", "first", "second", "second"]


def test_offsets_are_kept_for_whoever_comes_next() -> None:
    group, first = Group(), member(a=2)
    group.join(first)
    group.claim(first)

    group.commit(first, {A0: 7})
    group.remove(first)

    assert group.committed(A0) == 7
    assert group.committed(A1) is None


def test_only_an_owner_commits_and_all_or_nothing() -> None:
    group, first, stranger = Group(), member(a=1), member(a=1)
    group.join(first)
    group.claim(first)

    for who, offsets in ((stranger, {A0: 1}), (None, {A0: 1}), (first, {A0: 1, A1: 1})):
        with pytest.raises(CommitRefused):
            group.commit(who, offsets)
    assert group.committed(A0) is None


@given(st.lists(st.integers(0, 5), max_size=20), st.integers(1, 12), st.integers(0, 12))
def test_whoever_comes_and_goes_all_partitions_are_shared_evenly_and_owned_once(
    arrivals: list[int], a: int, b: int
) -> None:
    """Each number is a member that joins, or leaves when it is there."""
    group, present, owned = Group(), dict[int, Member](), dict[Member, set[TopicPartition]]()
    for number in [*arrivals, 99]:
        if number in present:
            gone = present.pop(number)
            group.remove(gone)
            owned.pop(gone, None)
        else:
            present[number] = member(a=a, b=b)
            group.join(present[number])
        for each in present.values():
            leaving = group.leaving(each)
            owned.get(each, set()).difference_update(leaving)
            group.release(each, leaving)
        for each in present.values():
            owned.setdefault(each, set()).update(group.claim(each))
        held = Counter(place for places in owned.values() for place in places)
        assert set(held.values()) <= {1}

    assert len(held) == a + b
    for topic in ("a", "b"):
        shares = [sum(p.topic == topic for p in places) for places in owned.values()]
        assert max(shares) - min(shares) <= 1


def test_a_group_reads_what_its_members_subscribe_to() -> None:
    group, only = Group(), member(a=1)
    assert not group.reads("a")
    group.join(only)
    assert group.reads("a")
    assert not group.reads("b")

    group.remove(only)

    assert not group.reads("a")


def test_a_partition_is_read_where_its_owner_is_and_without_owner_from_the_commit_on() -> None:
    group = Group()
    owner = Member(topics={"a": 1}, wake=lambda: None, positions={A0: 7})
    assert group.position(A0) is None
    group.join(owner)
    group.claim(owner)
    assert group.position(A0) == 7

    group.commit(owner, {A0: 5})
    group.remove(owner)

    assert group.position(A0) == 5


def test_watchers_hear_of_members_and_of_what_these_tell() -> None:
    group, heard = Group(), list[str]()
    group.watchers.add(lambda: heard.append("moved"))
    only = member(a=1)

    group.join(only)
    group.moved()
    group.remove(only)

    assert heard == ["moved"] * 3
