"""A file of raw frames through the normalisers, on the records' own time."""

from collections.abc import Iterable

import pytest

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.ingestion import factories
from tests.builders.markets import (
    DAY,
    HOUR,
    MARKET,
    MINUTE,
    SECOND,
    START,
    TICKER,
    Json,
    as_bytes,
    books,
    catalog_entry,
    prices,
    registry,
    trades,
)
from vezta_stream import normalise
from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason
from vezta_stream.normalise import Refusal

BOOK = poly.book({"0.30": "1"}, {"0.40": "1"})
MOVED = poly.book({"0.40": "1"}, {"0.50": "1"}, at=START + 1)
TOPICS = {
    "polymarket": "exchange.polymarket",
    "kalshi": "exchange.kalshi",
    "notifications": "notifications.created",
}


def run(
    *frames: object,
    source: str = "polymarket",
    entries: Iterable[Json] = (catalog_entry(),),
    use_yes_price: bool = False,
) -> list[Publication | Refusal]:
    """Return what these frames publish, and why some are refused."""
    return list(
        normalise.normalise_frames(
            [each if isinstance(each, bytes) else as_bytes(each) for each in frames],
            split=normalise.splitter(source, SequenceGuard(max_subscriptions=9, max_books=9)),
            source=factories(registry(*entries))[TOPICS[source]](),
            received_at=lambda: START,
            use_yes_price=use_yes_price,
        )
    )


def published(results: list[Publication | Refusal]) -> list[Publication]:
    """Return the publications alone."""
    return [each for each in results if isinstance(each, Publication)]


def refused(results: list[Publication | Refusal]) -> list[Refusal]:
    """Return the refusals alone."""
    return [each for each in results if isinstance(each, Refusal)]


class TestReadingFrames:
    """One frame per line, unless the whole text is one document."""

    @pytest.mark.parametrize(
        ("text", "frames"),
        [
            (b"", []),
            (b'{"a":1}\n{"b":2}\n', [b'{"a":1}\n', b'{"b":2}\n']),
            (b'{"a":1}', [b'{"a":1}']),
            (b"PONG\n{}\n", [b"PONG\n", b"{}\n"]),
            (b"{\n}\n", [b"{\n}\n"]),
            (b"[\n{},\n{}\n]\n", [b"[\n{},\n{}\n]\n"]),
            (b"\n{\n}\n", [b"\n{\n}\n"]),
            (b"\n{}\n{}\n", [b"\n", b"{}\n", b"{}\n"]),
            (b"{\n", [b"{\n"]),
            (b"{\nPONG\n", [b"{\n", b"PONG\n"]),
            (b"\xff\n{}\n", [b"\xff\n", b"{}\n"]),
            (b"[" * 9_000 + b"\n{}\n", [b"[" * 9_000 + b"\n", b"{}\n"]),
            (b"\xef\xbb\xbf{}\n{}\n", [b"{}\n", b"{}\n"]),
            (b"\xef\xbb\xbf{\n}\n", [b"{\n}\n"]),
        ],
    )
    def test_frames(self, text: bytes, frames: list[bytes]) -> None:
        assert list(normalise.read_frames(text.splitlines(keepends=True))) == frames

    def test_frames_are_read_as_they_come(self) -> None:
        def lines() -> Iterable[bytes]:
            yield b"{}\n"
            raise AssertionError("read too far")

        assert next(iter(normalise.read_frames(lines()))) == b"{}\n"


