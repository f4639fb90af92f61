"""Polymarket's books: whole ones, changes, sweeps, price grids."""

import pytest

from tests.builders import polymarket as poly
from tests.builders.markets import (
    MARKET,
    NO,
    SECOND,
    START,
    Feed,
    Json,
    books,
    catalog_entry,
    polymarket,
    sides,
    without,
    yes_prices,
)
from tests.builders.polymarket import change, mirrored, price_change

BIDS = {"0.28": "50", "0.29": "40", "0.30": "30"}
ASKS = {"0.34": "60", "0.33": "50", "0.32": "40"}
LATER = START + SECOND


def with_book() -> Feed:
    """Return a feed that has the YES book of `BIDS` and `ASKS`."""
    feed = polymarket()
    feed.send(poly.book(BIDS, ASKS))
    return feed


def last_book(feed: Feed, *messages: Json) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the last book that these messages publish, without trailing zeros."""
    published = books(feed.send_all(messages))
    bids, asks = sides(published[-1])
    return _short(bids), _short(asks)


def _short(levels: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(price.rstrip("0"), size.rstrip("0").rstrip(".")) for price, size in levels]


class TestBook:
    """A whole book of one token."""

    def test_it_is_published_best_first_whatever_its_order(self) -> None:
        bids, asks = last_book(polymarket(), poly.book(BIDS, dict(reversed(ASKS.items()))))

        assert bids == [("0.3", "30"), ("0.29", "40"), ("0.28", "50")]
        assert asks == [("0.32", "40"), ("0.33", "50"), ("0.34", "60")]

    def test_it_says_what_the_contract_says(self) -> None:
        [published] = books(polymarket().send(poly.book({".30": "30"}, {"0.32": "40.5"})))

        assert published == {
            "marketId": MARKET,
            "source": "polymarket",
            "bids": [{"price": "0.300000", "size": "30.000000"}],
            "asks": [{"price": "0.320000", "size": "40.500000"}],
            "spread": "0.020000",
            "updatedAt": "2026-09-29T00:00:00.000Z",
        }

    def test_it_replaces_the_one_before(self) -> None:
        assert last_book(with_book(), poly.book({"0.10": "1"}, {})) == ([("0.1", "1")], [])

    def test_levels_without_size_are_no_levels(self) -> None:
        published = last_book(polymarket(), poly.book({"0.10": "0", "0.11": "1"}, {}))

        assert published == ([("0.11", "1")], [])

    def test_its_old_names_are_understood(self) -> None:
        message = without(poly.book({}, {}), "bids", "asks")
        old = message | {"buys": poly.levels({"0.30": "1"}), "sells": poly.levels({"0.32": "2"})}

        assert last_book(polymarket(), old) == ([("0.3", "1")], [("0.32", "2")])

    def test_the_no_tokens_book_is_folded_while_no_yes_book_is_known(self) -> None:
        published = last_book(polymarket(), poly.no_book(BIDS, ASKS))

        assert published == last_book(polymarket(), poly.book(BIDS, ASKS))

    def test_a_newer_folded_book_replaces_a_folded_one(self) -> None:
        feed = polymarket()
        feed.send(poly.no_book(BIDS, ASKS))

        assert last_book(feed, poly.no_book({"0.10": "1"}, {})) == ([("0.1", "1")], [])

    def test_the_yes_tokens_book_replaces_a_folded_one(self) -> None:
        feed = polymarket()
        feed.send(poly.no_book(BIDS, ASKS))

        assert last_book(feed, poly.book({"0.10": "1"}, {})) == ([("0.1", "1")], [])

    def test_the_no_tokens_book_does_not_replace_the_yes_tokens(self) -> None:
        feed = with_book()

        assert feed.send(poly.no_book({"0.10": "1"}, {}, at=LATER)) == []
        assert feed.send(poly.book(BIDS, ASKS, at=LATER)) == []  # nothing has changed

    def test_the_no_tokens_book_counts_again_once_the_yes_book_is_dropped(self) -> None:
        feed = with_book()
        feed.send(poly.tick_size_change("0.001"))

        assert last_book(feed, poly.no_book({"0.10": "1"}, {})) == ([("0.1", "1")], [])

    def test_a_crossed_book_is_held(self) -> None:
        assert polymarket().send(poly.book({"0.32": "1"}, {"0.32": "1"})) == []

    def test_its_last_trade_price_is_not_the_markets_price(self) -> None:
        published = polymarket().send(poly.book({}, {"0.14": "1"}, last_trade_price="0.870"))

        assert yes_prices(published) == ["0.140000"]


class TestPriceChange:
    """Changed levels, of both tokens in one message."""

    def test_size_is_the_levels_new_whole_size(self) -> None:
        bids, _ = last_book(with_book(), price_change(change("BUY", "0.30", "7")))

        assert bids[0] == ("0.3", "7")

    def test_a_size_of_nought_removes_the_level(self) -> None:
        _, asks = last_book(with_book(), price_change(change("SELL", "0.32", "0")))

        assert asks[0] == ("0.33", "50")

    @pytest.mark.parametrize("yes_first", [True, False])
    def test_a_mirrored_entry_counts_once(self, yes_first: bool) -> None:
        entry = change("BUY", "0.31", "7")
        pair = [entry, mirrored(entry)]
        published = last_book(with_book(), price_change(*(pair if yes_first else pair[::-1])))

        assert published == last_book(with_book(), price_change(entry))

    def test_all_changes_of_a_message_make_one_book(self) -> None:
        message = price_change(change("BUY", "0.31", "7"), change("BUY", "0.30", "0"))

        assert len(books(with_book().send(message))) == 1

    def test_the_older_flat_form_is_understood(self) -> None:
        entry = change("BUY", "0.31", "7")
        published = last_book(with_book(), poly.legacy_price_change(entry))

        assert published == last_book(with_book(), price_change(entry))

    def test_without_a_book_it_is_counted_and_nothing_more(self) -> None:
        feed = polymarket()

        assert feed.send(price_change(change("BUY", "0.31", "7"))) == []
        assert feed.markets.tallies == {"change_without_book": 1}

    def test_a_message_without_changes_changes_nothing(self) -> None:
        assert with_book().send(price_change()) == []

    def test_a_message_without_changes_does_not_end_a_hold(self) -> None:
        feed = with_book()
        contradicted = change("BUY", "0.31", "7", best_bid="0.30")

        assert feed.send_all([price_change(contradicted), price_change()]) == []

    def test_it_is_held_while_it_contradicts_its_best_prices(self) -> None:
        feed = with_book()
        first = change("BUY", "0.31", "7", best_bid="0.31", best_ask="0.33")
        second = change("SELL", "0.32", "0", best_bid="0.31", best_ask="0.33")

        assert feed.send(price_change(first)) == []
        assert len(books(feed.send(price_change(second)))) == 1

    @pytest.mark.parametrize(("best_ask", "published"), [("1", 1), ("0.32", 0), ("", 1)])
    def test_one_stands_for_an_empty_side(self, best_ask: str, published: int) -> None:
        feed = polymarket()
        feed.send(poly.book({"0.30": "1"}, {"0.32": "1"}))
        emptied = change("SELL", "0.32", "0", best_bid="0.30", best_ask=best_ask)

        assert len(books(feed.send(price_change(emptied)))) == published
        assert len(books(polymarket().send_all([poly.book({}, {}), price_change(emptied)]))) == 1


class TestSweep:
    """An order that crosses several levels arrives in pieces, its remainder first."""

    SWEEP = (
        change("SELL", "0.28", "9", best_bid="0", best_ask="0.28"),
        change("BUY", "0.30", "0", best_bid="0", best_ask="0.28"),
        change("BUY", "0.29", "0", best_bid="0", best_ask="0.28"),
        change("BUY", "0.28", "0", best_bid="0", best_ask="0.28"),
    )

    def test_it_is_published_once_when_it_is_over(self) -> None:
        feed = with_book()
        frames = [price_change(step, mirrored(step), at=LATER) for step in self.SWEEP]
        published = [books(feed.send(frame)) for frame in frames]

        assert [len(each) for each in published] == [0, 0, 0, 1]
        assert sides(published[-1][0])[0] == []

    def test_one_that_never_ends_costs_the_book_after_five_seconds(self) -> None:
        feed = with_book()
        feed.send(price_change(self.SWEEP[0], at=LATER))

        assert feed.send(price_change(self.SWEEP[1], at=LATER + 5 * SECOND)) == []
        assert feed.markets.tallies == {
            "book_held": 1,
            "book_held_too_long": 1,
            "change_without_book": 1,
        }
        assert len(books(feed.send(poly.book({}, {"0.28": "9"}, at=LATER + 6 * SECOND)))) == 1


class TestTickSizeChange:
    """A new price grid drops the book, once."""

    def test_it_drops_the_book_until_the_next_one(self) -> None:
        feed = with_book()
        feed.send(poly.tick_size_change("0.001"))

        assert feed.send(price_change(change("BUY", "0.31", "7"))) == []
        assert feed.markets.tallies == {"book_tick_changed": 1, "change_without_book": 1}

    def test_the_other_tokens_message_drops_nothing_more(self) -> None:
        feed = with_book()
        feed.send(poly.tick_size_change("0.001"))
        feed.send(poly.book(BIDS, ASKS, tick_size="0.001"))
        feed.send(poly.tick_size_change("0.001", token=NO))

        assert last_book(feed, price_change(change("BUY", "0.31", "7")))

    @pytest.mark.parametrize(
        "told",
        [
            poly.book(BIDS, ASKS, tick_size="0.001"),
            poly.no_book(BIDS, ASKS) | {"tick_size": "0.001"},
            poly.new_market(order_price_min_tick_size="0.001"),
            poly.new_market(order_price_min_tick_size=0.001),
        ],
    )
    def test_a_tick_known_already_drops_nothing(self, told: Json) -> None:
        feed = with_book()
        feed.send(told)
        feed.send(poly.tick_size_change("0.0010"))

        assert feed.markets.tallies == {}

    def test_a_tick_that_the_catalog_knows_drops_nothing(self) -> None:
        feed = polymarket(catalog_entry(tickSize="0.001"))
        feed.send(poly.book(BIDS, ASKS))
        feed.send(poly.tick_size_change("0.001"))

        assert feed.markets.tallies == {}

    def test_a_new_market_does_not_change_a_tick_that_is_known(self) -> None:
        feed = polymarket(catalog_entry(tickSize="0.001"))
        feed.send(poly.book(BIDS, ASKS))
        feed.send(poly.new_market(order_price_min_tick_size="0.01"))
        feed.send(poly.tick_size_change("0.001"))

        assert feed.markets.tallies == {}

    def test_a_new_market_need_not_tell_a_tick(self) -> None:
        assert polymarket().send(poly.new_market(order_price_min_tick_size=None)) == []
