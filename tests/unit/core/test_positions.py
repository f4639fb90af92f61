"""Positions and lanes."""

from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Position, Scope, SourcePosition

positions = st.builds(Position, st.sampled_from(["a", "b"]), st.integers(0, 5))


def test_the_next_position_is_one_further_in_the_same_epoch() -> None:
    assert Position("a", 4).is_next(Position("a", 3))
    assert not Position("a", 5).is_next(Position("a", 3))
    assert not Position("a", 3).is_next(Position("a", 3))
    assert not Position("b", 4).is_next(Position("a", 3))


@given(positions, positions)
def test_no_two_positions_follow_each_other_both_ways(one: Position, other: Position) -> None:
    assert not (one.is_next(other) and other.is_next(one))


def test_source_positions_compare_by_offset_then_output() -> None:
    in_order = [(9, 10), (10, 0), (10, 9), (10, 10), (10, 29_000_000), (11, 0)]

    mixed = {SourcePosition(*numbers) for numbers in in_order}

    assert sorted(mixed) == in_order


def test_lanes_and_scopes_are_equal_by_all_their_parts() -> None:
    lane = Lane(1, "orders.events", 2, "user")
    scope = Scope(Channel.USER_ORDERS, "user")

    assert lane == Lane(1, "orders.events", 2, "user") != lane._replace(generation=2)
    assert scope == Scope(Channel.USER_ORDERS, "user") != Scope(Channel.USER_ORDERS)
