from typing import Any

import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.schemas.market import OrderBook, PriceUpdate, Trade

PRICE = {
    "marketId": "m-1",
    "slug": "will-it-rain",
    "yesPrice": "0.430000",
    "noPrice": "0.570000",
    "volume24h": "0.00",
    "change5m": "-0.010000",
    "change1h": "0.000000",
    "change24h": "0.430000",
    "source": "kalshi",
    "updatedAt": "2026-05-04T03:02:01.007Z",
}
BOOK = {
    "marketId": "m-1",
    "source": "polymarket",
    "bids": [{"price": "0.420000", "size": "10.500000"}, {"price": "0.410000", "size": "0.000001"}],
    "asks": [{"price": "0.440000", "size": "123456789.000000"}],
    "spread": "0.020000",
    "updatedAt": "2026-05-04T03:02:01.007Z",
}
TRADE = {
    "id": "t-1",
    "marketId": "m-1",
    "source": "polymarket",
    "side": "sell",
    "outcome": "no",
    "price": "0.570000",
    "size": "2.000000",
    "amount": "1.14",
    "makerAddress": "0xa",
    "takerAddress": "0xb",
    "txHash": "0xc",
    "tradedAt": "2026-05-04T03:02:01.007Z",
}
ADDRESSES = ("makerAddress", "takerAddress", "txHash")


@pytest.mark.parametrize(
    ("type_", "example"),
    [
        (PriceUpdate, PRICE),
        (OrderBook, BOOK),
        (OrderBook, BOOK | {"bids": [], "spread": None}),
        (OrderBook, BOOK | {"bids": [], "asks": [], "spread": None}),
        (Trade, TRADE),
        (Trade, {name: value for name, value in TRADE.items() if name not in ADDRESSES}),
    ],
)
def test_example_survives_the_way_there_and_back(
    type_: type[Any], example: dict[str, object]
) -> None:
    assert there_and_back(type_, compact(example)) == compact(example)


@pytest.mark.parametrize(
    ("type_", "channel"),
    [
        (PriceUpdate, "market:prices"),
        (OrderBook, "market:orderbook"),
        (Trade, "market:trades"),
    ],
)
def test_reference_example_survives_the_way_there_and_back(type_: type[Any], channel: str) -> None:
    example = reference_example(channel)

    assert there_and_back(type_, example) == example
