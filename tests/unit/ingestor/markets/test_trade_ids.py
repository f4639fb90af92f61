"""Derived identities, worked out apart, and the window of known ones."""

from vezta_stream.ingestor.markets import trade_ids
from vezta_stream.ingestor.markets.trade_ids import TradeIds


def test_a_market_is_named_by_its_source_and_external_id() -> None:
    named = trade_ids.market_id("kalshi", "KXRAIN-26SEP29-T1")

    assert named == "3d88e908-2798-58a2-bc5d-f68fc835a7d9"


def test_a_polymarket_trade_is_named_by_asset_transaction_side_price_and_size() -> None:
    # "trade:polymarket:71:0xabc:buy:0.480000:219.217767"
    named = trade_ids.polymarket_trade_id(
        asset_id="71", print_id="0xabc", side="buy", price=480_000, size=219_217_767
    )

    assert named == "e1f9b3f3-e39c-5f35-bfae-36df4224c5bd"


def test_its_numbers_always_have_six_digits() -> None:
    # "trade:polymarket:71:1790640000000:sell:1.000000:0.000001"
    named = trade_ids.polymarket_trade_id(
        asset_id="71", print_id="1790640000000", side="sell", price=1_000_000, size=1
    )

    assert named == "0d03e019-eb46-5ef3-b568-42abdedba5cc"


def test_a_whale_signal_is_named_by_its_trade() -> None:
    assert trade_ids.whale_signal_id("t1") == "38a25271-647d-5933-9886-f5b79b75cd57"


def test_an_id_is_known_once_it_was_added() -> None:
    known = TradeIds(2)
    known.add("a")

    assert "a" in known
    assert "b" not in known


def test_the_oldest_ids_leave_first() -> None:
    known = TradeIds(2)
    for trade_id in ("a", "b", "c"):
        known.add(trade_id)

    assert [trade_id in known for trade_id in ("a", "b", "c")] == [False, True, True]
