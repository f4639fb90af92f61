"""Polymarket's best prices, trades and endings, and what is refused."""

from typing import Any

import pytest

from tests.builders import polymarket as poly
from tests.builders.markets import (
    CONDITION,
    DAY,
    HOUR,
    MARKET,
    MINUTE,
    NO,
    SECOND,
    START,
    YES,
    Feed,
    Json,
    books,
    catalog_entry,
    polymarket,
    prices,
    trades,
    yes_prices,
)
from tests.builders.polymarket import change, price_change
from tests.builders.states import state_of
from vezta_stream.core.records import Reason, Rejected

BIDS = {"0.28": "50", "0.29": "40", "0.30": "30"}
ASKS = {"0.34": "60", "0.33": "50", "0.32": "40"}
LATER = START + SECOND


def with_book() -> Feed:
    """Return a feed that has the YES book of `BIDS` and `ASKS`."""
    feed = polymarket()
    feed.send(poly.book(BIDS, ASKS))
    return feed


class TestBestBidAsk:
    """The best prices of one token make a price, never a book."""

    def test_it_makes_a_price_and_no_book(self) -> None:
        published = polymarket().send(poly.best_bid_ask("0.30", "0.32"))

        assert yes_prices(published) == ["0.310000"]
        assert books(published) == []

    def test_that_of_no_is_folded(self) -> None:
        assert yes_prices(polymarket().send(poly.best_bid_ask("0.68", "0.70", token=NO))) == [
            "0.310000"
        ]

    @pytest.mark.parametrize(
        ("bid", "ask", "price"),
        [("0", "0.32", ["0.320000"]), ("0.30", "1", ["0.300000"]), ("0", "1", []), ("", "", [])],
    )
    def test_an_empty_side_is_nought_or_one(self, bid: str, ask: str, price: list[str]) -> None:
        assert yes_prices(polymarket().send(poly.best_bid_ask(bid, ask))) == price

    def test_a_book_decides_before_it(self) -> None:
        assert with_book().send(poly.best_bid_ask("0.50", "0.52", at=LATER)) == []


