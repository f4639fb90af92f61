"""Kalshi's tickers, trades and lifecycle steps, and what is refused."""

import pytest

from tests.builders import kalshi as k
from tests.builders.markets import (
    DAY,
    MARKET,
    MINUTE,
    SECOND,
    START,
    TICKER,
    Feed,
    Json,
    books,
    kalshi,
    kalshi_entry,
    prices,
    trades,
    yes_prices,
)
from tests.builders.states import state_of
from vezta_stream.core.records import Reason

YES = {"0.0800": "300.00", "0.2200": "333.00"}
NO = {"0.5400": "20.00", "0.5600": "146.00"}
LATER = START + SECOND


def with_book() -> Feed:
    """Return a feed that has the book of `YES` and `NO`."""
    feed = kalshi()
    feed.send(k.snapshot(YES, NO))
    return feed


class TestTicker:
    """Best prices and the last trade make a price, never a book."""

    def test_it_makes_a_price_and_no_book(self) -> None:
        published = kalshi().send(k.ticker("0.4500", "0.5300", "0.480"))

        assert yes_prices(published) == ["0.490000"]
        assert books(published) == []

    def test_a_wide_one_leaves_the_price_to_the_last_trade(self) -> None:
        assert yes_prices(kalshi().send(k.ticker("0.0400", "0.9500", "0.1400"))) == ["0.140000"]

    @pytest.mark.parametrize("none", ["0.0000", "", None])
    def test_no_last_trade_is_nought_or_nothing(self, none: str | None) -> None:
        message = k.ticker("0.0400", "0.9500", price_dollars=none)

        assert yes_prices(kalshi().send(message)) == ["0.495000"]

    def test_a_side_of_no_size_is_absent(self) -> None:
        no_ask = k.ticker("0.9800", "1.0000", "0.0000", yes_ask_size_fp="0.00")
        no_bid = k.ticker("0.9700", "0.9800", "0.0000", yes_bid_size_fp="0.00")

        assert yes_prices(kalshi().send(no_ask)) == ["0.980000"]
        assert yes_prices(kalshi().send(no_bid)) == ["0.980000"]

    def test_with_both_sides_absent_the_last_trade_is_the_price(self) -> None:
        assert yes_prices(kalshi().send(k.ticker("0.0000", "1.0000", "0.97"))) == ["0.970000"]
        assert kalshi().send(k.ticker("0.0000", "1.0000")) == []

    def test_its_cumulative_volume_is_not_the_volume_of_24_hours(self) -> None:
        [payload] = prices(kalshi().send(k.ticker("0.45", "0.53")))

        assert payload["volume24h"] == "0.00"

    def test_a_book_decides_before_it(self) -> None:
        assert with_book().send(k.ticker("0.60", "0.62", at=LATER)) == []

    def test_the_cents_era(self) -> None:
        fields = {"price": 14, "yes_bid": 4, "yes_ask": 12, "ts": START // 1000}
        published = kalshi().send(k.frame("ticker", fields))

        assert yes_prices(published) == ["0.080000"]
        assert prices(published)[0]["updatedAt"] == "2026-09-29T00:00:00.000Z"


class TestTrade:
    """A trade print, from the taker's side."""

    def test_it_says_what_the_contract_says(self) -> None:
        published = kalshi(kalshi_entry()).send(k.trade("0.360", "136.00", outcome="no"))

        assert trades(published) == [
            {
                "id": f"trade-{START}",
                "marketId": MARKET,
                "source": "kalshi",
                "side": "buy",
                "outcome": "no",
                "price": "0.640000",
                "size": "136.000000",
                "amount": "87.04",
                "tradedAt": "2026-09-29T00:00:00.000Z",
            }
        ]
        assert yes_prices(published) == ["0.360000"]

    @pytest.mark.parametrize(
        ("told", "outcome"),
        [
            ({"taker_outcome_side": "no", "taker_side": "yes"}, "no"),
            ({"taker_outcome_side": None, "taker_side": "no"}, "no"),
            ({"taker_outcome_side": "", "taker_side": "yes", "taker_book_side": "ask"}, "yes"),
            ({"taker_outcome_side": None, "taker_book_side": "ask"}, "no"),
            ({"taker_outcome_side": None, "taker_book_side": "bid"}, "yes"),
        ],
    )
    def test_the_takers_outcome_is_told_in_several_ways(self, told: Json, outcome: str) -> None:
        [trade] = trades(kalshi().send(k.trade("0.36", "1", **told)))

        assert trade["outcome"] == outcome

    @pytest.mark.parametrize("outcome", ["yes", "no"])
    @pytest.mark.parametrize("absent", ["yes_price_dollars", "no_price_dollars"])
    def test_one_price_tells_the_other(self, outcome: str, absent: str) -> None:
        published = kalshi().send(k.lacking(k.trade("0.36", "1", outcome=outcome), absent))

        assert trades(published)[0]["price"] == {"yes": "0.360000", "no": "0.640000"}[outcome]
        assert yes_prices(published) == ["0.360000"]

    def test_the_cents_era(self) -> None:
        fields = {"trade_id": "t", "yes_price": 36, "no_price": 64, "count": 5, "taker_side": "no"}
        [trade] = trades(kalshi().send(k.frame("trade", fields)))

        assert (trade["price"], trade["size"]) == ("0.640000", "5.000000")

    def test_the_same_id_again_is_a_duplicate_that_changes_nothing(self) -> None:
        feed = kalshi()
        feed.send(k.trade("0.36", "1"))
        before = state_of(feed.markets)

        again = k.trade("0.50", "9", trade_id=f"trade-{START}", at=START + MINUTE)
        assert feed.refusal(again) is Reason.DUPLICATE
        assert state_of(feed.markets) == before


class TestLifecycle:
    """Steps in a market's life."""

    @pytest.mark.parametrize("event", ["determined", "settled"])
    @pytest.mark.parametrize(("result", "price"), [("yes", "1.000000"), ("no", "0.000000")])
    def test_a_result_is_the_final_price(self, event: str, result: str, price: str) -> None:
        published = with_book().send(k.lifecycle(event, result=result))

        assert yes_prices(published) == [price]

    @pytest.mark.parametrize(("value", "price"), [("1.0000", "1.000000"), ("0", "0.000000")])
    def test_a_settlement_value_is_one_too(self, value: str, price: str) -> None:
        published = with_book().send(k.lifecycle("settled", settlement_value=value))

        assert yes_prices(published) == [price]

    @pytest.mark.parametrize(
        "step",
        [
            k.lifecycle("settled"),
            k.lifecycle("settled", settlement_value="0.5000"),
            k.lifecycle("determined", settlement_value="0.5000"),
            k.lifecycle("determined", result="void"),
        ],
    )
    def test_a_market_may_end_as_neither(self, step: Json) -> None:
        feed = with_book()

        assert feed.send(step) == []
        assert feed.refusal(k.delta("yes", "0.22", "1")) is Reason.RESOLVED

    def test_determined_without_any_result_is_refused(self) -> None:
        feed = with_book()

        assert feed.refusal(k.lifecycle("determined", result="")) is Reason.MISSING_FIELD
        assert feed.refusal(k.delta("yes", "0.22", "1")) is None

    @pytest.mark.parametrize(
        ("event", "field"), [("determined", "determination_ts"), ("settled", "settled_ts")]
    )
    def test_the_end_has_a_time_of_its_own(self, event: str, field: str) -> None:
        step = k.lifecycle(event, result="yes", **{field: (START + 2 * SECOND) // 1000})
        [payload] = prices(with_book().send(step, received_at=START + MINUTE))

        assert payload["updatedAt"] == "2026-09-29T00:00:02.000Z"

    def test_the_final_price_comes_once(self) -> None:
        feed = with_book()
        feed.send(k.lifecycle("determined", result="yes"))

        assert feed.refusal(k.lifecycle("settled", result="yes")) is Reason.RESOLVED
        assert feed.refusal(k.trade("0.36", "1")) is Reason.RESOLVED

    def test_a_paused_market_is_buried_unless_it_opens_again(self) -> None:
        feed = with_book()
        feed.send(k.lifecycle("deactivated"), received_at=START)
        feed.send(k.lifecycle("activated"), received_at=LATER)
        assert feed.markets.tick(START + DAY) == []

        feed.send(k.lifecycle("deactivated"), received_at=START + DAY)
        assert len(feed.markets.tick(START + 2 * DAY)) == 2

    @pytest.mark.parametrize("event", ["close_date_updated", "price_level_structure_updated"])
    def test_what_says_nothing_of_prices_is_passed_over(self, event: str) -> None:
        assert kalshi().send(k.lifecycle(event, close_ts=1_694_721_600)) == []

    def test_an_unknown_step_is_counted(self) -> None:
        assert kalshi().refusal(k.lifecycle("teleported")) is Reason.UNKNOWN_TYPE

    @pytest.mark.parametrize("event", ["created", "metadata_updated"])
    def test_a_title_is_taken_where_the_catalog_has_none(self, event: str) -> None:
        step = k.lifecycle(event, additional_metadata={"title": "Rain on Monday?"})
        unlisted, listed = kalshi(), kalshi(kalshi_entry())
        for feed in (unlisted, listed):
            feed.send(k.lifecycle(event))
            feed.send(step)

        assert _title(unlisted) == "Rain on Monday?"
        assert _title(listed) == "Rain tomorrow?"


def _title(feed: Feed) -> str:
    identity = feed.registry.find_or_derive(TICKER)
    return feed.markets.open(identity, START).identity.title


class TestRefusals:
    """What cannot be understood leaves no trace."""

    def test_answers_and_keep_alives_are_neither_output_nor_rejection(self) -> None:
        assert kalshi().send({"type": "ok", "sid": 1, "seq": 2}) == []
        assert kalshi().send(b"heartbeat") == []

    @pytest.mark.parametrize(
        ("message", "reason"),
        [
            (k.snapshot({"1.00": "1"}), Reason.BAD_VALUE),
            (k.snapshot({"0": "1"}), Reason.BAD_VALUE),
            (k.snapshot({"0.5": "-1"}), Reason.BAD_VALUE),
            (k.snapshot({"0.5": ""}), Reason.MISSING_FIELD),
            (k.snapshot({"": "1"}), Reason.MISSING_FIELD),
            (k.snapshot({"0.5": "1"}, ts_ms="soon"), Reason.BAD_VALUE),
            (k.delta("maybe", "0.5", "1"), Reason.BAD_VALUE),
            (k.delta("yes", "1", "1"), Reason.BAD_VALUE),
            (k.delta("yes", "", "1"), Reason.MISSING_FIELD),
            (k.delta("yes", "0.5", ""), Reason.MISSING_FIELD),
            (k.delta("yes", "0.5", "1e400"), Reason.BAD_VALUE),
            (k.delta("yes", "0.5", "1", delta_fp=[1]), Reason.BAD_VALUE),
            (k.ticker("0.5", "1.5"), Reason.BAD_VALUE),
            (k.ticker("0.5", "0.6", "-1"), Reason.BAD_VALUE),
            (k.ticker("0.5", "0.6", yes_bid_size_fp="many"), Reason.BAD_VALUE),
            (k.trade("0", "1"), Reason.BAD_VALUE),
            (k.trade("0.5", "0"), Reason.BAD_VALUE),
            (k.trade("0.5", "-1"), Reason.BAD_VALUE),
            (k.trade("0.5", "1", taker_outcome_side="both"), Reason.BAD_VALUE),
            (k.trade("0.5", "1", taker_outcome_side=None), Reason.MISSING_FIELD),
            (k.trade("0.5", ""), Reason.MISSING_FIELD),
            (
                k.lacking(k.trade("0.5", "1"), "yes_price_dollars", "no_price_dollars"),
                Reason.MISSING_FIELD,
            ),
            (k.lifecycle("determined", result="yes", determination_ts=5), Reason.BAD_VALUE),
            (k.lifecycle("settled", settlement_value="2"), Reason.BAD_VALUE),
        ],
    )
    def test_a_bad_message_leaves_no_trace(self, message: Json, reason: Reason) -> None:
        feed = with_book()
        before = state_of(feed.markets)

        assert feed.refusal(message) is reason
        assert state_of(feed.markets) == before
