"""The markets of one exchange: what they share, what is counted, what ticks bring."""

import pytest

from tests.builders.markets import (
    CONDITION,
    DAY,
    MINUTE,
    SECOND,
    START,
    as_bytes,
    catalog_entry,
    exchange_markets,
    identity,
    prices,
    registry,
    trades,
    yes_prices,
)
from tests.builders.states import state_of
from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets, Ticked, TradePrint
from vezta_stream.ingestor.markets.market import Drop, Market
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.schemas.market import Outcome, Side, Source

SIGNAL = Channel.MONITOR_SIGNALS


def markets(known: Registry | None = None) -> ExchangeMarkets:
    """Return markets without state."""
    return exchange_markets(registry() if known is None else known)


def with_book(of: ExchangeMarkets, bid: int, ask: int, *, at: int = START) -> Market:
    """Return a market that was just given a book of one level a side, in cents."""
    market = of.open(identity(), at)
    market.book = Book()
    market.book.bids.set(bid * 10_000, MICROS)
    market.book.asks.set(ask * 10_000, MICROS)
    of.settle_book(market, at)
    return market


def print_(
    id_: str = "t1",
    *,
    price: int = 40,
    size: int = 10,
    outcome: Outcome = Outcome.YES,
    at: int = START,
) -> TradePrint:
    """Return a trade at a price in cents."""
    return TradePrint(id_, Side.BUY, outcome, price * 10_000, size * MICROS, at)


def tick_until(of: ExchangeMarkets, last: int, *, since: int = START) -> list[Publication]:
    """Return what a tick a minute publishes."""
    ticks = [of.tick(at) for at in range(since, last + 1, MINUTE)]
    return [ticked.publication for tick in ticks for ticked in tick]


def test_opening_twice_gives_the_same_market() -> None:
    of = markets()

    assert of.open(identity(), START) is of.open(identity(), START)


def test_an_event_lets_time_pass_first() -> None:
    of = markets()
    with_book(of, 50, 40)

    assert of.open(identity(), START + 5 * SECOND).book is None
    assert of.tallies == {"book_held": 1, "book_held_too_long": 1}


def test_a_held_book_is_counted_once() -> None:
    of = markets()
    market = with_book(of, 50, 40)
    of.settle_book(market, START + 1)

    assert of.tallies == {"book_held": 1}


def test_a_tick_drops_a_book_held_for_five_seconds() -> None:
    of = markets()
    market = with_book(of, 50, 40)

    assert of.tick(START + 5 * SECOND - 1) == []
    assert market.book is not None
    assert of.tick(START + 5 * SECOND) == []
    assert market.book is None
    assert of.tallies["book_held_too_long"] == 1


def test_a_dropped_book_is_counted_by_why() -> None:
    of = markets()
    market = with_book(of, 30, 40)
    of.drop_book(market, Drop.TICK_CHANGED)
    of.drop_book(market, Drop.TICK_CHANGED)  # there is none any more

    assert of.tallies == {"book_tick_changed": 1}


def test_a_held_book_that_is_dropped_needs_no_tick_any_more() -> None:
    of = markets()
    of.drop_book(with_book(of, 50, 40), Drop.RESYNC)
    of.tick(START + 5 * SECOND)

    assert of.tallies == {"book_held": 1, "book_resync": 1}


def test_a_price_that_stays_is_not_published_again() -> None:
    of = markets()
    market = with_book(of, 30, 40)

    assert of.settle_price(market, START + 1) == []


def test_distrust_drops_the_book_of_a_known_market() -> None:
    of = markets()
    market = with_book(of, 30, 40)
    of.distrust(CONDITION)
    of.distrust("another")

    assert market.book is None
    assert of.tallies == {"book_resync": 1}


def test_a_change_that_meets_no_book_is_counted() -> None:
    of = markets()

    assert of.miss_book() == []
    assert of.tallies == {"change_without_book": 1}


