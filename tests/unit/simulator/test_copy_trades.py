from random import Random
from typing import Any

from tests.unit.simulator.builders import NOW, payloads, with_book
from vezta_stream.simulator.accounts import Account
from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.copy_trades import CopyDesk
from vezta_stream.simulator.emissions import Emission, Topic
from vezta_stream.simulator.orders import OrderDesk


def copied(seed: int) -> list[Emission]:
    """Return all that comes of one detected trade."""
    agenda, rng = Agenda(), Random(seed)
    desk = OrderDesk(account=Account(user="ada", rng=rng), agenda=agenda, rng=rng, repeat_event=0.0)
    first = CopyDesk(user="ada", desk=desk, rng=rng).copy(with_book({480: 10}, {520: 10}), NOW)
    return [*first, *(each for n in range(1, 100) for each in agenda.run(NOW + 500 * n))]


def events(emissions: list[Emission]) -> list[dict[str, Any]]:
    return payloads(emissions, Topic.COPY_TRADE)


def test_a_trade_is_detected_and_then_executed_failed_or_skipped() -> None:
    ends = set()
    for seed in range(60):
        first, last = events(copied(seed))
        assert first["event"] == "detected"
        assert first["subscriptionId"] == last["subscriptionId"]
        ends.add(last["event"])

    assert ends == {"executed", "failed", "skipped"}


def test_an_executed_copy_names_an_order_that_was_filled() -> None:
    for seed in range(60):
        emissions = copied(seed)
        last = events(emissions)[-1]
        orders = payloads(emissions, Topic.ORDERS)
        if last["event"] == "executed":
            assert orders[-1]["status"] == "FILLED"
            assert orders[-1]["source"] == "copy-trade"
            assert last["orderId"] == orders[-1]["orderId"]
            assert last["price"] == orders[-1]["avgFillPrice"]
        else:
            assert "orderId" not in last
            assert not orders or orders[-1]["status"] != "FILLED"


def test_the_user_is_told_how_a_copy_ended() -> None:
    told = {
        each["type"] for seed in range(60) for each in payloads(copied(seed), Topic.NOTIFICATIONS)
    }

    assert {"copy_trade_executed", "copy_trade_failed"} <= told


def test_sizes_follow_the_strategy() -> None:
    for seed in range(40):
        first = events(copied(seed))[0]
        if first["sizingStrategy"] == "fixed":
            assert first["quantity"] == "50.000000"
        else:
            assert float(first["quantity"]) == float(first["originalTradeSize"]) / 10
