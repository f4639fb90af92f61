"""Kalshi's frames as types, and why a record may be no such frame."""

from typing import Any

import pytest

from tests.builders import kalshi as k
from tests.builders.markets import START, TICKER, Json, as_bytes, without
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers import kalshi_messages as messages
from vezta_stream.schemas.codec import MAX_RECORD_BYTES

DELTA = k.delta("yes", "0.5", "1")


def _decode(value: Json | bytes) -> messages.Frame | None:
    return messages.decode(value if isinstance(value, bytes) else as_bytes(value))


@pytest.mark.parametrize(
    ("frame", "type_"),
    [
        (k.snapshot({"0.5": "1"}), messages.SnapshotFrame),
        (DELTA, messages.DeltaFrame),
        (k.ticker("0.5", "0.6"), messages.TickerFrame),
        (k.trade("0.5", "1"), messages.TradeFrame),
        (k.lifecycle("created"), messages.LifecycleFrame),
        (k.resync(), messages.Resync),
    ],
)
def test_each_type_is_known_by_its_name(frame: Json, type_: type[object]) -> None:
    assert isinstance(_decode(frame), type_)


@pytest.mark.parametrize(
    ("fields", "time"),
    [
        ({"ts_ms": START + 1, "ts": 5}, START + 1),
        ({"ts_ms": str(START + 1)}, START + 1),
        ({"ts": START // 1000}, START),
        ({"ts": "2026-09-29T00:00:00.250Z"}, START + 250),
        ({"ts_ms": None, "ts": START // 1000}, START),
        ({"ts_ms": "", "ts": ""}, 7),
        ({}, 7),
    ],
)
def test_the_time_is_the_finest_that_is_told_else_that_of_arrival(fields: Json, time: int) -> None:
    frame = _decode(k.frame("ticker", fields))

    assert isinstance(frame, messages.TickerFrame)
    assert frame.msg.time(7) == time


@pytest.mark.parametrize("stated", [0, -1, 1e400, True, [], "soon", 9_999_999_999_999])
def test_a_time_that_is_none_is_a_value_error(stated: object) -> None:
    message = messages.Ticker(market_ticker=TICKER, ts_ms=stated)

    with pytest.raises(ValueError, match=r"."):
        message.time(START)


@pytest.mark.parametrize("type_", ["subscribed", "unsubscribed", "ok", "heartbeat"])
@pytest.mark.parametrize("msg", [{}, [], None, {"market_tickers": ["A"]}])
def test_answers_to_our_own_commands_are_nothing(type_: str, msg: object) -> None:
    assert _decode({"id": 1, "type": type_, "sid": 1, "seq": 2, "msg": msg}) is None


@pytest.mark.parametrize("value", [b"PONG", b"heartbeat"])
def test_keep_alives_are_nothing(value: bytes) -> None:
    assert _decode(value) is None


@pytest.mark.parametrize(
    "type_", ["error", "fill", "user_order", "market_position", "event_lifecycle", "x" * 1_000]
)
def test_an_unknown_type_is_named_shortly(type_: str) -> None:
    with pytest.raises(Rejected) as caught:
        _decode({"type": type_, "sid": 1, "msg": {}})

    assert (caught.value.reason, caught.value.detail) == (Reason.UNKNOWN_TYPE, type_[:64])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"PING PONG", Reason.NOT_JSON),
        (as_bytes(DELTA)[:-1], Reason.NOT_JSON),
        (b'{"type":"vezta.resync","market_ticker":"\\ud800"}', Reason.NOT_JSON),
        (b'{"type":"vezta.resync","market_ticker":"\xff"}', Reason.NOT_JSON),
        (b"[]", Reason.NOT_OBJECT),
        (b"null", Reason.NOT_OBJECT),
        (b"7", Reason.NOT_OBJECT),
        (b" " * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE),
        (b'{"type":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, Reason.TOO_DEEP),
        (b'{"type":"ticker","msg":{"ts":' + b"[" * 5_000 + b"]" * 5_000 + b"}}", Reason.TOO_DEEP),
        ({}, Reason.MISSING_FIELD),
        ({"id": 1, "cmd": "subscribe"}, Reason.MISSING_FIELD),
        ({"type": "ticker"}, Reason.MISSING_FIELD),
        ({"type": "ticker", "msg": {}}, Reason.MISSING_FIELD),
        ({"type": "vezta.resync"}, Reason.MISSING_FIELD),
        ({"type": "ticker", "msg": []}, Reason.BAD_VALUE),
        ({"type": None}, Reason.BAD_VALUE),
        ({"type": 7}, Reason.BAD_VALUE),
        ({"type": ["ok"]}, Reason.BAD_VALUE),
        ({"type": {"ok": 1}}, Reason.BAD_VALUE),
        (k.frame("ticker", {"market_ticker": ""}), Reason.BAD_VALUE),
        (k.frame("ticker", {"market_ticker": "X" * 257}), Reason.BAD_VALUE),
        (k.frame("ticker", {"market_ticker": None}), Reason.BAD_VALUE),
        (k.trade("0.5", "1", trade_id=""), Reason.BAD_VALUE),
        (k.trade("0.5", "1", trade_id="t" * 257), Reason.BAD_VALUE),
        (k.trade("0.5", "1", trade_id=7), Reason.BAD_VALUE),
        (k.lacking(DELTA, "side"), Reason.MISSING_FIELD),
        (k.snapshot(yes_dollars_fp=[["0.5"]]), Reason.BAD_VALUE),
        (k.snapshot(yes_dollars_fp={"0.5": "1"}), Reason.BAD_VALUE),
        (k.lifecycle("created", additional_metadata=[]), Reason.BAD_VALUE),
        (without(k.lifecycle("created"), "msg"), Reason.MISSING_FIELD),
        (
            b'{"type":"ticker","msg":{"market_ticker":"A","ts":%b}}' % (b"9" * 5_000),
            Reason.BAD_VALUE,
        ),
    ],
)
def test_a_record_that_is_no_frame_has_its_reason(value: Any, reason: Reason) -> None:
    with pytest.raises(Rejected) as caught:
        _decode(value)

    assert caught.value.reason is reason