def test_whoever_lets_time_pass_is_called_for_accepted_records_only() -> None:
    of = markets()
    calls: list[str] = []
    of.before_change = lambda: calls.append("now")
    market = of.open(identity(), START)
    of.trade(identity(), print_())
    with pytest.raises(Rejected):
        of.trade(identity(), print_(at=START + 1))
    of.resolve(market, START, MICROS)
    with pytest.raises(Rejected):
        of.open(identity(), START)

    assert len(calls) == 2


class TestTrades:
    """A trade is published once, and moves price and volume once."""

    def test_a_trade_moves_volume_and_price(self) -> None:
        published = markets().trade(identity(), print_())

        assert [publication.channel for publication in published] == [
            Channel.MARKET_TRADES,
            Channel.MARKET_PRICES,
        ]
        assert [p["volume24h"] for p in prices(published)] == ["4.00"]
        assert yes_prices(published) == ["0.400000"]

    def test_a_trade_of_no_moves_the_yes_price_to_its_complement(self) -> None:
        published = markets().trade(identity(), print_(outcome=Outcome.NO))

        assert yes_prices(published) == ["0.600000"]
        assert [trade["price"] for trade in trades(published)] == ["0.400000"]
        assert [trade["amount"] for trade in trades(published)] == ["4.00"]

    def test_the_transaction_is_named_where_there_is_one(self) -> None:
        of = markets()
        with_hash = of.trade(identity(), print_()._replace(tx_hash="0xabc"))
        without = of.trade(identity(), print_("t2"))

        assert [trade.get("txHash") for trade in trades(with_hash + without)] == ["0xabc", None]
        assert b"txHash" not in (without[0].data or b"")

    def test_a_duplicate_changes_nothing_at_all(self) -> None:
        of = markets()
        with_book(of, 50, 40)
        of.trade(identity(), print_())
        before = state_of(of)
        later = print_(price=90, at=START + 10 * SECOND)
        with pytest.raises(Rejected) as caught:
            of.trade(identity(), later)

        assert caught.value.reason is Reason.DUPLICATE
        assert state_of(of) == before

    def test_a_trade_of_a_resolved_market_is_not_remembered(self) -> None:
        of = markets()
        of.resolve(of.open(identity(), START), START, MICROS)
        before = state_of(of)
        with pytest.raises(Rejected) as caught:
            of.trade(identity(), print_())

        assert caught.value.reason is Reason.RESOLVED
        assert state_of(of) == before


class TestWhales:
    """Large trades become signals, where the contract has a category for them."""

    def test_a_large_trade_is_a_signal_before_it_moves_the_price(self) -> None:
        known = identity(category="Crypto")
        published = markets().trade(known, print_(price=50, size=20_000))

        assert [publication.channel for publication in published] == [
            Channel.MARKET_TRADES,
            Channel.MONITOR_SIGNALS,
            Channel.MARKET_PRICES,
        ]

    def test_an_ordinary_trade_is_none(self) -> None:
        known = identity(category="crypto")
        published = markets().trade(known, print_(price=50, size=19_999))

        assert SIGNAL not in [publication.channel for publication in published]

    @pytest.mark.parametrize("category", [None, "gardening"])
    def test_without_a_category_of_the_contract_it_is_counted_only(
        self, category: str | None
    ) -> None:
        of = markets()
        published = of.trade(identity(category=category), print_(price=50, size=20_000))

        assert SIGNAL not in [publication.channel for publication in published]
        assert of.tallies == {"whale_without_category": 1}


