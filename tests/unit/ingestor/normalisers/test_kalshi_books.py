"""Kalshi's books: whole ones, changes, and what was lost."""

from typing import Any

import pytest

from tests.builders import kalshi as k
from tests.builders.markets import (
    DAY,
    MARKET,
    SECOND,
    START,
    TICKER,
    Feed,
    Json,
    books,
    kalshi,
    kalshi_entry,
    prices,
    sides,
)
from tests.builders.states import state_of

YES = {"0.0800": "300.00", "0.2200": "333.00"}
NO = {"0.5400": "20.00", "0.5600": "146.00"}
LATER = START + SECOND


def with_book() -> Feed:
    """Return a feed that has the book of `YES` and `NO`."""
    feed = kalshi()
    feed.send(k.snapshot(YES, NO))
    return feed


def last_book(feed: Feed, *messages: Json, **how: Any) -> tuple[list[str], list[str]]:
    """Return the last book that these messages publish, as `price x size` without zeros."""
    bids, asks = sides(books(feed.send_all(messages, **how))[-1])
    return [_short(*level) for level in bids], [_short(*level) for level in asks]


def _short(price: str, size: str) -> str:
    return f"{price.rstrip('0')} x {size.rstrip('0').rstrip('.')}"


class TestSnapshot:
    """Two ladders of bids make a book."""

    def test_no_bids_are_yes_asks_at_the_complement(self) -> None:
        assert last_book(kalshi(), k.snapshot(YES, NO)) == (
            ["0.22 x 333", "0.08 x 300"],
            ["0.44 x 146", "0.46 x 20"],
        )

    def test_with_yes_prices_no_levels_are_asks_as_they_are(self) -> None:
        yes_leg = {"0.4400": "146.00", "0.4600": "20.00"}
        published = last_book(kalshi(), k.snapshot(YES, yes_leg), use_yes_price=True)

        assert published == last_book(kalshi(), k.snapshot(YES, NO))

    def test_an_absent_side_is_empty(self) -> None:
        assert last_book(kalshi(), k.snapshot(YES)) == (["0.22 x 333", "0.08 x 300"], [])
        [published] = books(kalshi().send(k.snapshot()))
        assert (published["bids"], published["asks"], published["spread"]) == ([], [], None)

    def test_its_time_is_when_it_was_received(self) -> None:
        [published] = books(kalshi().send(k.snapshot(YES), received_at=LATER))

        assert published["updatedAt"] == "2026-09-29T00:00:01.000Z"

    def test_its_own_time_goes_first_if_it_has_one(self) -> None:
        [published] = books(kalshi().send(k.snapshot(YES, ts_ms=LATER), received_at=START))

        assert published["updatedAt"] == "2026-09-29T00:00:01.000Z"

    def test_a_crossed_one_is_held(self) -> None:
        assert kalshi().send(k.snapshot({"0.50": "1"}, {"0.50": "1"})) == []

    def test_frames_of_the_cents_era(self) -> None:
        cents = k.snapshot() | {
            "msg": {"market_ticker": TICKER, "yes": [[8, 300], [22, 333]], "no": [[54, 20]]}
        }

        assert last_book(kalshi(), cents) == (["0.22 x 333", "0.08 x 300"], ["0.46 x 20"])

    def test_the_markets_identity_is_the_catalogs(self) -> None:
        published = kalshi(kalshi_entry()).send(k.snapshot(YES))

        assert {publication.key for publication in published} == {MARKET}
        assert prices(published)[0]["slug"] == "rain-tomorrow"

    def test_without_the_catalog_it_is_derived_from_the_ticker(self) -> None:
        published = kalshi().send(k.snapshot(YES))

        assert {publication.key for publication in published} == {
            "3d88e908-2798-58a2-bc5d-f68fc835a7d9"
        }
        assert prices(published)[0]["slug"] == TICKER


