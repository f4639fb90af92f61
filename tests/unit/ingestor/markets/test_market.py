"""When a market publishes its book and its price."""

import pytest

from tests.builders.markets import (
    HOUR,
    MARKET,
    MINUTE,
    SECOND,
    START,
    books,
    identity,
    prices,
    yes_prices,
)
from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS
from vezta_stream.core.publications import Publication
from vezta_stream.ingestor.markets.book import Book, Top
from vezta_stream.ingestor.markets.market import Drop, Market, complement

TOMBSTONES = [
    Publication(Channel.MARKET_PRICES, MARKET, None),
    Publication(Channel.MARKET_ORDERBOOK, MARKET, None),
]


def market(*, at: int = START, **fields: object) -> Market:
    """Return a market without book whose clock stands at `at`."""
    made = Market(identity(**fields))
    made.advance(at)
    return made


def give_book(
    to: Market, bid: int | None, ask: int | None, *, at: int = START, stated: Top = (None, None)
) -> list[Publication]:
    """Replace a market's book by one of at most one level a side, in cents."""
    to.advance(at)
    to.book = Book()
    if bid is not None:
        to.book.bids.set(bid * 10_000, MICROS)
    if ask is not None:
        to.book.asks.set(ask * 10_000, MICROS)
    return to.settle_book(at, stated)


def trade(to: Market, price: int, *, at: int = START, amount: int = 0) -> list[Publication]:
    """Let a market trade at a price in cents; `amount` in USD."""
    to.advance(at)
    to.traded(price * 10_000, amount * 10**12, at)
    return to.settle_price(at)


class TestHolding:
    """A book that cannot be true is not shown."""

    def test_a_good_book_is_published_with_its_price(self) -> None:
        published = give_book(market(), 30, 40)

        assert [publication.channel for publication in published] == [
            Channel.MARKET_ORDERBOOK,
            Channel.MARKET_PRICES,
        ]
        assert books(published)[0]["spread"] == "0.100000"
        assert yes_prices(published) == ["0.350000"]

    @pytest.mark.parametrize(("bid", "ask"), [(40, 40), (41, 40)])
    def test_a_locked_or_crossed_book_is_held(self, bid: int, ask: int) -> None:
        assert give_book(market(), bid, ask) == []

    @pytest.mark.parametrize(
        "stated", [(310_000, None), (None, 390_000), (0, None), (None, MICROS), (300_000, 390_000)]
    )
    def test_a_book_that_contradicts_its_frame_is_held(self, stated: Top) -> None:
        assert give_book(market(), 30, 40, stated=stated) == []

    @pytest.mark.parametrize(
        "stated", [(None, None), (300_000, None), (None, 400_000), (300_000, 400_000)]
    )
    def test_a_book_that_its_frame_confirms_is_published(self, stated: Top) -> None:
        assert books(give_book(market(), 30, 40, stated=stated))

    def test_nought_and_one_state_an_empty_side(self) -> None:
        assert books(give_book(market(), None, 40, stated=(0, 400_000)))
        assert books(give_book(market(), 30, None, stated=(300_000, MICROS)))
        assert give_book(market(), 30, None, stated=(300_000, 400_000)) == []

    def test_prices_of_a_held_book_do_not_count(self) -> None:
        held = market()
        give_book(held, 30, 40)
        give_book(held, 50, 45)

        assert held.price() == 350_000
        assert held.settle_price(START) == []

    def test_a_market_without_book_has_nothing_to_settle(self) -> None:
        assert market().settle_book(START) == []

    def test_a_book_held_for_five_seconds_is_dropped(self) -> None:
        held = market()
        give_book(held, 50, 45)

        assert held.advance(START + 5 * SECOND - 1) is None
        assert held.book is not None
        assert held.advance(START + 5 * SECOND) is Drop.HELD_TOO_LONG
        assert held.book is None
        assert held.held_since is None

    def test_the_five_seconds_run_from_the_first_held_state(self) -> None:
        held = market()
        give_book(held, 50, 45)
        give_book(held, 60, 45, at=START + 4 * SECOND)

        assert held.advance(START + 5 * SECOND) is Drop.HELD_TOO_LONG

    def test_a_book_that_came_right_is_held_anew_when_it_goes_wrong_again(self) -> None:
        held = market()
        give_book(held, 50, 45)
        give_book(held, 40, 45, at=START + 4 * SECOND)
        give_book(held, 50, 45, at=START + 4 * SECOND)

        assert held.advance(START + 9 * SECOND - 1) is None
        assert held.advance(START + 9 * SECOND) is Drop.HELD_TOO_LONG

    def test_a_late_record_does_not_turn_the_clock_back(self) -> None:
        held = market(at=START + 10 * SECOND)
        give_book(held, 50, 45, at=START)

        assert held.advance(START + 15 * SECOND - 1) is None
        assert held.advance(START + 15 * SECOND) is Drop.HELD_TOO_LONG

    def test_without_its_book_a_market_keeps_quiet(self) -> None:
        left = market()
        give_book(left, 30, 40)
        left.drop_book()

        assert left.settle_book(START) == []
        assert left.price() is None


