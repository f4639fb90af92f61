from collections import defaultdict
from random import Random
from typing import Any

import msgspec

from tests.unit.simulator.builders import NOW, payloads, with_book
from vezta_stream.core.decimals import MICROS, parse_units
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.orders import OrderSource, OrderStatus
from vezta_stream.simulator.accounts import Account
from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.emissions import Emission, InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.order_lives import Working
from vezta_stream.simulator.orders import OrderDesk

QUANTITY = 100 * MICROS


class Office:
    """A desk with its account, run until everything planned has happened."""

    def __init__(self, *, seed: int = 1, repeat_event: float = 0.0) -> None:
        self.agenda = Agenda()
        self.account = Account(user="ada", rng=Random(seed))
        self.market = with_book({480: 10}, {520: 10})
        self.ended: list[Working] = []
        self.desk = OrderDesk(
            account=self.account,
            agenda=self.agenda,
            rng=Random(seed),
            repeat_event=repeat_event,
        )

    def place(self, action: Side = Side.BUY) -> list[Emission]:
        """Place one order and return all that comes of it."""
        first: list[Emission] = [
            *self.desk.place(
                self.market,
                Outcome.YES,
                action,
                QUANTITY,
                OrderSource.MANUAL,
                NOW,
                done=self._done,
            )
        ]
        return first + self.later()

    def later(self, market: Market | None = None) -> list[Emission]:
        return [each for n in range(1, 200) for each in self.agenda.run(NOW + 500 * n)]

    def _done(self, order: Working, now_ms: int) -> list[InputRecord]:
        self.ended.append(order)
        return []


def lives(*, repeat_event: float = 0.0, count: int = 80) -> list[list[dict[str, Any]]]:
    """Return the events of many orders, each from its own office."""
    return [
        payloads(Office(seed=seed, repeat_event=repeat_event).place(), Topic.ORDERS)
        for seed in range(count)
    ]


def test_an_order_lives_from_created_to_a_terminal_status() -> None:
    for events in lives():
        assert events[0]["status"] == "CREATED"
        assert OrderStatus(events[-1]["status"]).is_terminal
        assert [each["previousStatus"] for each in events] == [
            None,
            *(each["status"] for each in events[:-1]),
        ]
        times = [each["updatedAt"] for each in events]
        assert times == sorted(set(times))


def test_orders_end_in_every_way() -> None:
    assert {events[-1]["status"] for events in lives()} == {
        "FILLED",
        "CANCELLED",
        "REJECTED",
        "FAILED",
    }


def test_fills_only_grow_and_cost_no_more_than_the_limit() -> None:
    for events in lives():
        filled = [parse_units(each["filledQuantity"], 6) for each in events]
        assert filled == sorted(filled)
        assert (filled[-1] == QUANTITY) == (events[-1]["status"] == "FILLED")
        if events[-1]["type"] == "limit" and "avgFillPrice" in events[-1]:
            assert events[-1]["avgFillPrice"] <= events[-1]["price"]


def test_what_is_bought_reaches_the_account() -> None:
    for seed in range(30):
        office = Office(seed=seed)
        events = payloads(office.place(), Topic.ORDERS)
        filled = parse_units(events[-1]["filledQuantity"], 6)
        assert sum(each.shares for each in office.account.holdings) == filled
        assert [each.filled for each in office.ended] == [filled]


def test_what_is_sold_leaves_the_account_and_never_below_the_limit() -> None:
    for seed in range(30):
        office = Office(seed=seed)
        office.account.buy(office.market, Outcome.YES, QUANTITY, QUANTITY // 2)
        [*_, last] = payloads(office.place(Side.SELL), Topic.ORDERS)
        left = sum(each.shares for each in office.account.holdings)
        assert left == QUANTITY - parse_units(last["filledQuantity"], 6)
        if last["type"] == "limit" and "avgFillPrice" in last:
            assert last["avgFillPrice"] >= last["price"]


def test_repeated_events_are_the_same_bytes_later() -> None:
    office = Office(repeat_event=1.0)

    values: dict[bytes, int] = defaultdict(int)
    for each in office.place():
        if isinstance(each, InputRecord) and each.topic is Topic.ORDERS:
            values[each.value] += 1

    assert set(values.values()) == {2}


def test_an_order_in_a_closed_market_is_cancelled_without_a_fill() -> None:
    for seed in range(30):
        office = Office(seed=seed)
        office.desk.trade(office.market, NOW)
        office.market.is_closed = True
        [last] = payloads(office.later(), Topic.ORDERS)[-1:]
        assert last["status"] in {"CANCELLED", "REJECTED", "FAILED"}
        assert office.account.holdings == []


def test_users_buy_first_and_sell_what_they_hold() -> None:
    office = Office()
    actions = []
    for n in range(60):
        records = office.desk.trade(office.market, NOW + 100_000 * n)
        actions.append(msgspec.json.decode(records[0].value)["action"])
        for step in range(1, 100):
            office.agenda.run(NOW + 100_000 * n + 500 * step)

    assert actions[0] == "buy"
    assert "sell" in actions
    assert office.account.selling == set()


def test_a_holding_is_sold_by_one_order_at_a_time() -> None:
    office = Office()
    office.account.buy(office.market, Outcome.YES, QUANTITY, QUANTITY // 2)

    records = [office.desk.trade(office.market, NOW)[0] for _ in range(40)]

    actions = [msgspec.json.decode(each.value)["action"] for each in records]
    assert actions.count("sell") == 1
