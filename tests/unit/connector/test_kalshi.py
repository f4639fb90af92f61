import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.connector.frames import Element
from vezta_stream.connector.kalshi import Head, Message, read_head, split

DELTA = b'{"type":"orderbook_delta","sid":2,"seq":3,"msg":{"market_ticker":"FED","delta_fp":"-1"}}'


def test_an_object_becomes_one_record_keyed_by_its_ticker() -> None:
    assert split(DELTA) == [Element("FED", DELTA)]


def test_a_control_record_is_keyed_by_the_ticker_beside_its_type() -> None:
    control = b'{"type":"vezta.resync","market_ticker":"FED"}'

    assert split(control) == [Element("FED", control)]


def test_each_element_of_an_array_becomes_a_record_in_order() -> None:
    ticker = b'{"type":"ticker","sid":1,"msg":{"market_ticker":"CPI"}}'

    assert split(b"[" + DELTA + b"," + ticker + b"]") == [
        Element("FED", DELTA),
        Element("CPI", ticker),
    ]


@pytest.mark.parametrize(
    "frame",
    [
        b'{"id":1,"type":"subscribed","msg":{"channel":"ticker","sid":1}}',
        b'{"id":1,"sid":4,"seq":2,"type":"ok","msg":{"market_tickers":["A"]}}',
        b'{"id":3,"type":"ok","msg":[{"channel":"ticker","sid":2}]}',
        b'{"id":1,"sid":2,"seq":7,"type":"unsubscribed"}',
        b'{"type":"heartbeat"}',
        b"heartbeat",
        b"",
    ],
)
def test_acknowledgements_and_signs_of_life_give_nothing(frame: bytes) -> None:
    assert split(frame) == []


@pytest.mark.parametrize(
    "frame",
    [
        b"nonsense",
        b"[1,",
        b'{"type":"event_lifecycle","sid":5,"msg":{"event_ticker":"E"}}',
        b'{"type":"error","id":5,"msg":{"code":8,"msg":"Unknown channel name"}}',
        b'{"type":"ticker","msg":[]}',
        b'{"type":"ticker","sid":"1","msg":{"market_ticker":"FED"}}',
        b'{"type":"ticker","msg":{"market_ticker":7}}',
        b'{"type":"ticker","msg":{"market_ticker":"\xff"}}',
        b'{"msg":' * 50_000,
    ],
)
def test_what_names_no_market_keeps_its_bytes_without_a_key(frame: bytes) -> None:
    assert split(frame) == [Element(None, frame)]


def test_a_head_says_type_sequence_and_market() -> None:
    assert read_head(DELTA) == Head("orderbook_delta", 2, 3, None, Message("FED"))


def test_a_message_of_another_shape_still_counts_in_its_sequence() -> None:
    part = b'{"id":3,"type":"ok","sid":4,"seq":9,"msg":[1]}'

    assert read_head(part) == Head("ok", 4, 9)


@pytest.mark.parametrize("part", [b"", b"[]", b"nonsense", b'{"seq":1e400}', b'{"sid":"a"}'])
def test_what_is_no_message_has_no_head(part: bytes) -> None:
    assert read_head(part) is None


@pytest.mark.parametrize(("code", "ends"), [(10, True), (25, True), (6, False), (None, False)])
def test_channel_errors_and_overflows_end_a_subscription(code: int | None, ends: bool) -> None:
    assert Head("error", 1, msg=Message(code=code)).ends_subscription is ends


def test_only_an_error_ends_a_subscription() -> None:
    assert not Head("ok", 1, msg=Message(code=25)).ends_subscription
    assert not Head("error", 1).ends_subscription


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(frame: bytes) -> None:
    for element in split(frame):
        assert element.value in frame


def test_the_recorded_tickers_are_keyed_by_their_market(samples: Path) -> None:
    for line in (samples / "kalshi/rec_ticker_2026-02.jsonl").read_bytes().splitlines():
        assert split(line) == [Element(json.loads(line)["msg"]["market_ticker"], line)]


def test_every_documented_message_is_taken(samples: Path) -> None:
    for path in sorted((samples / "kalshi").glob("doc_*.json")):
        for element in split(path.read_bytes()):
            assert element.value in path.read_bytes()
