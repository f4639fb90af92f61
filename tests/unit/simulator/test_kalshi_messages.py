from typing import Any

import msgspec
import pytest

from tests.unit.simulator.builders import NOW, listing, with_book
from vezta_stream.schemas.market import Source
from vezta_stream.simulator import kalshi_messages as messages
from vezta_stream.simulator.book import Change
from vezta_stream.simulator.kalshi_messages import Era, Style
from vezta_stream.simulator.market import Fill, Market
from vezta_stream.simulator.texts import SHARE

DOLLARS = Style(Era.DOLLARS, 3)
BOTH = Style(Era.BOTH, 3)
CENTS = Style(Era.CENTS, 3)
TICKER = "KXGOLD-26DEC31-T2000"


def a_market(bids: dict[int, int] | None = None, asks: dict[int, int] | None = None) -> Market:
    made = with_book(
        {470: 30, 480: 40} if bids is None else bids,
        {520: 20, 540: 10} if asks is None else asks,
        source=Source.KALSHI,
    )
    made.last_price, made.volume, made.turnover = 500, 90 * SHARE, 45 * SHARE
    return made


def decoded(text: str) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(text)
    return value


def test_a_snapshot_is_two_bid_ladders_best_last() -> None:
    assert decoded(messages.snapshot(a_market(), DOLLARS, use_yes_price=False)) == {
        "market_ticker": TICKER,
        "market_id": "1031769",
        "yes_dollars_fp": [["0.4700", "30.00"], ["0.4800", "40.00"]],
        "no_dollars_fp": [["0.4600", "10.00"], ["0.4800", "20.00"]],
    }


def test_no_prices_may_be_those_of_the_yes_leg() -> None:
    snapshot = decoded(messages.snapshot(a_market(), DOLLARS, use_yes_price=True))

    assert snapshot["no_dollars_fp"] == [["0.5400", "10.00"], ["0.5200", "20.00"]]


def test_an_empty_ladder_is_absent() -> None:
    snapshot = decoded(messages.snapshot(a_market(asks={}), DOLLARS, use_yes_price=False))

    assert "no_dollars_fp" not in snapshot


def test_older_snapshots_are_in_cents() -> None:
    assert decoded(messages.snapshot(a_market(), CENTS, use_yes_price=False)) == {
        "market_ticker": TICKER,
        "yes": [[47, 30], [48, 40]],
        "no": [[46, 10], [48, 20]],
    }
    both = decoded(messages.snapshot(a_market(), BOTH, use_yes_price=False))
    assert both["yes"] == [[47, 30], [48, 40]]
    assert both["yes_dollars_fp"] == [["0.4700", "30.00"], ["0.4800", "40.00"]]


@pytest.mark.parametrize(
    ("change", "use_yes_price", "price", "by", "side"),
    [
        (Change(True, 480, 0, 54 * SHARE), False, "0.480", "54.00", "yes"),
        (Change(True, 480, 54 * SHARE, 0), False, "0.480", "-54.00", "yes"),
        (Change(False, 520, 10 * SHARE, 9 * SHARE), False, "0.480", "-1.00", "no"),
        (Change(False, 520, 10 * SHARE, 9 * SHARE), True, "0.520", "-1.00", "no"),
    ],
)
def test_a_delta_is_the_signed_change_of_a_ladder(
    change: Change, use_yes_price: bool, price: str, by: str, side: str
) -> None:
    text = messages.delta(a_market(), DOLLARS, change, use_yes_price=use_yes_price, at=NOW)

    delta = decoded(text)
    assert (delta["price_dollars"], delta["delta_fp"], delta["side"]) == (price, by, side)
    assert (delta["ts_ms"], delta["ts"]) == (NOW, "2026-11-18T11:06:40.000Z")


def test_older_deltas_are_in_cents() -> None:
    change = Change(False, 520, 10 * SHARE, 9 * SHARE)

    text = messages.delta(a_market(), CENTS, change, use_yes_price=False, at=NOW)

    delta = decoded(text)
    assert (delta["price"], delta["delta"], delta["side"]) == (48, -1, "no")
    assert "price_dollars" not in delta