class TestDelta:
    """A signed change of one level."""

    def test_it_adds_to_the_level(self) -> None:
        assert last_book(with_book(), k.delta("yes", "0.220", "7.50"))[0][0] == "0.22 x 340.5"

    def test_it_takes_from_the_level(self) -> None:
        assert last_book(with_book(), k.delta("no", "0.56", "-46.00"))[1][0] == "0.44 x 100"

    @pytest.mark.parametrize("change", ["-333.00", "-400.00"])
    def test_a_level_that_reaches_nothing_or_less_is_gone(self, change: str) -> None:
        assert last_book(with_book(), k.delta("yes", "0.2200", change))[0] == ["0.08 x 300"]

    def test_it_makes_a_new_level(self) -> None:
        assert last_book(with_book(), k.delta("yes", "0.25", "0.01"))[0][0] == "0.25 x 0.01"

    def test_taking_from_nothing_changes_nothing(self) -> None:
        assert with_book().send(k.delta("yes", "0.25", "-5.00")) == []

    def test_prices_are_told_apart_by_value_not_by_spelling(self) -> None:
        feed = with_book()
        published = last_book(feed, k.delta("yes", "0.220000", "1"), k.delta("yes", ".22", "1"))

        assert published[0][0] == "0.22 x 335"

    def test_with_yes_prices_the_no_side_is_not_folded(self) -> None:
        feed = kalshi()
        feed.send(k.snapshot(YES, {"0.44": "1.00"}), use_yes_price=True)

        published = last_book(feed, k.delta("no", "0.43", "2.00"), use_yes_price=True)
        assert published[1] == ["0.43 x 2", "0.44 x 1"]

    def test_the_cents_era_had_whole_contracts(self) -> None:
        old = k.lacking(k.delta("yes", "", "", price=22, delta=-33), "price_dollars", "delta_fp")

        assert last_book(with_book(), old)[0][0] == "0.22 x 300"

    def test_dollars_go_before_cents(self) -> None:
        both = k.delta("yes", "0.2250", "1.50", price=22, delta=1)

        assert last_book(with_book(), both)[0][0] == "0.225 x 1.5"

    def test_without_a_book_it_is_counted_and_nothing_more(self) -> None:
        feed = kalshi()

        assert feed.send(k.delta("yes", "0.22", "1")) == []
        assert feed.markets.tallies == {"change_without_book": 1}

    def test_its_time_may_be_told_as_a_date(self) -> None:
        dated = k.lacking(k.delta("yes", "0.22", "1", ts="2026-09-29T00:00:02Z"), "ts_ms")
        [published] = books(with_book().send(dated))

        assert published["updatedAt"] == "2026-09-29T00:00:02.000Z"

    def test_a_book_that_crosses_is_held_until_it_is_over(self) -> None:
        feed = with_book()

        assert feed.send(k.delta("yes", "0.44", "1")) == []
        assert len(books(feed.send(k.delta("no", "0.56", "-146")))) == 1

    def test_one_crossed_for_five_seconds_is_dropped(self) -> None:
        feed = with_book()
        feed.send(k.delta("yes", "0.44", "1", at=LATER))
        feed.send(k.delta("no", "0.56", "-146", at=LATER + 5 * SECOND))

        assert feed.markets.tallies["book_held_too_long"] == 1
        assert len(books(feed.send(k.snapshot(NO)))) == 1


class TestResync:
    """Our own word that messages were lost."""

    def test_it_drops_the_book_until_the_next_snapshot(self) -> None:
        feed = with_book()
        assert feed.send(k.resync()) == []

        assert feed.send(k.delta("yes", "0.22", "1")) == []
        assert feed.markets.tallies == {"book_resync": 1, "change_without_book": 1}
        assert len(books(feed.send(k.snapshot({"0.10": "1"})))) == 1

    def test_for_an_unknown_or_resolved_market_it_means_nothing(self) -> None:
        feed = kalshi()
        assert feed.refusal(k.resync()) is None

        feed.send(k.lifecycle("determined", result="yes"))
        before = state_of(feed.markets)
        assert feed.refusal(k.resync()) is None
        assert state_of(feed.markets) == before

    def test_it_does_not_tell_the_time(self) -> None:
        feed = with_book()
        feed.send(k.delta("yes", "0.44", "1"))
        feed.send(k.resync(), received_at=START + DAY)

        assert feed.markets.tallies == {"book_held": 1, "book_resync": 1}
