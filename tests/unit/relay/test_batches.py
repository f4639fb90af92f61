"""How entries are divided into publishes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.bus.base import Entry
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Scope, SourcePosition
from vezta_stream.relay.batches import batches

LANE = Lane(1, "raw", 0, "m")


def entry(number: int, size: int = 1) -> Entry:
    """Return an entry of `size` bytes: two of its key, the rest of its payload."""
    data = b"x" * (size - 2) if size > 2 else None
    return Entry(LANE, SourcePosition(number, 0), "kk", data)


def scope(user: str) -> Scope:
    return Scope(Channel.USER_ORDERS, user)


def sizes(batch: Sequence[Entry]) -> int:
    return sum(len(entry.key) + len(entry.data or b"") for entry in batch)


def test_no_entries_give_no_batch() -> None:
    assert list(batches([], max_entries=10, max_bytes=100)) == []


def test_entries_are_gathered_by_scope() -> None:
    mixed = [(scope(user), entry(number)) for number, user in enumerate("abab")]

    assert list(batches(mixed, max_entries=10, max_bytes=100)) == [
        (scope("a"), [entry(0), entry(2)]),
        (scope("b"), [entry(1), entry(3)]),
    ]


def test_a_batch_is_full_at_the_number_of_entries() -> None:
    many = [(scope("a"), entry(number)) for number in range(5)]

    lengths = [len(batch) for _, batch in batches(many, max_entries=2, max_bytes=100)]

    assert lengths == [2, 2, 1]


def test_a_batch_is_full_when_the_next_entry_would_exceed_its_bytes() -> None:
    many = [(scope("a"), entry(number, size=40)) for number in range(5)]

    lengths = [len(batch) for _, batch in batches(many, max_entries=9, max_bytes=80)]

    assert lengths == [2, 2, 1]


def test_an_entry_that_is_too_large_travels_alone() -> None:
    many = [(scope("a"), entry(number, size)) for number, size in enumerate((10, 500, 10))]

    lengths = [len(batch) for _, batch in batches(many, max_entries=9, max_bytes=80)]

    assert lengths == [1, 1, 1]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(2, 60))),
    st.integers(1, 6),
    st.integers(1, 100),
)
def test_nothing_is_lost_reordered_in_its_scope_or_over_the_bounds(
    given_: list[tuple[str, int]], max_entries: int, max_bytes: int
) -> None:
    many = [(scope(user), entry(number, size)) for number, (user, size) in enumerate(given_)]

    divided = list(batches(many, max_entries=max_entries, max_bytes=max_bytes))

    for user in "abc":
        wanted = [entry for of, entry in many if of == scope(user)]
        assert [entry for of, batch in divided if of == scope(user) for entry in batch] == wanted
    assert all(1 <= len(batch) <= max_entries for _, batch in divided)
    assert all(len(batch) == 1 or sizes(batch) <= max_bytes for _, batch in divided)
