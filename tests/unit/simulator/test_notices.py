from random import Random

import msgspec
import pytest

from tests.unit.simulator.builders import NOW, with_book
from vezta_stream.core.decimals import MICROS
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.orders import OrderSource, OrderStatus, OrderType
from vezta_stream.simulator.accounts import Holding
from vezta_stream.simulator.notices import occasional_notice, order_notice, settlement_notice
from vezta_stream.simulator.order_lives import Working

MARKET = with_book({480: 10}, {520: 10})


def order(status: OrderStatus | None) -> Working:
    return Working(
        order_id="o",
        market=MARKET,
        outcome=Outcome.YES,
        action=Side.BUY,
        type=OrderType.LIMIT,
        source=OrderSource.MANUAL,
        price=500_000,
        quantity=100 * MICROS,
        filled=40 * MICROS if status is OrderStatus.FILLED else 0,
        cost=20 * MICROS,
        status=status,
    )


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (OrderStatus.FILLED, "order_filled"),
        (OrderStatus.PARTIALLY_FILLED, "order_partially_filled"),
        (OrderStatus.CANCELLED, "order_cancelled"),
        (OrderStatus.REJECTED, "order_failed"),
        (OrderStatus.FAILED, "order_failed"),
    ],
)
def test_users_are_told_of_fills_and_ends(status: OrderStatus, type_: str) -> None:
    [record] = order_notice("ada", order(status), NOW, Random(1))

    notification = msgspec.json.decode(record.value)
    assert record.key == notification["userId"] == "ada"
    assert notification["type"] == type_
    assert notification["read"] is False
    assert notification["actionUrl"] == "/market/gold-above-2000"


def test_the_message_says_what_was_filled_at_which_price() -> None:
    [record] = order_notice("ada", order(OrderStatus.FILLED), NOW, Random(1))

    assert msgspec.json.decode(record.value)["message"] == (
        "Your buy order for 100 YES shares on 'Gold above $2000?' was filled at $0.500000"
    )


@pytest.mark.parametrize("status", [None, OrderStatus.CREATED, OrderStatus.OPEN])
def test_users_are_not_told_of_every_step(status: OrderStatus | None) -> None:
    assert order_notice("ada", order(status), NOW, Random(1)) == []


def test_holders_are_told_of_a_resolution() -> None:
    record = settlement_notice("ada", Holding("p", MARKET, Outcome.NO), NOW, Random(1))

    notification = msgspec.json.decode(record.value)
    assert notification["type"] == "market_resolved"
    assert "NO shares" in notification["message"]


def test_now_and_then_there_is_a_price_alert_or_a_reward() -> None:
    rng = Random(1)
    notifications = [
        msgspec.json.decode(occasional_notice("ada", MARKET, NOW, rng).value) for _ in range(60)
    ]

    assert {each["type"] for each in notifications} == {
        "price_alert",
        "mission_completed",
        "reward_earned",
        "streak_milestone",
    }
    assert all(("marketId" in each) == (each["type"] == "price_alert") for each in notifications)