def test_a_ticker_has_the_best_prices_and_totals() -> None:
    ticker = decoded(messages.ticker(a_market(), DOLLARS, last_size=5 * SHARE, at=NOW))

    assert ticker == {
        "market_ticker": TICKER,
        "market_id": "1031769",
        "price_dollars": "0.5000",
        "yes_bid_dollars": "0.4800",
        "yes_ask_dollars": "0.5200",
        "volume_fp": "90.00",
        "open_interest_fp": "30.00",
        "yes_bid_size_fp": "40.00",
        "yes_ask_size_fp": "20.00",
        "last_trade_size_fp": "5.00",
        "dollar_volume": 45,
        "dollar_open_interest": 15,
        "ts": NOW // 1000,
        "ts_ms": NOW,
        "time": "2026-11-18T11:06:40.000Z",
    }


def test_an_absent_side_of_a_ticker_has_no_size() -> None:
    made = a_market(bids={}, asks={})
    made.last_price = None

    ticker = decoded(messages.ticker(made, DOLLARS, last_size=0, at=NOW))

    assert (ticker["yes_bid_dollars"], ticker["yes_bid_size_fp"]) == ("0.0000", "0.00")
    assert (ticker["yes_ask_dollars"], ticker["yes_ask_size_fp"]) == ("1.0000", "0.00")
    assert ticker["price_dollars"] == "0.0000"


def test_older_tickers_have_cents_beside_dollars_or_alone() -> None:
    both = decoded(messages.ticker(a_market(), BOTH, last_size=0, at=NOW))
    cents = decoded(messages.ticker(a_market(), CENTS, last_size=0, at=NOW))

    assert (both["yes_bid"], both["yes_bid_dollars"]) == (48, "0.4800")
    assert (cents["price"], cents["yes_bid"], cents["yes_ask"]) == (50, 48, 52)
    assert "yes_bid_dollars" not in cents
    assert "Clock" in both
    assert "ts_ms" not in both


@pytest.mark.parametrize(("buys", "outcome", "side"), [(True, "yes", "bid"), (False, "no", "ask")])
def test_a_trade_has_both_prices_and_the_takers_outcome(
    buys: bool, outcome: str, side: str
) -> None:
    fill = Fill(520, 3 * SHARE)

    text = messages.trade(a_market(), DOLLARS, fill, taker_buys=buys, trade_id="t", at=NOW)

    assert decoded(text) == {
        "trade_id": "t",
        "market_ticker": TICKER,
        "yes_price_dollars": "0.520",
        "no_price_dollars": "0.480",
        "count_fp": "3.00",
        "taker_side": outcome,
        "taker_outcome_side": outcome,
        "taker_book_side": side,
        "is_block_trade": False,
        "ts": NOW // 1000,
        "ts_ms": NOW,
    }


def test_older_trades_are_in_cents() -> None:
    fill = Fill(520, 3 * SHARE)

    text = messages.trade(a_market(), CENTS, fill, taker_buys=True, trade_id="t", at=NOW)

    trade = decoded(text)
    assert (trade["yes_price"], trade["no_price"], trade["count"]) == (52, 48, 3)


def test_a_life_is_created_activated_determined_and_settled() -> None:
    listed = listing(Source.KALSHI)

    events = [
        decoded(text)
        for text in (
            messages.created(listed, at=NOW),
            messages.activated(listed),
            messages.determined(listed, yes_won=True, at=NOW),
            messages.settled(listed, at=NOW),
        )
    ]

    assert [each["event_type"] for each in events] == [
        "created",
        "activated",
        "determined",
        "settled",
    ]
    assert events[0]["additional_metadata"]["event_ticker"] == "KXGOLD-26DEC31"
    assert (events[2]["result"], events[2]["settlement_value"]) == ("yes", "1.0000")
    assert decoded(messages.determined(listed, yes_won=False, at=NOW))["result"] == "no"
