import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.schemas.copy_trade import CopyTrade

EXAMPLE: dict[str, object] = {
    "event": "executed",
    "subscriptionId": "s-1",
    "targetWalletAddress": "0xfeed",
    "targetDisplayName": "Zoë",
    "orderId": "o-1",
    "marketId": "m-1",
    "marketTitle": "Will it rain?",
    "side": "no",
    "action": "sell",
    "price": "0.250000",
    "quantity": "10.000000",
    "total": "2.500000",
    "sizingStrategy": "percentage",
    "originalTradeSize": "1234.500000",
    "executedAt": "2026-05-04T03:02:01.007Z",
}
SKIPPED = EXAMPLE | {"event": "skipped", "sizingStrategy": "fixed"}
del SKIPPED["orderId"], SKIPPED["targetDisplayName"]


@pytest.mark.parametrize("example", [EXAMPLE, SKIPPED])
def test_example_survives_the_way_there_and_back(example: dict[str, object]) -> None:
    assert there_and_back(CopyTrade, compact(example)) == compact(example)


def test_reference_example_survives_the_way_there_and_back() -> None:
    example = reference_example("user:copy-trade")

    assert there_and_back(CopyTrade, example) == example
