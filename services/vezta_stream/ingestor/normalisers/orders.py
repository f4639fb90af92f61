"""`orders.events` to `user:orders`: every transition once, in an order that makes sense."""

from collections import OrderedDict
from typing import NamedTuple

import msgspec

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import Price, Signed6, Size
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.normalisers.backend import Id, UserReader, UserRecord, given
from vezta_stream.schemas.codec import decoder, encode
from vezta_stream.schemas.market import Outcome, Side, Source
from vezta_stream.schemas.orders import Order, OrderSource, OrderStatus, OrderType

# Which of two events of the same millisecond is the later one. Ends share a rank: none
# of them follows another.
_END = 5
_RANK = {
    OrderStatus.CREATED: 0,
    OrderStatus.SUBMITTING: 1,
    OrderStatus.OPEN: 2,
    OrderStatus.PARTIALLY_FILLED: 3,
    OrderStatus.CANCELLING: 4,
    OrderStatus.FILLED: _END,
    OrderStatus.CANCELLED: _END,
    OrderStatus.REJECTED: _END,
    OrderStatus.FAILED: _END,
}


class OrderRecord(UserRecord, frozen=True, rename="camel", kw_only=True):
    """What the backend sends about one order."""

    order_id: Id
    market_id: Id
    market_slug: str
    exchange: Source
    side: Outcome
    type: OrderType
    action: Side
    status: OrderStatus
    previous_status: OrderStatus | None = None
    price: Price
    quantity: Size
    filled_quantity: Size
    avg_fill_price: Price | None = None
    total: Signed6
    fee: Signed6
    source: OrderSource
    updated_at: Instant


class OrderKey(NamedTuple):
    """Names one order. Order ids of two users never meet."""

    user_id: str
    order_id: str


class OrderNormaliser:
    """Publishes the transitions of orders and refuses what repeats them or comes late.

    Of one order, published terminal statuses are final, `filledQuantity` never shrinks
    and `previousStatus` is the status published before. Within a terminal status what
    changes later (a fee, a last fill) is still published. What is remembered of an order
    is its last publication; a refused record leaves no trace, not even its time.

    At most `max_orders` (at least 1) are remembered. When there are more, the one published longest
    ago is forgotten, ended orders before the others; an event of a forgotten order is
    taken for its first.
    """

    def __init__(self, *, max_orders: int) -> None:
        if max_orders < 1:
            raise ValueError("an order that is not remembered cannot be kept in order")
        self._reader = UserReader(OrderRecord)
        self._states = _States(max_orders)

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return the one publication of `record`, or raise `Rejected`."""
        said = self._reader.read(record)
        key = OrderKey(said.user_id, said.order_id)
        known = self._states.get(key)
        order = _first(_order(said)) if known is None else _next(known, _order(said))
        data = encode(order)
        self._states.put(key, data, ended=order.status.is_terminal)
        return [Publication(Channel.USER_ORDERS, key.order_id, data, key.user_id)]

    def export(self, key: OrderKey) -> bytes | None:
        """Return what is remembered of an order, `None` if nothing; `restore` reads it."""
        return self._states.export(key)

    def restore(self, key: OrderKey, state: bytes) -> None:
        """Remember what `export` returned; raises msgspec.DecodeError for anything else."""
        order: Order = _ORDER.decode(state)
        self._states.put(key, state, ended=order.status.is_terminal)


class _States:
    """The last publication of each order, as its bytes: half the size of the struct."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._live: OrderedDict[OrderKey, bytes] = OrderedDict()
        self._ended: OrderedDict[OrderKey, bytes] = OrderedDict()

    def export(self, key: OrderKey) -> bytes | None:
        return self._live.get(key) or self._ended.get(key)

    def get(self, key: OrderKey) -> Order | None:
        state = self.export(key)
        if state is None:
            return None
        order: Order = _ORDER.decode(state)
        return order

    def put(self, key: OrderKey, state: bytes, *, ended: bool) -> None:
        self._live.pop(key, None)
        self._ended.pop(key, None)
        if len(self._live) + len(self._ended) >= self._limit:
            (self._ended or self._live).popitem(last=False)
        (self._ended if ended else self._live)[key] = state


def _order(said: OrderRecord) -> Order:
    """Return the event as an order, or raise `Rejected` for quantities that cannot be."""
    if said.filled_quantity.units > said.quantity.units:
        raise Rejected(Reason.BAD_VALUE, "`filledQuantity` is more than `quantity`")
    return Order(
        order_id=said.order_id,
        market_id=said.market_id,
        market_slug=said.market_slug,
        exchange=said.exchange,
        side=said.side,
        type=said.type,
        action=said.action,
        status=said.status,
        previous_status=said.previous_status,
        price=said.price,
        quantity=said.quantity,
        filled_quantity=said.filled_quantity,
        # Backends also send 0 while nothing is filled: there is no average of nothing.
        avg_fill_price=given(said.avg_fill_price if said.filled_quantity.units else None),
        total=said.total,
        fee=said.fee,
        source=said.source,
        updated_at=said.updated_at,
    )


def _first(order: Order) -> Order:
    """Return the first event known of an order, or raise `Rejected`."""
    previous = order.previous_status
    if previous is not None and previous.is_terminal and previous is not order.status:
        raise Rejected(Reason.BAD_VALUE, "`previousStatus` is one that no order leaves")
    return order


def _next(known: Order, event: Order) -> Order:
    """Return the order after `event`, or raise `Rejected` when that is what it was before."""
    if known.status.is_terminal and event.status is not known.status:
        raise Rejected(Reason.STALE, "the order has ended")
    if _time(event) < _time(known):
        raise Rejected(Reason.STALE, "a later event of the order is known")
    order = _with_known_fill(known, event)
    if _content(order) == _content(known):
        raise Rejected(Reason.DUPLICATE, "nothing changes")
    if _time(event) == _time(known) and event.filled_quantity.units < known.filled_quantity.units:
        raise Rejected(Reason.STALE, "of two events at the same time the one with less filled")
    return msgspec.structs.replace(order, previous_status=known.status)


def _with_known_fill(known: Order, event: Order) -> Order:
    """Return `event` with at least as much filled as was known."""
    missing = known.filled_quantity.units - event.filled_quantity.units
    if missing < 0 or (missing == 0 and event.avg_fill_price is not msgspec.UNSET):
        return event
    if known.filled_quantity.units > event.quantity.units:
        raise Rejected(Reason.BAD_VALUE, "`quantity` is less than what was filled before")
    return msgspec.structs.replace(
        event, filled_quantity=known.filled_quantity, avg_fill_price=known.avg_fill_price
    )


def _time(order: Order) -> tuple[int, int]:
    return order.updated_at.ms, _RANK[order.status]


def _content(order: Order) -> Order:
    """Return `order` without what differs between two reports of one state."""
    return msgspec.structs.replace(order, previous_status=None, updated_at=_NO_TIME)


_ORDER = decoder(Order)
_NO_TIME = Instant(0)
