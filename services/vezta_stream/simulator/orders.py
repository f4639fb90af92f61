"""The simulated order backend: orders that live their whole life at a market's prices."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final

from vezta_stream.core.decimals import MICROS, divide_half_up
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.orders import OrderSource, OrderStatus, OrderType
from vezta_stream.simulator.accounts import Account, record_of, touch
from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.notices import order_notice
from vezta_stream.simulator.order_lives import LIVES, Step, Working
from vezta_stream.simulator.texts import uuid_text

_MOST_HOLDINGS: Final = 10
_ALSO_WHEN_CLOSED: Final = frozenset({OrderStatus.REJECTED, OrderStatus.FAILED})


Done = Callable[[Working, int], list[InputRecord]]


class OrderDesk:
    """Places the orders of one user and lets them live; fills reach the account.

    Some events come twice, at once or late: the backend promises no better.
    """

    def __init__(
        self, *, account: Account, agenda: Agenda, rng: Random, repeat_event: float
    ) -> None:
        self._account = account
        self._agenda = agenda
        self._rng = rng
        self._repeat_event = repeat_event

    def trade(self, market: Market, now_ms: int) -> list[InputRecord]:
        """Place an order of the user's own: in this market, or out of one already held."""
        source = self._rng.choice((OrderSource.MANUAL, OrderSource.MANUAL, OrderSource.SNIPER))
        sellable = [
            each
            for each in self._account.holdings
            if each.position_id not in self._account.selling and not each.market.is_closed
        ]
        if not sellable or (len(sellable) < _MOST_HOLDINGS and self._rng.random() < 0.65):
            outcome = self._rng.choice((Outcome.YES, Outcome.NO))
            quantity = self._rng.choice((10, 20, 25, 50, 100)) * MICROS
            return self.place(market, outcome, Side.BUY, quantity, source, now_ms, done=_nothing)
        holding = self._rng.choice(sellable)
        self._account.selling.add(holding.position_id)
        part = holding.shares * self._rng.choice((25, 50, 100)) // 100
        quantity = part // MICROS * MICROS or holding.shares
        return self.place(
            holding.market,
            holding.outcome,
            Side.SELL,
            quantity,
            source,
            now_ms,
            done=lambda order, now: self._release(holding.position_id),
        )

    def place(
        self,
        market: Market,
        outcome: Outcome,
        action: Side,
        quantity: int,
        source: OrderSource,
        now_ms: int,
        *,
        done: Done,
    ) -> list[InputRecord]:
        """Place an order; `done` is called once, when it has ended."""
        type_ = self._rng.choice((OrderType.MARKET, OrderType.LIMIT, OrderType.LIMIT))
        price = touch(market, outcome, action)
        if type_ is OrderType.LIMIT:
            better = 1000 * market.tick * self._rng.randint(0, 2)
            price = (
                max(1000, price - better) if action is Side.BUY else min(999_000, price + better)
            )
        order = Working(
            uuid_text(self._rng), market, outcome, action, type_, source, price, quantity
        )
        [steps] = self._rng.choices([life for life, _ in LIVES], [weight for _, weight in LIVES])
        return self._advance(order, steps, done, now_ms)

    def _advance(
        self, order: Working, steps: tuple[Step, ...], done: Done, now_ms: int
    ) -> list[InputRecord]:
        """Take the first of the steps and plan the others."""
        step, rest = steps[0], steps[1:]
        if order.market.is_closed and step.status not in _ALSO_WHEN_CLOSED:
            step, rest = Step(0, OrderStatus.CANCELLED), ()
        self._fill(order, step)
        event = record_of(Topic.ORDERS, self._account.user, order.enter(step.status, now_ms))
        records = [event, *order_notice(self._account.user, order, now_ms, self._rng)]
        if self._rng.random() < self._repeat_event:
            self._agenda.plan(now_ms + self._rng.randint(1, 3000), lambda _: [event])
        if not rest:
            return records + done(order, now_ms)
        wait = max(1, round(rest[0].wait_ms * self._rng.uniform(0.5, 2)))
        self._agenda.plan(now_ms + wait, partial(self._advance, order, rest, done))
        return records

    def _fill(self, order: Working, step: Step) -> None:
        """Fill up to the step's share at the market's price, or at the limit if better."""
        shares = order.quantity * step.filled // 100 - order.filled
        if shares <= 0 or order.market.is_closed:
            return
        price = touch(order.market, order.outcome, order.action)
        if order.type is OrderType.LIMIT:
            price = min(price, order.price) if order.action is Side.BUY else max(price, order.price)
        cost, fee = divide_half_up(shares * price, MICROS), order.fee
        order.filled += shares
        order.cost += cost
        book = self._account.buy if order.action is Side.BUY else self._account.sell
        book(order.market, order.outcome, shares, cost)
        self._account.charge(order.fee - fee)

    def _release(self, position_id: str) -> list[InputRecord]:
        self._account.selling.discard(position_id)
        return []


def _nothing(order: Working, now_ms: int) -> list[InputRecord]:
    return []
