import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.schemas.portfolio import Portfolio

EXAMPLE: dict[str, object] = {
    "totalValue": "114.000000",
    "totalCost": "112.000000",
    "unrealizedPnl": "2.000000",
    "unrealizedPnlPercent": "1.7857",
    "realizedPnl": "-3.500000",
    "dayPnl": "-6.000000",
    "dayPnlPercent": "-5.0000",
    "positions": [
        {
            "positionId": "p-1",
            "marketId": "m-1",
            "marketTitle": "Will it rain in Málaga?",
            "side": "no",
            "shares": "40.000000",
            "entryPrice": "0.300000",
            "currentPrice": "0.350000",
            "value": "14.000000",
            "unrealizedPnl": "2.000000",
            "unrealizedPnlPercent": "16.6667",
        }
    ],
    "updatedAt": "2026-05-04T03:02:01.007Z",
}


@pytest.mark.parametrize("example", [EXAMPLE, EXAMPLE | {"positions": []}])
def test_example_survives_the_way_there_and_back(example: dict[str, object]) -> None:
    assert there_and_back(Portfolio, compact(example)) == compact(example)


def test_reference_example_survives_the_way_there_and_back() -> None:
    example = reference_example("user:portfolio")

    assert there_and_back(Portfolio, example) == example
