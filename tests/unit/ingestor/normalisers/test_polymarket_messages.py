"""Polymarket's messages as types, and why a record may be no such message."""

from typing import Any

import pytest

from tests.builders import polymarket as poly
from tests.builders.markets import CONDITION, START, YES, Json, as_bytes, without
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers import polymarket_messages as messages
from vezta_stream.schemas.codec import MAX_RECORD_BYTES

BOOK = poly.book({"0.3": "1"}, {"0.4": "2"})
CHANGE = poly.price_change(poly.change("BUY", "0.3", "1"))


def refusal(value: Json | bytes) -> tuple[Reason, str]:
    """Return why a record is refused, and the detail."""
    with pytest.raises(Rejected) as caught:
        _decode(value)
    return caught.value.reason, caught.value.detail


def _decode(value: Json | bytes) -> messages.Message | None:
    return messages.decode(value if isinstance(value, bytes) else as_bytes(value))


@pytest.mark.parametrize(
    ("message", "type_"),
    [
        (BOOK, messages.Book),
        (CHANGE, messages.PriceChange),
        (poly.last_trade("0.3", "1"), messages.LastTradePrice),
        (poly.best_bid_ask("0.3", "0.4"), messages.BestBidAsk),
        (poly.tick_size_change("0.01"), messages.TickSizeChange),
        (poly.new_market(), messages.NewMarket),
        (poly.market_resolved(), messages.MarketResolved),
    ],
)
def test_each_type_is_known_by_its_name(message: Json, type_: type[object]) -> None:
    assert isinstance(_decode(message), type_)


@pytest.mark.parametrize("untagged", [without(BOOK, "event_type"), BOOK | {"event_type": None}])
def test_an_object_with_ladders_that_does_not_say_what_it_is_is_a_book(untagged: Json) -> None:
    decoded = _decode(untagged)

    assert isinstance(decoded, messages.Book)
    assert decoded.ladders() == ([messages.Level("0.3", "1")], [messages.Level("0.4", "2")])


@pytest.mark.parametrize("ladders", [{"bids": []}, {"asks": []}, {"buys": []}, {"sells": []}])
def test_one_ladder_of_any_name_is_enough(ladders: Json) -> None:
    untagged = without(BOOK, "event_type", "bids", "asks") | ladders
    decoded = _decode(untagged)

    assert isinstance(decoded, messages.Book)
    assert decoded.ladders() == ([], [])


def test_a_null_ladder_is_empty() -> None:
    decoded = _decode(BOOK | {"bids": None, "asks": None})

    assert isinstance(decoded, messages.Book)
    assert decoded.ladders() == ([], [])


def test_a_book_without_any_ladder_is_none() -> None:
    decoded = _decode(without(BOOK, "bids", "asks"))

    assert isinstance(decoded, messages.Book)
    with pytest.raises(Rejected) as caught:
        decoded.ladders()
    assert caught.value.reason is Reason.MISSING_FIELD


class TestChanges:
    """The generations of `price_change`."""

    def changes(self, message: Json) -> list[messages.Change]:
        decoded = _decode(message)
        assert isinstance(decoded, messages.PriceChange)
        return decoded.all_changes()

    def test_newest(self) -> None:
        entry = poly.change("SELL", "0.3", "1", best_bid="0.1", best_ask="0.3")

        assert self.changes(poly.price_change(entry)) == [
            messages.Change(YES, "0.3", "1", "SELL", "0.1", "0.3")
        ]

    def test_flat(self) -> None:
        legacy = poly.legacy_price_change(poly.change("BUY", "0.3", "1"))

        assert self.changes(legacy) == [messages.Change(YES, "0.3", "1", "BUY")]

    def test_list_of_one_token(self) -> None:
        legacy = without(CHANGE, "price_changes") | {
            "asset_id": YES,
            "changes": [{"price": "0.3", "size": "1", "side": "BUY"}],
        }

        assert self.changes(legacy) == [messages.Change(YES, "0.3", "1", "BUY")]

    @pytest.mark.parametrize("name", ["asset_id", "price", "size", "side"])
    def test_none_of_them(self, name: str) -> None:
        legacy = without(poly.legacy_price_change(poly.change("BUY", "0.3", "1")), name)
        with pytest.raises(Rejected) as caught:
            self.changes(legacy)

        assert caught.value.reason is Reason.MISSING_FIELD


