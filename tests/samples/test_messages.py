"""The exchanges' documented and recorded messages: what each gives, or why it gives nothing.

None of them is part of the repository; the tests are skipped where they are not beside it.
"""

import json
from typing import Any

import pytest

from tests.builders.markets import (
    START,
    Feed,
    as_bytes,
    books,
    exchange_markets,
    kalshi,
    prices,
    yes_prices,
)
from tests.samples.recordings import catalog, sample
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers.polymarket import PolymarketNormaliser

BOOK, PRICE, TRADE = "market:orderbook", "market:prices", "market:trades"
UNKNOWN, LACKING = Reason.UNKNOWN_TYPE, Reason.MISSING_FIELD

POLYMARKET = {
    "doc_best_bid_ask.json": [[PRICE]],
    "doc_book.json": [[BOOK, PRICE]],
    "doc_last_trade_price.json": [[TRADE, PRICE]],
    "doc_market_resolved.json": [[PRICE]],
    "doc_new_market.json": [[]],
    "doc_price_change.json": [[]],  # there is no book yet
    "price_change_v2.json": [[]],
    "doc_tick_size_change.json": [[]],
    "doc_user_order.json": [UNKNOWN, UNKNOWN],
    "doc_user_trade.json": [UNKNOWN, UNKNOWN],
    "rec_user_order_placement.json": [UNKNOWN],
    "rec_user_trade_taker_matched.json": [UNKNOWN],
    "rec_gamma_market.json": [LACKING],
    "sub_market.json": [LACKING, LACKING],
    "sub_market_update.json": [LACKING, LACKING],
    "sub_user.json": [LACKING, LACKING],
    "sub_user_update.json": [LACKING, LACKING],
}
KALSHI = {
    "doc_orderbook_snapshot.json": [[BOOK, PRICE]],
    "doc_orderbook_delta.json": [[]],  # there is no book yet
    "doc_ticker.json": [[PRICE]],
    "doc_trade.json": [[TRADE, PRICE]],
    "doc_market_lifecycle_v2.json": [[], []],
    "doc_ok_response.json": [[]],
    "doc_subscribed_response.json": [[]],
    "doc_unsubscribed_response.json": [[]],
    "doc_list_subscriptions_response.json": [[]],
    "doc_error_response.json": [UNKNOWN] * 5,
    "doc_event_lifecycle.json": [UNKNOWN],
    "doc_fill.json": [UNKNOWN],
    "doc_user_order.json": [UNKNOWN],
    "doc_market_position.json": [UNKNOWN],
    "doc_subscribe_command.json": LACKING,
    "doc_unsubscribe_command.json": [LACKING],
    "doc_update_subscription_command.json": [LACKING],
    "doc_update_subscription_delete_command.json": [LACKING],
    "doc_update_subscription_get_snapshot_command.json": [LACKING],
    "doc_list_subscriptions_command.json": [LACKING],
}
# By the rules: midpoint of a tight spread, else the last trade, else the side that exists.
TICKER_PRICES = [
    "0.140000",
    "0.970000",
    "0.970000",
    "0.395000",
    "0.830000",
    "0.930000",
    "0.950000",
    "0.990000",
    "0.180000",
    "0.045000",
]


def outcomes(feed: Feed, text: str) -> list[Any]:
    """Return the channels that each message of a file publishes on, or why it is refused."""
    document = json.loads(text)
    found: list[Any] = []
    for message in document if isinstance(document, list) else [document]:
        try:
            found.append([publication.channel.value for publication in feed.send(message)])
        except Rejected as rejected:
            found.append(rejected.reason)
    return found


def polymarket() -> Feed:
    """Return a feed that knows the samples' markets."""
    known = catalog(sample("catalog.jsonl"))
    markets = exchange_markets(known)
    return Feed(PolymarketNormaliser(registry=known, markets=markets), markets, known)


@pytest.mark.parametrize("name", POLYMARKET)
def test_polymarket(name: str) -> None:
    assert outcomes(polymarket(), sample(f"polymarket/{name}").read_text()) == POLYMARKET[name]


@pytest.mark.parametrize("name", KALSHI)
def test_kalshi(name: str) -> None:
    found = outcomes(kalshi(), sample(f"kalshi/{name}").read_text())
    expected = KALSHI[name]
    assert found == (expected if isinstance(expected, list) else [expected] * len(found))


@pytest.mark.parametrize("exchange", ["polymarket", "kalshi"])
def test_no_sample_is_left_out(exchange: str) -> None:
    files = {file.name for file in sample(exchange).glob("*.json")}

    assert files == set(POLYMARKET if exchange == "polymarket" else KALSHI)


def test_recorded_tickers_have_the_prices_of_the_rules() -> None:
    lines = sample("kalshi/rec_ticker_2026-02.jsonl").read_bytes().splitlines()

    assert [yes_prices(kalshi().send(line)) for line in lines] == [[p] for p in TICKER_PRICES]


def test_the_documented_snapshot_and_its_delta() -> None:
    feed = kalshi()
    snapshot = json.loads(sample("kalshi/doc_orderbook_snapshot.json").read_text())
    delta = json.loads(sample("kalshi/doc_orderbook_delta.json").read_text())
    [book] = books(feed.send(snapshot, received_at=START))

    assert [level["price"] for level in book["bids"]] == ["0.220000", "0.080000"]
    assert [level["price"] for level in book["asks"]] == ["0.440000", "0.460000"]
    assert feed.send(delta) == []  # takes from a level that is not there


def test_a_price_change_of_the_second_generation_on_its_book() -> None:
    message = json.loads(sample("polymarket/price_change_v2.json").read_text())
    feed = polymarket()
    empty = {
        "event_type": "book",
        "market": message["market"],
        "asset_id": message["price_changes"][0]["asset_id"],
        "bids": [],
        "asks": [{"price": "0.7", "size": "1"}],
        "timestamp": message["timestamp"],
    }
    published = feed.send_all([empty, message])

    # Its bid at 0.7 meets the ask at 0.7, and it states 0.6 as the best bid: held.
    assert len(books(published)) == 1
    assert feed.markets.tallies == {"book_held": 1}


def test_prices_of_documented_messages() -> None:
    ticker = json.loads(sample("kalshi/doc_ticker.json").read_text())
    trade = json.loads(sample("kalshi/doc_trade.json").read_text())

    assert yes_prices(kalshi().send(as_bytes(ticker))) == ["0.490000"]
    [price] = prices(kalshi().send(as_bytes(trade)))
    assert (price["yesPrice"], price["volume24h"]) == ("0.360000", "87.04")
