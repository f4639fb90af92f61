import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.bus.base import Batch, Entry, Item
from vezta_stream.bus.redis_wire import (
    UnreadableMessage,
    joins,
    publish_arguments,
    read_last_values,
    read_log_entry,
    read_message,
)
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Scope, SourcePosition

SCOPE = Scope(Channel.MARKET_TRADES)
LANE = Lane(1, "orders.events", 3, "k")


def message_of(epoch: str, first: int, items: list[tuple[str, bytes]]) -> bytes:
    """Write what the script writes."""
    parts = [b"\x01", epoch.encode(), b" ", str(first).encode(), b"\n"]
    for key, data in items:
        encoded = key.encode()
        parts += (len(encoded).to_bytes(4), len(data).to_bytes(4), encoded, data)
    return b"".join(parts)


@given(
    items=st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=20)), max_size=5),
    first=st.integers(1, 2**53),
)
def test_a_message_is_read_as_it_was_written(items: list[tuple[str, bytes]], first: int) -> None:
    batch = read_message(SCOPE, message_of("e1", first, items))

    numbered = [Item(seq, key, data) for seq, (key, data) in enumerate(items, first)]
    assert batch == Batch(SCOPE, "e1", numbered)


@pytest.mark.parametrize("cut", [1, 3])
def test_a_message_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableMessage):
        read_message(SCOPE, message_of("e1", 1, [("k", b"data")])[:-cut])


@pytest.mark.parametrize("message", [b"", b"\x02e 1\n", b"\x01e 1\n\x00"])
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read_message(SCOPE, message)


def test_entries_name_their_lanes_once_and_tombstones_by_a_minus() -> None:
    other = LANE._replace(key="o")
    entries = [
        Entry(LANE, SourcePosition(5, 1), "a", b"x"),
        Entry(other, SourcePosition(6, 0), "b", None),
        Entry(LANE, SourcePosition(7, 0), "c", b"y"),
    ]

    arguments = publish_arguments(entries)

    assert arguments[:3] == [2, b"1/orders.events/3/k", b"1/orders.events/3/o"]
    assert arguments[3::4] == [1, -2, 1]
    assert arguments[5::4] == ["a", "b", "c"]


@given(st.lists(st.builds(SourcePosition, st.integers(0, 2**63), st.integers(0, 10**9))))
def test_source_positions_are_ordered_as_text(sources: list[SourcePosition]) -> None:
    entries = [Entry(LANE, source, "k", b"x") for source in sources]
    texts = [str(text) for text in publish_arguments(entries)[3 if sources else 1 :: 4]]

    assert sorted(texts) == [text for _, text in sorted(zip(sources, texts, strict=True))]


def test_a_log_entry_says_whether_it_was_published() -> None:
    assert read_log_entry([b"7-0", [b"k", b"a", b"d", b"x"]]) == (Item(7, "a", b"x"), True)
    assert read_log_entry([b"7-0", [b"k", b"u", b"d", b"u", b"u", b"1"]])[1] is False


def test_last_values_are_ordered_as_numbers() -> None:
    values = [b"a", b"10\nnew\nline", b"b", b"9\n"]

    assert read_last_values(values) == [Item(9, "b", b""), Item(10, "a", b"new\nline")]


def test_an_earlier_epoch_joins_up_to_where_it_survived() -> None:
    assert joins("e2:10 e1:5", "e1", 5)
    assert not joins("e2:10 e1:5", "e1", 6)
    assert not joins("", "e1", 0)
