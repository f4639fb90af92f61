"""One worker's partitions: what is published, refused, parked, and what may be committed."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.ingestion import (
    KALSHI_0,
    LIMITS,
    POLYMARKET_0,
    Counts,
    catalog_record,
    headers,
    kalshi_record,
    record,
    topics,
    worker,
)
from tests.builders.markets import (
    CONDITION,
    DAY,
    MINUTE,
    SECOND,
    START,
    Json,
    catalog_entry,
    kalshi_entry,
)
from vezta_stream.core.records import Reason
from vezta_stream.ingestor import sources
from vezta_stream.ingestor.parking import ParkingLimits
from vezta_stream.ingestor.worker import Effects, Worker
from vezta_stream.log.base import Record, TopicPartition

BOOK = poly.book({"0.30": "1"}, {"0.40": "1"})
OTHER = "0x" + "0d" * 32
DEAD = "ingestor.dead-letters"


class Rig:
    """A worker with its counts; records are numbered by whoever feeds it."""

    def __init__(
        self, *places: TopicPartition, limits: ParkingLimits = LIMITS, entries: Sequence[Json] = ()
    ) -> None:
        self.counts = Counts()
        self.worker: Worker = worker(self.counts, *(places or (POLYMARKET_0,)), limits=limits)
        self.learn(*entries)

    def process(self, *records: Record, now: int = START) -> Effects:
        """Put through what one poll brought."""
        batch: dict[TopicPartition, list[Record]] = {}
        for each in records:
            batch.setdefault(TopicPartition(each.topic, each.partition), []).append(each)
        return self.worker.process(batch, now=now)

    def learn(self, *entries: Json | bytes | None, key: str = "", now: int = START) -> Effects:
        """Let the worker read catalog records."""
        return self.worker.learn([catalog_record(entry, key=key) for entry in entries], now=now)

    def tick(self, now: int, *places: TopicPartition) -> Effects:
        """Let time pass, for all of its partitions unless some are named."""
        return self.worker.tick(places or (POLYMARKET_0, KALSHI_0), now=now)


def listed(**fields: Any) -> Rig:
    """Return a rig whose catalog knows the market of `BOOK`."""
    return Rig(entries=[catalog_entry(**fields)])


class TestProcessing:
    """Records to drafts, in order, and the offsets that follow."""

    def test_a_batch_is_processed_in_order_and_committed_to_its_end(self) -> None:
        rig = listed()
        effects = rig.process(
            record(BOOK, offset=4), record(poly.book({"0.36": "1"}, {}, at=START + 1), offset=5)
        )

        assert topics(effects.drafts) == ["market.orderbook", "market.prices"] * 2
        assert effects.offsets == {POLYMARKET_0: 6}

    def test_partitions_are_committed_apart(self) -> None:
        rig = Rig(POLYMARKET_0, KALSHI_0, entries=[catalog_entry()])
        effects = rig.process(record(BOOK, offset=4), kalshi_record(k.resync(), offset=9))

        assert effects.offsets == {POLYMARKET_0: 5, KALSHI_0: 10}

    def test_everything_is_counted(self) -> None:
        rig = listed()
        rig.process(record(BOOK), record(poly.last_trade("0.4", "1"), offset=1))

        assert rig.counts.records == {sources.POLYMARKET: 2}
        assert rig.counts.publications == {
            "market.orderbook": 1,
            "market.prices": 2,
            "market.trades": 1,
        }

    def test_what_happens_to_markets_is_counted_once(self) -> None:
        rig = listed()
        rig.process(record(poly.book({"0.5": "1"}, {"0.4": "1"})))
        rig.tick(START + 1)

        assert rig.counts.tallies == {"book_held": 1}


class TestRefusing:
    """What gives no publication is counted, and mostly kept."""

    @pytest.mark.parametrize(
        ("value", "reason"), [(b"{", Reason.NOT_JSON), (b"[]", Reason.NOT_OBJECT)]
    )
    def test_what_cannot_be_understood_is_kept_and_passed(
        self, value: bytes, reason: Reason
    ) -> None:
        rig = listed()
        effects = rig.process(record(value, offset=4), record(BOOK, offset=5))

        assert topics(effects.drafts) == [DEAD, "market.orderbook", "market.prices"]
        assert headers(effects.drafts[0])["reason"] == reason
        assert effects.offsets == {POLYMARKET_0: 6}
        assert rig.counts.rejections == [(sources.POLYMARKET, reason)]
        assert rig.counts.dead_letters == [reason]

    def test_what_is_understood_but_unwanted_is_only_counted(self) -> None:
        rig = listed()
        trade = poly.last_trade("0.4", "1")
        effects = rig.process(record(trade), record(trade, offset=1))

        assert DEAD not in topics(effects.drafts)
        assert rig.counts.rejections == [(sources.POLYMARKET, Reason.DUPLICATE)]
        assert rig.counts.dead_letters == []

    def test_a_record_without_value_is_no_message(self) -> None:
        [letter] = listed().process(record(None)).drafts

        assert (letter.value, headers(letter)["reason"]) == (None, "not_json")


class TestParking:
    """Records of markets that the catalog does not know yet."""

    def test_they_wait_and_hold_the_offset_back(self) -> None:
        rig = Rig()
        effects = rig.process(record(BOOK, offset=4), record(b"{", offset=5))

        assert topics(effects.drafts) == [DEAD]
        assert effects.offsets == {POLYMARKET_0: 4}
        assert rig.counts.waiting == 1

    def test_they_are_published_in_order_once_their_market_is_listed(self) -> None:
        rig = Rig()
        later = poly.book({"0.36": "1"}, {}, at=START + 1)
        rig.process(record(BOOK, offset=4), record(later, offset=5))
        effects = rig.learn(catalog_entry())

        assert topics(effects.drafts) == ["market.orderbook", "market.prices"] * 2
        assert [headers(draft)["source-position"] for draft in effects.drafts[::2]] == [
            "4.0",
            "5.0",
        ]
        assert effects.offsets == {POLYMARKET_0: 6}
        assert rig.counts.waiting == 0

    def test_another_market_releases_nothing(self) -> None:
        rig = Rig()
        rig.process(record(BOOK))

        assert rig.learn(catalog_entry(conditionId=OTHER), kalshi_entry()) == Effects([], {})
        assert rig.counts.waiting == 1

    def test_what_is_still_parked_holds_back_what_was_released(self) -> None:
        rig = Rig()
        rig.process(record(BOOK | {"market": OTHER}, key=OTHER, offset=3), record(BOOK, offset=4))

        assert rig.learn(catalog_entry()).offsets == {POLYMARKET_0: 3}
        assert rig.learn(catalog_entry(conditionId=OTHER)).offsets == {POLYMARKET_0: 5}

    def test_a_record_is_released_by_the_market_that_it_names_not_by_its_key(self) -> None:
        rig = Rig()
        rig.process(record(BOOK, key=None))

        assert "market.orderbook" in topics(rig.learn(catalog_entry()).drafts)

    def test_after_a_minute_they_are_dead_letters_and_the_offset_goes_on(self) -> None:
        rig = Rig()
        rig.process(record(BOOK, offset=4), record(BOOK, offset=5), now=START)
        assert rig.tick(START + MINUTE - 1) == Effects([], {})

        effects = rig.tick(START + MINUTE)
        assert [headers(letter)["reason"] for letter in effects.drafts] == ["unknown_market"] * 2
        assert headers(effects.drafts[0])["detail"] == CONDITION
        assert effects.offsets == {POLYMARKET_0: 6}

    def test_what_no_longer_fits_is_a_dead_letter(self) -> None:
        rig = Rig(limits=ParkingLimits(records=1, size_bytes=10_000, wait_ms=MINUTE))
        effects = rig.process(record(BOOK, offset=4), record(BOOK, offset=5))

        assert [headers(letter)["source"] for letter in effects.drafts] == [
            "exchange.polymarket/0/4"
        ]
        assert effects.offsets == {POLYMARKET_0: 5}

    def test_kalshi_never_waits_for_the_catalog(self) -> None:
        rig = Rig(KALSHI_0)

        assert rig.process(kalshi_record(k.ticker("0.3", "0.4"))).drafts
        assert rig.counts.waiting == 0


class TestCatalog:
    """What the catalog says while the worker runs."""

    def test_what_cannot_be_read_is_counted_and_passed(self) -> None:
        rig = Rig()
        effects = rig.learn(b"{", catalog_entry())

        assert effects.drafts == []
        assert rig.counts.rejections == [(sources.CATALOG, Reason.NOT_JSON)]
        assert rig.counts.dead_letters == []
        assert rig.process(record(BOOK)).drafts

    def test_a_published_market_keeps_its_id(self) -> None:
        rig = listed()
        rig.process(record(BOOK))
        rig.learn(catalog_entry(marketId="another"))

        assert rig.counts.rejections == [(sources.CATALOG, Reason.BAD_VALUE)]
        [draft, *_] = rig.process(record(poly.book({}, {}), offset=1)).drafts
        assert draft.key == catalog_entry()["marketId"].encode()

    def test_an_update_reaches_markets_that_are_known_and_publishes_nothing(self) -> None:
        rig = Rig(POLYMARKET_0, TopicPartition(sources.ORDERS, 0), entries=[catalog_entry()])
        rig.process(record(BOOK))

        assert rig.learn(catalog_entry(slug="renamed", volume24h="7")) == Effects([], {})
        [draft] = rig.process(record(poly.best_bid_ask("0.3", "0.4"), offset=1)).drafts
        assert b'"slug":"renamed"' in (draft.value or b"")
        assert b'"volume24h":"7.00"' in (draft.value or b"")

    def test_a_market_that_it_forgets_is_unknown_again(self) -> None:
        rig = listed()
        rig.learn(None, key=f"polymarket:{CONDITION}")
        rig.process(record(BOOK))

        assert rig.counts.waiting == 1


class TestTicks:
    """What time makes of the partitions that are named."""

    def test_only_named_partitions_get_a_tick(self) -> None:
        rig = Rig(POLYMARKET_0, KALSHI_0, entries=[catalog_entry()])
        rig.process(record(poly.market_resolved()), kalshi_record(k.lifecycle("deactivated")))

        drafts = rig.tick(START + DAY, KALSHI_0).drafts
        assert [headers(draft)["lane"].split("/")[1] for draft in drafts] == [sources.KALSHI] * 2
        assert len(rig.tick(START + DAY + SECOND, POLYMARKET_0).drafts) == 2

    def test_a_partition_that_went_away_gets_none(self) -> None:
        assert Rig().tick(START, TopicPartition(sources.POLYMARKET, 9)) == Effects([], {})

    def test_a_tick_commits_nothing_by_itself(self) -> None:
        rig = listed()
        rig.process(record(poly.market_resolved()))

        assert rig.tick(START + DAY).offsets == {}


class TestAssignment:
    """Partitions come and go."""

    def test_one_that_is_assigned_twice_keeps_its_state(self) -> None:
        rig = listed()
        rig.process(record(BOOK))
        rig.worker.assign([POLYMARKET_0])

        change = poly.price_change(poly.change("BUY", "0.35", "1"))
        assert "market.orderbook" in topics(rig.process(record(change, offset=1)).drafts)

    def test_one_that_comes_back_starts_anew(self) -> None:
        rig = listed()
        rig.process(record(BOOK))
        rig.worker.unassign([POLYMARKET_0])
        rig.worker.assign([POLYMARKET_0])

        change = poly.price_change(poly.change("BUY", "0.35", "1"))
        assert rig.process(record(change, offset=1)).drafts == []

    def test_what_was_parked_of_it_is_another_workers(self) -> None:
        rig = Rig()
        rig.process(record(BOOK))
        rig.worker.unassign([POLYMARKET_0, KALSHI_0])
        rig.worker.assign([POLYMARKET_0])

        assert rig.learn(catalog_entry()) == Effects([], {})
        assert rig.counts.waiting == 0

    def test_a_repeated_record_gives_the_same_drafts(self) -> None:
        first, second = listed(), listed()
        raw = [record(BOOK), record(poly.last_trade("0.4", "1"), offset=1)]

        assert first.process(*raw).drafts == second.process(*raw).drafts
