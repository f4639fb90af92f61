"""What the life of a simulated order can look like, and one such order."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from vezta_stream.core.decimals import MICROS, Price, Signed6, Size, divide_half_up
from vezta_stream.core.times import Instant
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.orders import Order, OrderSource, OrderStatus, OrderType
from vezta_stream.simulator.market import Market

_FEE_DIVISOR: Final = 100


class Step(NamedTuple):
    """The next status, after how long, and how much is filled by then in percent."""

    wait_ms: int
    status: OrderStatus
    filled: int = 0


_PLACED: Final = (
    Step(0, OrderStatus.CREATED),
    Step(120, OrderStatus.SUBMITTING),
)
_RESTING: Final = (*_PLACED, Step(250, OrderStatus.OPEN))
_PART: Final = Step(1500, OrderStatus.PARTIALLY_FILLED, 40)
_FILL: Final = Step(900, OrderStatus.FILLED, 100)
_CANCEL: Final = (Step(4000, OrderStatus.CANCELLING), Step(300, OrderStatus.CANCELLED))
# Each with its weight.
LIVES: Final = (
    ((*_RESTING, _FILL), 40),
    ((*_RESTING, _PART, _FILL), 20),
    ((*_RESTING, _PART, Step(2500, OrderStatus.PARTIALLY_FILLED, 75), _FILL), 12),
    ((*_RESTING, *_CANCEL), 12),
    ((*_RESTING, _PART, *_CANCEL), 8),
    ((*_PLACED, Step(200, OrderStatus.REJECTED)), 5),
    ((*_PLACED, Step(3000, OrderStatus.FAILED)), 3),
)


@dataclass
class Working:
    """One order on its way; `cost` is what its fills came to, in micros."""

    order_id: str
    market: Market
    outcome: Outcome
    action: Side
    type: OrderType
    source: OrderSource
    price: int
    quantity: int
    filled: int = 0
    cost: int = 0
    status: OrderStatus | None = None

    @property
    def average(self) -> int | None:
        """The average price of its fills."""
        return divide_half_up(self.cost * MICROS, self.filled) if self.filled else None

    @property
    def fee(self) -> int:
        """One percent of what was filled."""
        return divide_half_up(self.cost, _FEE_DIVISOR)

    def enter(self, status: OrderStatus, now_ms: int) -> Order:
        """Take the order to `status` and return the event of it."""
        previous, self.status = self.status, status
        remaining = 0 if status.is_terminal else self.quantity - self.filled
        average = self.average
        return Order(
            order_id=self.order_id,
            market_id=self.market.listing.market_id,
            market_slug=self.market.listing.slug,
            exchange=self.market.listing.source,
            side=self.outcome,
            type=self.type,
            action=self.action,
            status=status,
            previous_status=previous,
            price=Price(self.price),
            quantity=Size(self.quantity),
            filled_quantity=Size(self.filled),
            avg_fill_price=msgspec.UNSET if average is None else Price(average),
            total=Signed6(self.cost + divide_half_up(remaining * self.price, MICROS)),
            fee=Signed6(self.fee),
            source=self.source,
            updated_at=Instant(now_ms),
        )