class TestRepeats:
    """A state equal to the one published last is not published again."""

    def test_the_same_book_is_published_once(self) -> None:
        seen = market()
        give_book(seen, 30, 40)

        assert give_book(seen, 30, 40, at=START + SECOND) == []

    def test_the_same_book_after_a_held_one_is_not_published_again(self) -> None:
        seen = market()
        give_book(seen, 30, 40)
        give_book(seen, 50, 40)

        assert give_book(seen, 30, 40) == []

    def test_the_same_book_with_another_volume_publishes_the_price_alone(self) -> None:
        seen = market()
        give_book(seen, 30, 40)
        seen.traded(350_000, 10**12, START)

        published = give_book(seen, 30, 40)
        assert [publication.channel for publication in published] == [Channel.MARKET_PRICES]


class TestPrice:
    """Midpoint, last trade, midpoint, the side that exists, nothing."""

    @pytest.mark.parametrize(
        ("bid", "ask", "last", "price"),
        [
            (30, 40, 77, 350_000),  # a spread of exactly 0.10 is tight
            (30, 41, 77, 770_000),
            (30, 41, None, 355_000),
            (30, None, None, 300_000),
            (None, 41, None, 410_000),
            (30, None, 77, 770_000),
            (None, 41, 77, 770_000),
            (None, None, 77, 770_000),
            (None, None, None, None),
        ],
    )
    def test_cascade(
        self, bid: int | None, ask: int | None, last: int | None, price: int | None
    ) -> None:
        made = market()
        if last is not None:
            made.printed(last * 10_000, START)
        give_book(made, bid, ask)

        assert made.price() == price

    def test_the_midpoint_is_rounded_half_up(self) -> None:
        made = market()
        made.quote = (300_000, 300_001)

        assert made.price() == 300_001

    def test_yes_and_no_sum_to_one(self) -> None:
        [payload] = prices(give_book(market(), 30, 31))

        assert (payload["yesPrice"], payload["noPrice"]) == ("0.305000", "0.695000")

    def test_without_a_price_nothing_is_published(self) -> None:
        published = give_book(market(), None, None)

        assert len(books(published)) == 1
        assert prices(published) == []

    def test_a_book_decides_before_a_quote(self) -> None:
        made = market()
        made.quote = (600_000, 620_000)
        give_book(made, 30, 40)

        assert made.price() == 350_000

    def test_an_empty_book_decides_before_a_quote_too(self) -> None:
        made = market()
        made.quote = (600_000, 620_000)
        give_book(made, None, None)

        assert made.price() is None

    def test_a_quote_decides_while_the_first_book_is_held(self) -> None:
        made = market()
        made.quote = (600_000, 620_000)
        give_book(made, 50, 40)

        assert made.price() == 610_000

    def test_a_quote_decides_once_the_book_is_dropped(self) -> None:
        made = market()
        give_book(made, 30, 40)
        made.quote = (600_000, 620_000)
        made.drop_book()

        assert made.price() == 610_000

    def test_a_quote_older_than_the_book_does_not_outlive_it(self) -> None:
        made = market()
        made.quote = (600_000, 620_000)
        give_book(made, 30, 40)
        made.drop_book()
        made.printed(350_000, 2)

        assert made.price() == 350_000

    def test_an_older_print_does_not_replace_a_newer_one(self) -> None:
        made = market()
        made.printed(500_000, START)
        made.printed(600_000, START - 1)
        assert made.last_price == 500_000

        made.printed(700_000, START)
        assert made.last_price == 700_000

    def test_complement_is_the_other_tokens_price(self) -> None:
        assert complement(300_000) == 700_000
        assert complement(None) is None


