from typing import Any

import msgspec

from tests.unit.simulator.builders import NOW, listing, with_book
from vezta_stream.simulator import polymarket_messages as messages
from vezta_stream.simulator.book import Change
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.polymarket_messages import Hashes, Print
from vezta_stream.simulator.texts import BARE, PADDED, SHARE, TRIMMED

HASHES = Hashes("a" * 40, "b" * 40)
CHANGE = Change(True, 480, 0, 40 * SHARE)


def a_market() -> Market:
    return with_book({480: 40, 470: 30}, {520: 20})


def price_change(made: Market, *, no_first: bool = False, **options: Any) -> dict[str, Any]:
    text = messages.price_change(
        made,
        [CHANGE],
        hashes=HASHES,
        prices=options.get("prices", TRIMMED),
        no_first=no_first,
        at=NOW,
    )
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def test_a_price_change_says_the_same_of_both_tokens() -> None:
    assert price_change(a_market()) == {
        "market": "0xabc",
        "price_changes": [
            {
                "asset_id": "111",
                "price": "0.48",
                "size": "40",
                "side": "BUY",
                "hash": HASHES.yes,
                "best_bid": "0.48",
                "best_ask": "0.52",
            },
            {
                "asset_id": "222",
                "price": "0.52",
                "size": "40",
                "side": "SELL",
                "hash": HASHES.no,
                "best_bid": "0.48",
                "best_ask": "0.52",
            },
        ],
        "timestamp": str(NOW),
        "event_type": "price_change",
    }


def test_either_token_may_come_first() -> None:
    message = price_change(a_market(), no_first=True)

    assert [change["asset_id"] for change in message["price_changes"]] == ["222", "111"]


def test_an_empty_side_is_written_as_nought_or_one() -> None:
    yes, no = price_change(with_book({480: 1}, {}))["price_changes"]

    assert (yes["best_bid"], yes["best_ask"]) == ("0.48", "1")
    assert (no["best_bid"], no["best_ask"]) == ("0", "0.52")


def test_prices_may_be_written_in_other_ways() -> None:
    assert price_change(a_market(), prices=BARE)["price_changes"][0]["price"] == ".48"
    assert price_change(a_market(), prices=PADDED)["price_changes"][0]["price"] == "0.48"


def test_a_book_has_the_best_prices_last() -> None:
    made = a_market()
    made.last_print = 525

    book = msgspec.json.decode(messages.book(made, yes=True, hash_="h", at=NOW))

    assert book == {
        "market": "0xabc",
        "asset_id": "111",
        "bids": [{"price": "0.47", "size": "30"}, {"price": "0.48", "size": "40"}],
        "asks": [{"price": "0.52", "size": "20"}],
        "hash": "h",
        "timestamp": str(NOW),
        "tick_size": "0.01",
        "event_type": "book",
        "last_trade_price": "0.525",
    }


def test_the_other_tokens_book_is_the_mirror() -> None:
    book = msgspec.json.decode(messages.book(a_market(), yes=False, hash_="h", at=NOW))

    assert book["asset_id"] == "222"
    assert book["bids"] == [{"price": "0.48", "size": "20"}]
    assert book["asks"] == [{"price": "0.53", "size": "30"}, {"price": "0.52", "size": "40"}]
    assert "last_trade_price" not in book


def test_a_trade_names_token_side_and_transaction() -> None:
    trade = Print(token="222", side="SELL", price=480, size=1_500_000, transaction="f" * 64)

    message = msgspec.json.decode(messages.last_trade_price(a_market(), trade, at=NOW))

    assert message == {
        "market": "0xabc",
        "asset_id": "222",
        "price": "0.48",
        "size": "1.5",
        "fee_rate_bps": "0",
        "side": "SELL",
        "timestamp": str(NOW),
        "event_type": "last_trade_price",
        "transaction_hash": "0x" + "f" * 64,
    }


def test_best_prices_are_told_of_either_token() -> None:
    made = with_book({470: 1}, {520: 1})
    yes, no = (
        msgspec.json.decode(messages.best_bid_ask(made, yes=each, at=NOW)) for each in (True, False)
    )

    assert (yes["asset_id"], yes["best_bid"], yes["best_ask"]) == ("111", "0.47", "0.52")
    assert (no["asset_id"], no["best_bid"], no["best_ask"]) == ("222", "0.48", "0.53")
    assert yes["spread"] == no["spread"] == "0.05"


def test_a_change_of_the_tick_names_both_sizes() -> None:
    made = a_market()
    made.tick = 1

    message = msgspec.json.decode(messages.tick_size_change(made, yes=False, old=10, at=NOW))

    assert message["asset_id"] == "222"
    assert (message["old_tick_size"], message["new_tick_size"]) == ("0.01", "0.001")


def test_a_new_market_is_announced_with_its_tokens() -> None:
    message = msgspec.json.decode(messages.new_market(a_market(), at=NOW))

    assert message["condition_id"] == message["market"] == "0xabc"
    assert message["assets_ids"] == message["clob_token_ids"] == ["111", "222"]
    assert message["order_price_min_tick_size"] == "0.01"
    assert message["question"] == "Gold above $2000?"


def test_a_resolution_names_the_winning_token() -> None:
    for yes_won, token, outcome in ((True, "111", "Yes"), (False, "222", "No")):
        text = messages.market_resolved(listing(), yes_won=yes_won, at=NOW)
        message = msgspec.json.decode(text)
        assert (message["winning_asset_id"], message["winning_outcome"]) == (token, outcome)
