import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.schemas.orders import Order, OrderStatus

EXAMPLE: dict[str, object] = {
    "orderId": "o-1",
    "marketId": "m-1",
    "marketSlug": "will-it-rain",
    "exchange": "kalshi",
    "side": "no",
    "type": "limit",
    "action": "sell",
    "status": "PARTIALLY_FILLED",
    "previousStatus": "OPEN",
    "price": "0.400000",
    "quantity": "100.000000",
    "filledQuantity": "30.000000",
    "avgFillPrice": "0.390000",
    "total": "40.000000",
    "fee": "-0.100000",
    "source": "counter-trade",
    "updatedAt": "2026-05-04T03:02:01.007Z",
}
FIRST = EXAMPLE | {"previousStatus": None, "status": "CREATED", "filledQuantity": "0.000000"}
del FIRST["avgFillPrice"]


@pytest.mark.parametrize("example", [EXAMPLE, FIRST])
def test_example_survives_the_way_there_and_back(example: dict[str, object]) -> None:
    assert there_and_back(Order, compact(example)) == compact(example)


def test_reference_example_survives_the_way_there_and_back() -> None:
    example = reference_example("user:orders")

    assert there_and_back(Order, example) == example


def test_terminal_statuses_are_those_that_an_order_never_leaves() -> None:
    terminal = {status.value for status in OrderStatus if status.is_terminal}

    assert terminal == {"FILLED", "CANCELLED", "REJECTED", "FAILED"}