@pytest.mark.parametrize("value", [b"PONG", b"PING", b"heartbeat", b" PONG \n"])
def test_keep_alives_are_nothing(value: bytes) -> None:
    assert _decode(value) is None


@pytest.mark.parametrize("type_", ["subscribed", "unsubscribed", "ok", "heartbeat"])
def test_answers_to_our_own_commands_are_nothing(type_: str) -> None:
    assert _decode({"type": type_, "msg": {}}) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"PONGPONG", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b'{"event_type":NaN}', Reason.NOT_JSON),
        (b'{"event_type":"\xff"}', Reason.NOT_JSON),
        (b'{"market":"\\ud800"}', Reason.NOT_JSON),
        (as_bytes(BOOK) + b"x", Reason.NOT_JSON),
        (b"[]", Reason.NOT_OBJECT),
        (b"[" + as_bytes(BOOK) + b"]", Reason.NOT_OBJECT),
        (b"null", Reason.NOT_OBJECT),
        (b'"book"', Reason.NOT_OBJECT),
        (b" " * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE),
        (b'{"bids":' + b"[" * 5_000 + b"]" * 5_000 + b"}", Reason.TOO_DEEP),
        (b'{"event_type":' + b"[" * 5_000 + b"]" * 5_000 + b"}", Reason.TOO_DEEP),
        (b"[" * 5_000 + b"]" * 5_000, Reason.TOO_DEEP),
        ({}, Reason.MISSING_FIELD),
        ({"type": "market", "assets_ids": [YES]}, Reason.MISSING_FIELD),
        ({"type": ["ok"]}, Reason.MISSING_FIELD),
        ({"event_type": ["book"]}, Reason.BAD_VALUE),
        ({"event_type": 7, "bids": []}, Reason.BAD_VALUE),
        ({"bids": [], "market": CONDITION, "asset_id": YES}, Reason.MISSING_FIELD),
        (without(BOOK, "event_type") | {"bids": {}}, Reason.BAD_VALUE),
        (BOOK | {"bids": [{"price": "0.3"}]}, Reason.MISSING_FIELD),
        (BOOK | {"bids": [["0.3", "1"]]}, Reason.BAD_VALUE),
        (BOOK | {"bids": [{"price": 0.3, "size": "1"}]}, Reason.BAD_VALUE),
        (BOOK | {"bids": [{"price": "0.3", "size": "1" * 41}]}, Reason.BAD_VALUE),
        (poly.last_trade("0.3", "1", transaction_hash="0" * 257), Reason.BAD_VALUE),
        (BOOK | {"timestamp": 1.5}, Reason.BAD_VALUE),
        (BOOK | {"timestamp": True}, Reason.BAD_VALUE),
        (BOOK | {"market": None}, Reason.BAD_VALUE),
    ],
)
def test_a_record_that_is_no_message_has_its_reason(value: Any, reason: Reason) -> None:
    assert refusal(value)[0] is reason


@pytest.mark.parametrize("message", [BOOK, CHANGE, poly.last_trade("0.3", "1")])
@pytest.mark.parametrize("name", ["market", "timestamp"])
def test_every_message_says_market_and_time(message: Json, name: str) -> None:
    assert refusal(without(message, name))[0] is Reason.MISSING_FIELD


@pytest.mark.parametrize("type_", ["order", "trade", "BOOK", "", "x" * 1_000])
def test_an_unknown_type_is_named_shortly(type_: str) -> None:
    assert refusal(BOOK | {"event_type": type_}) == (Reason.UNKNOWN_TYPE, type_[:64])


def test_fields_that_are_not_used_may_be_anything() -> None:
    assert _decode(BOOK | {"hash": {"deep": [1]}, "novelty": START})