class TestWhenAPriceIsPublished:
    """When price or volume change; at minute boundaries also for change fields."""

    def test_not_when_nothing_changes(self) -> None:
        made = market(volume24h=100)
        trade(made, 50)

        assert trade(made, 50, at=START + HOUR) == []

    def test_when_the_price_changes(self) -> None:
        made = market(volume24h=100)
        trade(made, 50)

        assert yes_prices(trade(made, 51)) == ["0.510000"]

    def test_when_our_own_volume_changes(self) -> None:
        made = market()
        trade(made, 50, amount=10)

        assert [p["volume24h"] for p in prices(trade(made, 50, amount=5))] == ["15.00"]

    def test_a_volume_is_rounded_half_up_to_cents(self) -> None:
        made = market()
        made.traded(500_000, 10**12 + 5 * 10**9, START)

        assert [p["volume24h"] for p in prices(made.settle_price(START))] == ["1.01"]

    def test_the_catalogs_volume_goes_before_our_own(self) -> None:
        [payload] = prices(trade(market(volume24h=123_456), 50, amount=10))

        assert payload["volume24h"] == "1234.56"

    def test_a_catalogs_volume_of_nothing_is_a_volume(self) -> None:
        [payload] = prices(trade(market(volume24h=0), 50, amount=10))

        assert payload["volume24h"] == "0.00"

    def test_a_catalog_update_shows_with_the_next_event_only(self) -> None:
        made = market()
        trade(made, 50)
        made.adopt(identity(volume24h=700))

        assert made.refresh(START // MINUTE + 1) == []
        assert [p["volume24h"] for p in prices(made.settle_price(START + MINUTE))] == ["7.00"]

    def test_a_volume_that_the_catalog_withdraws_does_not_fade(self) -> None:
        made = market(volume24h=700)
        trade(made, 50)
        made.adopt(identity())

        assert made.refresh(START // MINUTE + 1) == []

    def test_a_refresh_publishes_when_only_a_change_field_differs(self) -> None:
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 1)

        assert made.refresh(START // MINUTE + 5) == []
        [payload] = prices(made.refresh(START // MINUTE + 6))
        assert (payload["change5m"], payload["change1h"]) == ("0.000000", "0.100000")
        assert payload["updatedAt"] == "2026-09-29T00:06:00.000Z"

    def test_a_refresh_publishes_each_value_once(self) -> None:
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 1)

        assert made.refresh(START // MINUTE + 6)
        assert made.refresh(START // MINUTE + 7) == []

    def test_a_refresh_leaves_alone_what_changed_since_the_boundary(self) -> None:
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 6 * MINUTE + 1)

        assert made.refresh(START // MINUTE + 6) == []

    def test_a_volume_of_our_own_fades_with_a_refresh(self) -> None:
        made = market()
        trade(made, 50, amount=10)

        assert made.refresh(START // MINUTE + 24 * 60) == []
        [payload] = prices(made.refresh(START // MINUTE + 24 * 60 + 1))
        assert payload["volume24h"] == "0.00"

    def test_a_market_that_published_nothing_is_not_refreshed(self) -> None:
        made = market()
        give_book(made, None, None)

        assert made.refresh(START // MINUTE + 1) == []