class TestTicks:
    """What time alone publishes."""

    def test_a_tick_refreshes_change_fields_when_a_minute_begins(self) -> None:
        of = markets()
        with_book(of, 30, 40)
        with_book(of, 40, 50, at=START + 1)
        published = tick_until(of, START + 10 * MINUTE)

        assert [(p["change5m"], p["updatedAt"]) for p in prices(published)] == [
            ("0.000000", "2026-09-29T00:06:00.000Z")
        ]

    def test_it_says_of_which_key_and_minute_its_output_is(self) -> None:
        of = markets()
        with_book(of, 30, 40)
        with_book(of, 40, 50, at=START + 1)
        [ticked] = of.tick(START + 6 * MINUTE + 30 * SECOND)

        assert isinstance(ticked, Ticked)
        assert (ticked.key, ticked.minute) == (CONDITION, START // MINUTE + 6)

    def test_a_minute_is_refreshed_once(self) -> None:
        of = markets()
        with_book(of, 30, 40)
        of.tick(START + 6 * MINUTE)
        with_book(of, 40, 50, at=START + 6 * MINUTE + 1)

        assert of.tick(START + 6 * MINUTE + SECOND) == []

    def test_tombstones_leave_24_hours_after_the_end_once(self) -> None:
        of = markets()
        market = with_book(of, 30, 40)
        of.resolve(market, START, MICROS)

        assert of.tick(START + DAY - 1) == []
        assert [ticked.publication.data for ticked in of.tick(START + DAY)] == [None, None]
        assert of.tick(START + 2 * DAY) == []

    def test_a_paused_market_is_buried_unless_it_opens_again(self) -> None:
        of = markets()
        market = with_book(of, 30, 40)
        of.set_active(market, False, START)
        of.set_active(market, True, START + 1)
        assert of.tick(START + DAY) == []

        of.set_active(market, False, START + DAY)
        assert len(of.tick(START + 2 * DAY)) == 2

    def test_no_output_of_one_minute_has_a_channel_twice(self) -> None:
        of = markets()
        market = with_book(of, 30, 40)
        with_book(of, 40, 50, at=START + 1)
        of.set_active(market, False, START + 6 * MINUTE + 30 * SECOND - DAY)
        ticked = [
            (each.minute, each.publication.channel)
            for at in range(START, START + 10 * MINUTE, SECOND)
            for each in of.tick(at)
        ]

        assert len(ticked) == len(set(ticked)) > 0


class TestResolved:
    """Nothing follows the end of a market."""

    def test_events_after_the_end_are_refused(self) -> None:
        of = markets()
        of.resolve(of.open(identity(), START), START, MICROS)
        with pytest.raises(Rejected) as caught:
            of.open(identity(), START)

        assert caught.value.reason is Reason.RESOLVED

    def test_also_long_after_when_its_state_is_gone(self) -> None:
        of = markets()
        of.resolve(of.open(identity(), START), START, MICROS)
        of.tick(START + DAY)
        of.adopt(identity(slug="late"))
        with pytest.raises(Rejected) as caught:
            of.open(identity(), START + 2 * DAY)

        assert caught.value.reason is Reason.RESOLVED


class TestTheCatalog:
    """Identities come from outside and stick once published."""

    def test_what_it_says_is_adopted_by_a_known_market(self) -> None:
        of = markets()
        market = with_book(of, 30, 40)
        of.adopt(identity(slug="new-slug"))

        assert market.identity.slug == "new-slug"

    def test_what_it_says_of_another_market_or_exchange_is_not(self) -> None:
        of = markets()
        market = with_book(of, 30, 40)
        of.adopt(identity(external_id="another", slug="new-slug"))
        of.adopt(identity(source=Source.KALSHI, slug="new-slug"))

        assert market.identity.slug == "rain-tomorrow"

    def test_a_market_that_it_ends_is_buried_by_a_tick(self) -> None:
        of = markets()
        with_book(of, 30, 40)
        of.adopt(identity(inactive_since=START))

        assert len(of.tick(START + DAY)) == 2

    def test_the_first_id_published_sticks(self) -> None:
        known = registry()
        of = markets(known)
        with_book(of, 50, 40)  # held
        of.adopt(known.apply(as_bytes(catalog_entry(marketId="another"))))  # nothing is out yet

        with_book(of, 30, 40)
        with pytest.raises(Rejected) as caught:
            known.apply(as_bytes(catalog_entry()))
        assert caught.value.reason is Reason.BAD_VALUE