class TestFrames:
    """What a frame becomes, and how a refusal is told."""

    def test_publications_come_in_order(self) -> None:
        results = run(BOOK, MOVED)

        assert [book["updatedAt"][-4:] for book in books(published(results))] == ["000Z", "001Z"]
        assert refused(results) == []

    def test_an_array_is_several_records_of_one_line(self) -> None:
        results = run([BOOK, {"event_type": "novelty"}, MOVED])

        assert len(books(published(results))) == 2
        assert refused(results) == [Refusal(1, Reason.UNKNOWN_TYPE)]

    def test_refusals_name_their_line_and_stop_nothing(self) -> None:
        results = run(b"{", BOOK, b"7", BOOK | {"timestamp": "soon"}, MOVED)

        assert len(books(published(results))) == 2
        assert refused(results) == [
            Refusal(1, Reason.NOT_JSON),
            Refusal(3, Reason.NOT_OBJECT),
            Refusal(4, Reason.BAD_VALUE),
        ]

    def test_keep_alives_and_empty_lines_count_as_lines_only(self) -> None:
        assert refused(run(b"PONG", b"\n", b"{")) == [Refusal(3, Reason.NOT_JSON)]

    def test_unknown_markets_are_reported_at_the_end(self) -> None:
        stranger = BOOK | {"market": "0xstranger"}
        results = run(stranger, BOOK, b"{", stranger)

        assert results[-2:] == [
            Refusal(1, Reason.UNKNOWN_MARKET),
            Refusal(4, Reason.UNKNOWN_MARKET),
        ]
        assert refused(results)[0] == Refusal(3, Reason.NOT_JSON)

    def test_kalshis_sequences_are_checked(self) -> None:
        frames = [
            k.snapshot({"0.30": "1"}) | {"seq": 1},
            k.delta("yes", "0.31", "1") | {"seq": 2},
            k.delta("yes", "0.32", "1") | {"seq": 4},
            k.delta("yes", "0.33", "1") | {"seq": 5},
            k.snapshot({"0.40": "1"}) | {"seq": 6},
        ]
        results = run(*frames, source="kalshi", entries=())

        bids = [book["bids"][0]["price"] for book in books(published(results))]
        assert bids == ["0.300000", "0.310000", "0.400000"]

    def test_a_frame_of_kalshis_that_came_before_is_a_duplicate(self) -> None:
        frames = [
            k.snapshot({"0.30": "1"}) | {"seq": 1},
            k.snapshot({"0.30": "1"}) | {"seq": 1},
            {"type": "ok", "sid": 1, "seq": 2},
            k.delta("yes", "0.31", "1") | {"seq": 3},
        ]
        results = run(*frames, source="kalshi", entries=())

        assert refused(results) == [Refusal(2, Reason.DUPLICATE)]
        assert len(books(published(results))) == 2

    def test_kalshis_no_side_is_read_as_told(self) -> None:
        frame = k.snapshot({"0.30": "1"}, {"0.60": "1"})
        [folded] = books(published(run(frame, source="kalshi", entries=())))
        [as_is] = books(published(run(frame, source="kalshi", entries=(), use_yes_price=True)))

        assert folded["asks"][0]["price"] == "0.400000"
        assert as_is["asks"][0]["price"] == "0.600000"

    def test_backends_have_no_markets_and_need_no_time(self) -> None:
        notification = {
            "userId": "u1",
            "id": "n1",
            "type": "price_alert",
            "title": "t",
            "message": "m",
            "createdAt": START,
        }
        [result] = run([notification], source="notifications")

        assert isinstance(result, Publication)
        assert (result.channel, result.user) == (Channel.USER_NOTIFICATIONS, "u1")


