import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.connector.frames import Element
from vezta_stream.connector.polymarket import split

CHANGE = b'{"market":"0xaa","price_changes":[{"price":"0.5"}],"event_type":"price_change"}'
BOOK = b'{ "event_type":"book", "bids":[], "asks":[], "market":"0xbb" }'


def test_an_object_becomes_one_record_keyed_by_its_condition_id() -> None:
    assert split(CHANGE) == [Element("0xaa", CHANGE)]


def test_each_element_of_an_array_becomes_a_record_in_order() -> None:
    frame = b"[" + BOOK + b", " + CHANGE + b"]"

    assert split(frame) == [Element("0xbb", BOOK), Element("0xaa", CHANGE)]


@pytest.mark.parametrize(
    "frame",
    [
        b"nonsense",
        b'{"market":"0xaa"',
        b'{"event_type":"book"}',
        b'{"market":5}',
        b'{"market":null}',
        b'{"market":""}',
        b'{"market":"\xff"}',
        b'"PONG"',
        b"17",
        b'{"market":' * 50_000,
    ],
)
def test_what_names_no_market_keeps_its_bytes_without_a_key(frame: bytes) -> None:
    assert split(frame) == [Element(None, frame)]


def test_a_part_without_market_does_not_take_its_siblings_along() -> None:
    assert split(b"[3," + CHANGE + b",[]]") == [
        Element(None, b"3"),
        Element("0xaa", CHANGE),
        Element(None, b"[]"),
    ]


@pytest.mark.parametrize("frame", [b"PONG", b"", b'{"type":"subscribed"}', b'[{"type":"ok"}]'])
def test_acknowledgements_and_signs_of_life_give_nothing(frame: bytes) -> None:
    assert split(frame) == []


def test_a_type_of_another_shape_does_not_matter() -> None:
    value = b'{"market":"0xaa","type":{"a":1}}'

    assert split(value) == [Element("0xaa", value)]


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(frame: bytes) -> None:
    for element in split(frame):
        assert element.value in frame


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["market", "type", "msg", "x"]), inner, max_size=3)
    ),
)


@given(st.lists(JSON, max_size=5))
def test_every_element_of_an_array_is_a_record_unless_it_is_an_acknowledgement(
    values: list[object],
) -> None:
    texts = [json.dumps(value, ensure_ascii=False).encode() for value in values]

    elements = split(b"[" + b",".join(texts) + b"]")

    assert [element.value for element in elements] == texts


def test_the_recorded_burst_is_keyed_by_its_condition_id(samples: Path) -> None:
    lines = (samples / "polymarket/rec_crossing_burst_2026-09.jsonl").read_bytes().splitlines()
    market = json.loads(lines[0])["market"]

    assert [split(line) for line in lines] == [[Element(market, line)] for line in lines]
