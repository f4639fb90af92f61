"""How a market ends, and what a catalog update does to it."""

from tests.builders.markets import (
    DAY,
    HOUR,
    MARKET,
    MINUTE,
    NO,
    SECOND,
    START,
    YES,
    books,
    identity,
    prices,
)
from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS
from vezta_stream.core.publications import Publication
from vezta_stream.ingestor.markets.book import Book, Top
from vezta_stream.ingestor.markets.market import Market

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


def bury(made: Market, now: int) -> list[Publication]:
    """Return what a tick at `now` says of a market's end."""
    made.advance(now)
    return made.tombstones(now // MINUTE)


class TestEnding:
    """Resolution, inactivity and the tombstones 24 hours later."""

    def test_resolution_publishes_the_final_price(self) -> None:
        made = market()
        give_book(made, 90, 95)

        [payload] = prices(made.resolve(START + 1, MICROS))
        assert (payload["yesPrice"], payload["noPrice"]) == ("1.000000", "0.000000")
        assert made.book is None

    def test_an_end_without_final_price_publishes_nothing(self) -> None:
        made = market()

        assert made.resolve(START, None) == []
        assert made.resolved_at == START

    def test_a_resolved_market_is_not_refreshed(self) -> None:
        made = market()
        trade(made, 50)
        made.resolve(START, MICROS)

        assert made.refresh(START // MINUTE + 6) == []

    def test_a_resolved_market_is_buried_24_hours_later_once(self) -> None:
        made = market()
        made.resolve(START, MICROS)

        assert bury(made, START + DAY - 1) == []
        assert made.needs_watching
        assert bury(made, START + DAY) == TOMBSTONES
        assert bury(made, START + DAY + 1) == []
        assert not made.needs_watching

    def test_an_inactive_market_is_buried_24_hours_after_it_became_so(self) -> None:
        made = market(at=START - 1, inactive_since=START)
        trade(made, 50)
        made.set_active(False, START + HOUR)  # again: it has been so since then

        assert bury(made, START + DAY - 1) == []
        assert bury(made, START + DAY) == TOMBSTONES

    def test_a_market_that_became_active_again_is_not_buried(self) -> None:
        made = market(inactive_since=START)
        made.set_active(True, START + HOUR)

        assert bury(made, START + 2 * DAY) == []
        assert not made.needs_watching

    def test_activity_does_not_bring_a_resolved_market_back(self) -> None:
        made = market()
        made.resolve(START, None)
        made.set_active(False, START)
        made.set_active(True, START)

        assert bury(made, START + DAY) == TOMBSTONES

    def test_what_publishes_after_its_burial_is_buried_again_a_day_later(self) -> None:
        made = market(inactive_since=START)
        bury(made, START + DAY)
        assert trade(made, 50, at=START + 2 * DAY)

        assert bury(made, START + 3 * DAY - 1) == []
        assert bury(made, START + 3 * DAY) == TOMBSTONES

    def test_what_was_inactive_for_long_when_it_first_publishes_has_a_day(self) -> None:
        made = market(inactive_since=START - 10 * DAY)
        assert give_book(made, 30, 40)

        assert bury(made, START + DAY - 1) == []
        assert bury(made, START + DAY) == TOMBSTONES

    def test_after_its_burial_the_same_state_is_published_anew(self) -> None:
        made = market(inactive_since=START)
        give_book(made, 30, 40)
        bury(made, START + DAY)

        assert len(give_book(made, 30, 40, at=START + DAY)) == 2

    def test_a_record_after_its_burial_tells_of_it_first(self) -> None:
        made = market(inactive_since=START)
        give_book(made, 30, 40)
        published = give_book(made, 30, 40, at=START + DAY)

        assert published[:2] == TOMBSTONES
        assert len(books(published)) == len(prices(published)) == 1
        assert bury(made, START + DAY) == []

    def test_the_end_itself_tells_of_an_earlier_burial_too(self) -> None:
        made = market(inactive_since=START)
        made.advance(START + DAY)

        assert made.resolve(START + DAY, MICROS)[:2] == TOMBSTONES

    def test_in_the_minute_of_its_burial_a_market_is_not_refreshed(self) -> None:
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 1)
        made.set_active(False, START + 6 * MINUTE + 30 * SECOND - DAY)

        assert made.refresh(START // MINUTE + 6) == []
        assert bury(made, START + 6 * MINUTE + 30 * SECOND) == TOMBSTONES

    def test_in_the_minute_before_it_is(self) -> None:
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 1)
        made.set_active(False, START + 7 * MINUTE - DAY)

        assert made.refresh(START // MINUTE + 6)
        assert bury(made, START + 7 * MINUTE) == TOMBSTONES

    def test_after_a_refresh_a_burial_waits_for_the_next_minute(self) -> None:
        # Both would leave with the same source position, and one of them would be lost.
        made = market()
        trade(made, 50)
        trade(made, 60, at=START + 1)
        assert made.refresh(START // MINUTE + 6)
        made.set_active(False, START - DAY)

        assert bury(made, START + 7 * MINUTE - 1) == []
        assert bury(made, START + 7 * MINUTE) == TOMBSTONES


class TestAdopting:
    """What a catalog update does to a known market."""

    def test_it_publishes_nothing_and_keeps_the_book(self) -> None:
        made = market()
        give_book(made, 30, 40)
        made.adopt(identity(slug="another", volume24h=5))

        assert made.book is not None
        assert made.identity.slug == "another"

    def test_it_tells_a_tick_size_that_was_not_known(self) -> None:
        made = market()
        made.adopt(identity(tick_size=10_000))
        assert made.tick_size == 10_000

        made.adopt(identity(tick_size=1_000))  # the exchange's own word is newer
        assert made.tick_size == 10_000

    def test_it_tells_whether_the_market_is_active(self) -> None:
        made = market()
        made.adopt(identity(inactive_since=START))
        assert made.inactive_since == START

        made.adopt(identity())
        assert made.inactive_since is None

    def test_tokens_that_change_places_make_all_prices_worthless(self) -> None:
        made = market()
        made.quote = (300_000, 310_000)
        trade(made, 77)
        give_book(made, 30, 40)
        made.adopt(identity(tokens=(NO, YES)))

        assert made.book is None
        assert made.price() is None
        [payload] = prices(give_book(made, 60, 70, at=START + 2 * MINUTE))
        assert payload["change1h"] == "0.000000"