class TestLastTradePrice:
    """A trade print."""

    def test_it_says_what_the_contract_says(self) -> None:
        feed = polymarket(catalog_entry(volume24h="10"))
        published = feed.send(poly.last_trade("0.456", "219.217767", transaction_hash="0xabc"))

        assert trades(published) == [
            {
                "id": "aa96e1fa-b125-5cc2-a70c-79332422f30e",
                "marketId": MARKET,
                "source": "polymarket",
                "side": "buy",
                "outcome": "yes",
                "price": "0.456000",
                "size": "219.217767",
                "amount": "99.96",
                "txHash": "0xabc",
                "tradedAt": "2026-09-29T00:00:00.000Z",
            }
        ]
        assert yes_prices(published) == ["0.456000"]

    def test_side_is_as_sent_and_price_is_that_of_the_token(self) -> None:
        published = polymarket().send(poly.last_trade("0.4", "1", side="SELL", token=NO))

        [trade] = trades(published)
        assert (trade["side"], trade["outcome"], trade["price"]) == ("sell", "no", "0.400000")
        assert yes_prices(published) == ["0.600000"]

    def test_the_same_print_again_is_a_duplicate_that_changes_nothing(self) -> None:
        feed = polymarket()
        feed.send(poly.last_trade("0.4", "1"))
        before = state_of(feed.markets)

        assert feed.refusal(poly.last_trade("0.40", "1.0")) is Reason.DUPLICATE
        assert state_of(feed.markets) == before

    @pytest.mark.parametrize(
        "other",
        [{"price": "0.5"}, {"size": "2"}, {"side": "SELL"}, {"asset_id": NO}, {"timestamp": LATER}],
    )
    def test_a_print_that_differs_is_another_trade(self, other: dict[str, Any]) -> None:
        feed = polymarket()
        feed.send(poly.last_trade("0.4", "1", transaction_hash=None))

        message = poly.last_trade("0.4", "1", transaction_hash=None)
        assert feed.refusal(message | other) is None

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_without_a_transaction_the_time_tells_prints_apart(self, nothing: str | None) -> None:
        feed = polymarket()
        [first] = trades(feed.send(poly.last_trade("0.4", "1", transaction_hash=nothing)))

        assert "txHash" not in first
        again = poly.last_trade("0.4", "1", transaction_hash=nothing)
        assert feed.refusal(again | {"timestamp": str(START // 1000)}) is Reason.DUPLICATE
        assert feed.refusal(again | {"timestamp": str(LATER)}) is None

    def test_a_wide_book_leaves_the_price_to_the_last_trade(self) -> None:
        feed = polymarket()
        feed.send(poly.book({"0.10": "1"}, {"0.90": "1"}))

        assert yes_prices(feed.send(poly.last_trade("0.45", "1"))) == ["0.450000"]


class TestResolution:
    """The final price, then silence."""

    @pytest.mark.parametrize(("winner", "price"), [(YES, "1.000000"), (NO, "0.000000")])
    def test_it_publishes_the_final_price(self, winner: str, price: str) -> None:
        [payload] = prices(with_book().send(poly.market_resolved(winner=winner, at=LATER)))

        assert payload["yesPrice"] == price
        assert payload["updatedAt"] == "2026-09-29T00:00:01.000Z"

    @pytest.mark.parametrize(
        "later",
        [
            poly.market_resolved(),
            poly.book(BIDS, ASKS),
            price_change(change("BUY", "0.31", "7")),
            poly.last_trade("0.4", "1"),
            poly.best_bid_ask("0.30", "0.32"),
            poly.tick_size_change("0.001"),
            poly.new_market(),
        ],
    )
    def test_later_events_are_refused_without_a_trace(self, later: Json) -> None:
        feed = with_book()
        feed.send(poly.market_resolved())
        before = state_of(feed.markets)

        assert feed.refusal(later) is Reason.RESOLVED
        assert state_of(feed.markets) == before

    def test_the_markets_tombstones_follow_a_day_later(self) -> None:
        feed = with_book()
        feed.send(poly.market_resolved(at=START + HOUR))

        assert feed.markets.tick(START + HOUR + DAY - 1) == []
        assert len(feed.markets.tick(START + HOUR + DAY)) == 2


class TestRefusals:
    """What cannot be understood, or not yet."""

    def test_an_unknown_market_is_named(self) -> None:
        feed = polymarket(catalog_entry(conditionId="0xother"))
        with pytest.raises(Rejected) as caught:
            feed.send(poly.book(BIDS, ASKS))

        assert caught.value.reason is Reason.UNKNOWN_MARKET
        assert caught.value.detail == CONDITION

    @pytest.mark.parametrize("keep_alive", [b"PONG", b" PONG\n", b"PING"])
    def test_keep_alives_are_neither_output_nor_rejection(self, keep_alive: bytes) -> None:
        assert polymarket().send(keep_alive) == []

    @pytest.mark.parametrize(
        "message",
        [
            poly.book(BIDS, ASKS, token="99"),
            poly.book({"0": "1"}, {}),
            poly.book({}, {"1": "1"}),
            poly.book({"0.5": "-1"}, {}),
            poly.book({"0.5": "1e3"}, {}),
            poly.book({"NaN": "1"}, {}),
            poly.book({}, {}, tick_size="1"),
            poly.book({}, {}, tick_size={"a": 1}),
            poly.book({}, {}, timestamp="soon"),
            price_change(change("BUY", "0.31", "7"), change("HOLD", "0.31", "7")),
            price_change(change("BUY", "0.31", "7"), change("BUY", "1.31", "7")),
            price_change(change("BUY", "0.31", "7"), change("BUY", "0.31", "-7")),
            price_change(change("BUY", "0.31", "7"), change("BUY", "0.31", "7", token="9")),
            price_change(change("BUY", "0.31", "7", best_bid="1.1")),
            price_change(change("BUY", "0.31", "7", best_ask="-0.1")),
            poly.last_trade("0", "1"),
            poly.last_trade("1.01", "1"),
            poly.last_trade("0.5", "0"),
            poly.last_trade("0.5", "-1"),
            poly.last_trade("0.5", "1", side="HOLD"),
            poly.last_trade("0.5", "1", token="99"),
            poly.best_bid_ask("0.5", "1.1"),
            poly.best_bid_ask("0.5", "0.6", token="99"),
            poly.tick_size_change("0"),
            poly.tick_size_change("NaN"),
            poly.market_resolved(winner="99"),
            poly.market_resolved(winner=""),
            poly.new_market(order_price_min_tick_size="2", at=START + MINUTE),
            poly.new_market(order_price_min_tick_size=[1], at=START + MINUTE),
        ],
    )
    def test_a_bad_value_leaves_no_trace(self, message: Json) -> None:
        feed = with_book()
        before = state_of(feed.markets)

        assert feed.refusal(message) is Reason.BAD_VALUE
        assert state_of(feed.markets) == before
