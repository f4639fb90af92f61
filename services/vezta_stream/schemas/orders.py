"""`user:orders`."""

import msgspec

from vezta_stream.core.decimals import Price, Signed6, Size
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import Word
from vezta_stream.schemas.market import Outcome, Side, Source


class OrderType(Word):
    """How an order is priced."""

    MARKET = "market"
    LIMIT = "limit"


class OrderStatus(Word):
    """Where an order is in its life."""

    CREATED = "CREATED"
    SUBMITTING = "SUBMITTING"
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"

    @property
    def is_terminal(self) -> bool:
        """Whether the order never leaves this status."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.FAILED}
)


class OrderSource(Word):
    """What placed the order."""

    MANUAL = "manual"
    COPY_TRADE = "copy-trade"
    SNIPER = "sniper"
    COUNTER_TRADE = "counter-trade"


class Order(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One state transition of one order. `previous_status` is `None` for the first one known."""

    order_id: str
    market_id: str
    market_slug: str
    exchange: Source
    side: Outcome
    type: OrderType
    action: Side
    status: OrderStatus
    previous_status: OrderStatus | None
    price: Price
    quantity: Size
    filled_quantity: Size
    avg_fill_price: Price | msgspec.UnsetType = msgspec.UNSET
    total: Signed6
    fee: Signed6
    source: OrderSource
    updated_at: Instant
