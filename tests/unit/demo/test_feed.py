"""From the outside world's frames to raw records."""

import json
from collections.abc import Iterable

from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.demo.feed import Feed
from vezta_stream.simulator.emissions import ExchangeFrame, InputRecord, Topic

RECEIVED_AT = ("received-at", b"1790658661234")


def feed(asked: list[str]) -> Feed:
    def request_snapshots(tickers: Iterable[str]) -> None:
        asked.extend(tickers)

    return Feed(
        guard=SequenceGuard(max_subscriptions=10, max_books=10),
        clock=lambda: 1_790_658_661_234,
        request_snapshots=request_snapshots,
    )


def kalshi(type_: str, seq: int) -> ExchangeFrame:
    frame = {"type": type_, "sid": 1, "seq": seq, "msg": {"market_ticker": "T"}}
    return ExchangeFrame(Topic.KALSHI, json.dumps(frame).encode(), use_yes_price=True)


def test_an_array_frame_becomes_one_record_per_element_stamped_and_keyed() -> None:
    frame = ExchangeFrame(Topic.POLYMARKET, b'[{"market": "0xa"} , {"market":"0xb"}]')

    first, second = feed([]).drafts([frame])

    assert (first.key, first.value, first.headers) == (b"0xa", b'{"market": "0xa"}', (RECEIVED_AT,))
    assert (second.key, second.value) == (b"0xb", b'{"market":"0xb"}')


def test_a_frame_that_names_no_market_has_no_key() -> None:
    (draft,) = feed([]).drafts([ExchangeFrame(Topic.POLYMARKET, b"garbage")])

    assert (draft.key, draft.value) == (None, b"garbage")


def test_kalshi_records_say_whose_prices_the_no_side_has() -> None:
    (draft,) = feed([]).drafts([kalshi("orderbook_snapshot", 1)])

    assert ("use-yes-price", b"true") in draft.headers
    assert draft.key == b"T"


def test_a_gap_is_told_to_the_ingestor_and_answered_by_asking_for_the_book() -> None:
    asked: list[str] = []
    drafts = feed(asked).drafts([kalshi("orderbook_snapshot", 1), kalshi("orderbook_delta", 3)])

    types = [json.loads(draft.value or b"")["type"] for draft in drafts]

    assert types == ["orderbook_snapshot", "vezta.resync", "orderbook_delta"]
    assert asked == ["T"]


def test_backend_and_catalog_records_pass_as_they_are() -> None:
    (draft,) = feed([]).drafts([InputRecord(Topic.ORDERS, "alice", b"{}")])

    assert (draft.topic, draft.key, draft.value) == ("orders.events", b"alice", b"{}")
