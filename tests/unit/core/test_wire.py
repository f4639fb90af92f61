"""The bytes of channel records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core import wire
from vezta_stream.core.positions import Lane, SourcePosition

# Topic names have no slash; keys are whatever an exchange or a backend calls its things.
topics = st.text(st.characters(categories=["Ll", "Nd"], include_characters=".-_"), min_size=1)
keys = st.text(st.characters(exclude_categories=["Cs"]))
naturals = st.integers(0, 2**63 - 1)


def test_a_value_begins_with_its_version() -> None:
    assert wire.wrap(b'{"a":1}') == b'\x01{"a":1}'


@given(st.binary())
def test_what_is_wrapped_comes_back(data: bytes) -> None:
    assert wire.unwrap(wire.wrap(data)) == data


@pytest.mark.parametrize("value", [b"", b"\x00{}", b"\x02{}", b'{"a":1}'])
def test_another_version_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="version"):
        wire.unwrap(value)


def test_a_lane_reads_as_its_parts() -> None:
    assert wire.lane_to_bytes(Lane(1, "exchange.kalshi", 7, "KX-A")) == b"1/exchange.kalshi/7/KX-A"


@given(st.builds(Lane, naturals, topics, naturals, keys))
def test_a_lane_comes_back_from_its_bytes(lane: Lane) -> None:
    assert wire.lane_from_bytes(wire.lane_to_bytes(lane)) == lane


def test_a_lanes_key_may_contain_the_separator_or_be_empty() -> None:
    assert wire.lane_from_bytes(b"1/t/2/a/b/").key == "a/b/"
    assert wire.lane_from_bytes(b"1/t/2/").key == ""


@pytest.mark.parametrize("value", [b"", b"1/t/2", b"x/t/2/k", b"1/t/x/k", b"/t/2/k", b"1/t/2/\xff"])
def test_bytes_that_are_no_lane_are_refused(value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        wire.lane_from_bytes(value)


@given(st.builds(SourcePosition, naturals, naturals))
def test_a_source_position_comes_back_from_its_bytes(source: SourcePosition) -> None:
    assert wire.source_from_bytes(wire.source_to_bytes(source)) == source


def test_a_source_position_reads_as_offset_and_output() -> None:
    assert wire.source_to_bytes(SourcePosition(12, 3)) == b"12.3"


@pytest.mark.parametrize("value", [b"", b"12", b"12.", b".3", b"1.2.3", b"a.b", b"\xff.1"])
def test_bytes_that_are_no_source_position_are_refused(value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        wire.source_from_bytes(value)