class TestTime:
    """Time passes from accepted record to accepted record, minute by minute."""

    def test_the_minutes_between_two_records_are_ticked(self) -> None:
        later = poly.best_bid_ask("0.1", "0.2", at=START + 10 * MINUTE)
        results = published(run(BOOK, MOVED, later))

        assert [(p["updatedAt"], p["change5m"]) for p in prices(results)] == [
            ("2026-09-29T00:00:00.000Z", "0.000000"),
            ("2026-09-29T00:00:00.001Z", "0.100000"),
            ("2026-09-29T00:06:00.000Z", "0.000000"),
        ]

    def test_ticks_come_before_the_record_that_brings_the_time(self) -> None:
        later = poly.last_trade("0.45", "1", at=START + 6 * MINUTE)
        channels = [each.channel for each in published(run(BOOK, MOVED, later))]

        assert channels[-3:] == [
            Channel.MARKET_PRICES,
            Channel.MARKET_TRADES,
            Channel.MARKET_PRICES,
        ]

    def test_after_a_long_silence_every_window_has_its_say(self) -> None:
        later = poly.best_bid_ask("0.1", "0.2", at=START + 30 * DAY)
        refreshed = prices(published(run(BOOK, MOVED, later)))[2:]

        told = [(p["updatedAt"], p["change1h"], p["change24h"]) for p in refreshed]
        assert told == [
            ("2026-09-29T00:06:00.000Z", "0.100000", "0.100000"),
            ("2026-09-29T01:01:00.000Z", "0.000000", "0.100000"),
            ("2026-09-30T00:05:00.000Z", "0.000000", "0.000000"),
        ]

    def test_tombstones_are_not_shown(self) -> None:
        results = run(
            BOOK,
            poly.market_resolved(at=START + HOUR),
            poly.book({}, {}, at=START + 3 * DAY, market="0x2"),
            entries=[catalog_entry(), catalog_entry(conditionId="0x2", marketId="m2")],
        )

        assert [p["yesPrice"] for p in prices(published(results))] == ["0.350000", "1.000000"]
        assert all(each.data is not None for each in published(results))

    def test_those_that_a_record_brings_are_not_shown_either(self) -> None:
        paused = catalog_entry(active=False, updatedAt=START - 2 * DAY)
        results = published(run(BOOK, entries=[paused]))

        assert [each.channel for each in results] == [
            Channel.MARKET_ORDERBOOK,
            Channel.MARKET_PRICES,
        ]

    @pytest.mark.parametrize(
        "liar",
        [
            {"event_type": "novelty"},
            {"event_type": "book"},
            BOOK | {"asset_id": "99"},
            BOOK | {"market": "0xstranger"},
            poly.last_trade("0.35", "1"),
        ],
    )
    def test_a_refused_record_does_not_tell_the_time(self, liar: Json) -> None:
        trade = poly.last_trade("0.35", "1")
        lie = liar | {"timestamp": str(START + 300 * DAY)}
        honest = poly.best_bid_ask("0.1", "0.2", at=START + 10 * MINUTE)

        with_lie = run(BOOK, trade, lie, MOVED, honest)
        assert published(with_lie) == published(run(BOOK, trade, MOVED, honest))
        assert len(refused(with_lie)) == 1

    def test_a_snapshot_without_time_of_its_own_does_not_tell_it_either(self) -> None:
        before = START - DAY
        first = k.ticker("0.30", "0.40", at=before)
        moved = k.ticker("0.40", "0.50", at=before + 1)
        later = k.ticker("0.40", "0.50", at=before + 10 * MINUTE)
        other = k.snapshot({"0.30": "1"}, market_ticker="OTHER")

        told = published(run(first, moved, other, later, source="kalshi", entries=()))
        own = [p["updatedAt"] for p in prices(told) if p["slug"] == TICKER]
        assert own[2:] == ["2026-09-28T00:06:00.000Z"]

    @pytest.mark.parametrize(
        ("message", "time"),
        [
            (BOOK, START),
            (k.delta("yes", "0.3", "1", at=START + SECOND), START + SECOND),
            (k.frame("trade", {"ts": START // 1000}), START),
            (k.snapshot(), None),
            ({"timestamp": "soon"}, None),
            ({"timestamp": [1]}, None),
            ({"msg": []}, None),
        ],
    )
    def test_the_time_that_a_message_states(self, message: Json, time: int | None) -> None:
        assert normalise.time_of(as_bytes(message)) == time

    @pytest.mark.parametrize("value", [b"{", b"\xff", b"[" * 9_000, b'{"timestamp":1e999}', b""])
    def test_garbage_states_no_time(self, value: bytes) -> None:
        assert normalise.time_of(value) is None


class TestOutput:
    """How results are printed."""

    def test_a_publication(self) -> None:
        publication = Publication(Channel.MARKET_PRICES, MARKET, b'{"yesPrice":"0.5"}')

        assert normalise.to_json(publication) == (
            b'{"channel":"market:prices","key":"%b","data":{"yesPrice":"0.5"}}' % MARKET.encode()
        )

    def test_a_private_publication_says_whose_it_is(self) -> None:
        publication = Publication(Channel.USER_ORDERS, "o1", b"{}", user="u1")

        assert normalise.to_json(publication) == (
            b'{"channel":"user:orders","key":"o1","user":"u1","data":{}}'
        )

    def test_a_tombstone_has_null_data(self) -> None:
        publication = Publication(Channel.MARKET_PRICES, "m", None)

        assert normalise.to_json(publication).endswith(b'"data":null}')

    def test_a_refusal(self) -> None:
        assert normalise.to_json(Refusal(7, Reason.NOT_JSON)) == b'{"line":7,"reason":"not_json"}'


def test_trades_of_an_unlisted_kalshi_market_are_published() -> None:
    results = published(run(k.trade("0.36", "1"), source="kalshi", entries=()))

    assert trades(results)[0]["source"] == "kalshi"
    assert prices(results)[0]["slug"] == TICKER
