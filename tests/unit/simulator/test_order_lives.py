import msgspec

from tests.unit.simulator.builders import NOW, with_book
from vezta_stream.core.decimals import MICROS
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.orders import OrderSource, OrderStatus, OrderType
from vezta_stream.simulator.order_lives import LIVES, Working


def order(*, filled: int = 0, cost: int = 0) -> Working:
    return Working(
        order_id="o",
        market=with_book({480: 10}, {520: 10}),
        outcome=Outcome.YES,
        action=Side.BUY,
        type=OrderType.LIMIT,
        source=OrderSource.MANUAL,
        price=500_000,
        quantity=100 * MICROS,
        filled=filled * MICROS,
        cost=cost * MICROS,
    )


def test_every_life_begins_created_and_ends_in_a_terminal_status() -> None:
    for steps, weight in LIVES:
        statuses = [step.status for step in steps]
        assert weight > 0
        assert statuses[0] is OrderStatus.CREATED
        assert statuses[-1].is_terminal
        assert not any(status.is_terminal for status in statuses[:-1])
        filled = [step.filled for step in steps if step.filled]
        assert filled == sorted(filled)
        assert (OrderStatus.FILLED in statuses) == (100 in filled)


def test_an_event_names_the_status_before() -> None:
    working = order()

    assert working.enter(OrderStatus.CREATED, NOW).previous_status is None
    assert working.enter(OrderStatus.OPEN, NOW).previous_status is OrderStatus.CREATED


def test_an_unfilled_order_is_worth_its_limit_and_has_no_average() -> None:
    event = order().enter(OrderStatus.OPEN, NOW)

    assert (str(event.total), str(event.fee)) == ("50.000000", "0.000000")
    assert event.avg_fill_price is msgspec.UNSET


def test_a_partly_filled_order_counts_fills_at_cost_and_the_rest_at_the_limit() -> None:
    event = order(filled=40, cost=16).enter(OrderStatus.PARTIALLY_FILLED, NOW)

    assert str(event.avg_fill_price) == "0.400000"
    assert str(event.total) == "46.000000"
    assert str(event.fee) == "0.160000"


def test_an_ended_order_counts_its_fills_only() -> None:
    event = order(filled=40, cost=16).enter(OrderStatus.CANCELLED, NOW)

    assert str(event.total) == "16.000000"
