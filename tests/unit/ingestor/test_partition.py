"""One raw partition: what its records become on the channel topics, and under which names."""

from typing import Any

import pytest

from tests.builders import kalshi as k
from tests.builders.ingestion import KALSHI_0, factories, headers, kalshi_record, record, topics
from tests.builders.markets import (
    DAY,
    MINUTE,
    SECOND,
    START,
    TICKER,
    Json,
    kalshi_entry,
    registry,
)
from vezta_stream.core import wire
from vezta_stream.core.positions import Lane, SourcePosition
from vezta_stream.core.records import Rejected
from vezta_stream.ingestor import sources
from vezta_stream.ingestor.partition import Partition
from vezta_stream.log.base import Draft, TopicPartition

BOOK = k.snapshot({"0.30": "1"}, {"0.60": "1"})
MOVED = k.snapshot({"0.40": "1"}, {"0.50": "1"})
WHALE = k.trade("0.50", "30000")
SIGNAL = {
    "id": "s1",
    "type": "geopolitical",
    "severity": "high",
    "headline": "h",
    "summary": "s",
    "source": "news",
    "sourceName": "n",
    "category": "crypto",
    "createdAt": START,
}
NOTIFICATION = {
    "userId": "u1",
    "id": "n1",
    "type": "price_alert",
    "title": "t",
    "message": "m",
    "createdAt": START,
}


def partition(place: TopicPartition = KALSHI_0, *entries: Json) -> Partition:
    """Return an empty partition."""
    known = registry(*entries)
    return Partition(place, factories(known)[place.topic](), generation=3)


def source(draft: Draft) -> tuple[Lane, SourcePosition]:
    """Return where a draft says that it comes from."""
    said = dict(draft.headers)
    return wire.lane_from_bytes(said[wire.LANE]), wire.source_from_bytes(said[wire.SOURCE])


def test_outputs_leave_on_the_partition_of_the_same_number() -> None:
    drafts = partition(TopicPartition(sources.KALSHI, 7)).process(kalshi_record(BOOK))

    assert topics(drafts) == ["market.orderbook", "market.prices"]
    assert {draft.partition for draft in drafts} == {7}


def test_outputs_are_keyed_by_market_and_begin_with_their_version() -> None:
    [book, _] = partition(KALSHI_0, kalshi_entry(marketId="m1")).process(kalshi_record(BOOK))

    assert book.key == b"m1"
    assert book.value is not None
    assert wire.unwrap(book.value).startswith(b'{"marketId":"m1"')


def test_outputs_say_their_lane_and_count_per_channel() -> None:
    drafts = partition(KALSHI_0, kalshi_entry(category="crypto")).process(
        kalshi_record(WHALE, offset=41)
    )

    lane = Lane(3, sources.KALSHI, 0, TICKER)
    assert topics(drafts) == ["market.trades", "monitor.signals", "market.prices"]
    assert [source(draft) for draft in drafts] == [(lane, SourcePosition(41, 0))] * 3


def test_outputs_of_one_record_on_one_channel_are_numbered() -> None:
    part = partition(KALSHI_0, kalshi_entry(active=False))
    drafts = part.process(kalshi_record(BOOK, offset=41))

    told = [(draft.topic, source(draft)[1].output, draft.value is None) for draft in drafts]
    assert told == [
        ("market.prices", 0, True),  # inactive for long: it had left the snapshots
        ("market.orderbook", 0, True),
        ("market.orderbook", 1, False),
        ("market.prices", 1, False),
    ]


def test_signals_have_one_lane_for_all_keys() -> None:
    place = TopicPartition(sources.SIGNALS, 1)
    [draft] = partition(place).process(
        record(SIGNAL, topic=sources.SIGNALS, partition=1, key="s1", offset=9)
    )

    assert source(draft) == (Lane(3, sources.SIGNALS, 1, ""), SourcePosition(9, 0))


def test_a_private_output_says_whose_it_is() -> None:
    place = TopicPartition(sources.NOTIFICATIONS, 0)
    [draft] = partition(place).process(record(NOTIFICATION, topic=place.topic, key="u1"))

    assert headers(draft)["user"] == "u1"
    assert "user" not in headers(partition().process(kalshi_record(BOOK))[0])


def test_a_normaliser_is_told_the_records_key() -> None:
    place = TopicPartition(sources.NOTIFICATIONS, 0)
    with pytest.raises(Rejected):
        partition(place).process(record(NOTIFICATION, topic=place.topic, key="somebody-else"))

    assert partition(place).process(record(NOTIFICATION, topic=place.topic, key=None))


def test_a_refused_record_leaves_the_partition_as_it_was() -> None:
    part = partition()
    part.process(kalshi_record(BOOK, offset=5))
    with pytest.raises(Rejected):
        part.process(kalshi_record(b"{", offset=6))
    part.process(kalshi_record(MOVED, offset=7, received_at=START + 1))

    [draft] = part.tick(START + 6 * MINUTE)
    assert source(draft)[1].offset == 7


class TestReceivedAt:
    """The header of whoever received the frame, where it makes sense."""

    @pytest.mark.parametrize(
        ("stated", "received_at"),
        [
            (str(START).encode(), START),
            (b"2026-09-29T00:00:00Z", START),
            (str(START // 1000).encode(), START),
            (b"", START - 5),
            (b"soon", START - 5),
            (b"\xff", START - 5),
            (b"0000000000001", START - 5),
            (b"9999999999999", START - 5),
            (b"9" * 5_000, START - 5),
            (None, START - 5),
        ],
    )
    def test_what_makes_no_sense_gives_way_to_the_logs_own_time(
        self, stated: bytes | None, received_at: int
    ) -> None:
        raw = kalshi_record(BOOK, received_at=None)
        if stated is not None:
            raw = raw._replace(headers=((wire.RECEIVED_AT, stated),))
        [book, _] = partition().process(raw)

        assert headers(book)["received-at"] == str(received_at)

    def test_a_log_without_times_gives_none_below_nought(self) -> None:
        raw = kalshi_record(k.ticker("0.3", "0.4"), received_at=None)._replace(timestamp_ms=-1)

        assert headers(partition().process(raw)[0])["received-at"] == "0"


class TestUseYesPrice:
    """Which prices Kalshi's NO side is in comes with the record."""

    @pytest.mark.parametrize(
        ("said", "ask"), [({}, "0.400000"), ({"use_yes_price": b"false"}, "0.400000")]
    )
    def test_no_prices_unless_it_says_otherwise(self, said: dict[str, Any], ask: str) -> None:
        assert ask in _book(**said)

    def test_yes_prices_if_it_says_so(self) -> None:
        assert "0.600000" in _book(use_yes_price=b"true")


def _book(**said: Any) -> str:
    [book, _] = partition().process(kalshi_record(BOOK, **said))
    return (book.value or b"").decode()


class TestTicks:
    """What time alone makes of the markets."""

    def test_outputs_carry_the_last_offset_and_the_minute(self) -> None:
        part = partition()
        part.process(kalshi_record(BOOK, offset=5))
        part.process(kalshi_record(MOVED, offset=6, received_at=START + 1))
        now = START + 6 * MINUTE + SECOND
        [draft] = part.tick(now)

        assert source(draft) == (
            Lane(3, sources.KALSHI, 0, TICKER),
            SourcePosition(6, now // MINUTE),
        )
        assert headers(draft)["received-at"] == str(now)

    def test_tombstones_have_no_value(self) -> None:
        part = partition()
        part.process(kalshi_record(k.lifecycle("determined", result="yes")))
        drafts = part.tick(START + DAY)

        assert topics(drafts) == ["market.prices", "market.orderbook"]
        assert [draft.value for draft in drafts] == [None, None]

    def test_a_backends_partition_has_none(self) -> None:
        assert partition(TopicPartition(sources.ORDERS, 0)).tick(START + DAY) == []

    def test_no_output_has_the_source_position_of_another(self) -> None:
        part = partition()
        drafts = part.process(kalshi_record(BOOK, offset=5))
        drafts += part.process(kalshi_record(k.lifecycle("deactivated"), offset=6))
        drafts += part.process(kalshi_record(MOVED, offset=7, received_at=START + 1))
        for now in range(START, START + DAY + 10 * MINUTE, MINUTE // 2):
            drafts += part.tick(now)
        told = [(draft.topic, *source(draft)) for draft in drafts]

        assert len(told) > 6
        assert len(set(told)) == len(told)
        assert all(
            [at for at in told if at[0] == topic] == sorted(at for at in told if at[0] == topic)
            for topic in {draft.topic for draft in drafts}
        )
