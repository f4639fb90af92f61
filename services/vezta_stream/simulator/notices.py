"""The simulated notification backend."""

from random import Random
from typing import Final

import msgspec

from vezta_stream.core.decimals import MICROS, Price
from vezta_stream.core.times import Instant
from vezta_stream.schemas.notifications import Notification, NotificationType
from vezta_stream.schemas.orders import OrderStatus
from vezta_stream.simulator.accounts import Holding, record_of
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.order_lives import Working
from vezta_stream.simulator.texts import size_text, uuid_text

_ABOUT_ORDERS: Final = {
    OrderStatus.FILLED: (NotificationType.ORDER_FILLED, "Order Filled", "was filled"),
    OrderStatus.PARTIALLY_FILLED: (
        NotificationType.ORDER_PARTIALLY_FILLED,
        "Order Partially Filled",
        "was partially filled",
    ),
    OrderStatus.CANCELLED: (NotificationType.ORDER_CANCELLED, "Order Cancelled", "was cancelled"),
    OrderStatus.REJECTED: (NotificationType.ORDER_FAILED, "Order Failed", "was rejected"),
    OrderStatus.FAILED: (NotificationType.ORDER_FAILED, "Order Failed", "failed"),
}
_REWARDS: Final = (
    (NotificationType.MISSION_COMPLETED, "Mission Completed", "You traded in three categories."),
    (NotificationType.REWARD_EARNED, "Reward Earned", "You earned 50 points for your trades."),
    (NotificationType.STREAK_MILESTONE, "Streak", "Seven days in a row: well done."),
)


def order_notice(user: str, order: Working, now_ms: int, rng: Random) -> list[InputRecord]:
    """Return what the user is told about the status that an order is in, if anything."""
    about = _ABOUT_ORDERS.get(order.status) if order.status else None
    if about is None:
        return []
    type_, title, what = about
    average = "" if order.average is None else f" at ${Price(order.average)}"
    text = (
        f"Your {order.action} order for {size_text(order.quantity)} {order.outcome.upper()} shares "
        f"on '{order.market.listing.question.title}' {what}{average}"
    )
    return [notice(user, type_, title, text, now_ms, rng, market=order.market)]


def settlement_notice(user: str, holding: Holding, now_ms: int, rng: Random) -> InputRecord:
    """Return that a market that the user holds has resolved."""
    title = holding.market.listing.question.title
    text = f"'{title}' has resolved; you held {holding.outcome.upper()} shares."
    type_ = NotificationType.MARKET_RESOLVED
    return notice(user, type_, "Market Resolved", text, now_ms, rng, market=holding.market)


def occasional_notice(user: str, market: Market, now_ms: int, rng: Random) -> InputRecord:
    """Return a price alert or a reward."""
    if rng.random() < 0.7:
        cents = market.midpoint() * 100 // MICROS
        text = f"'{market.listing.question.title}' has reached {cents} cents."
        type_ = NotificationType.PRICE_ALERT
        return notice(user, type_, "Price Alert", text, now_ms, rng, market=market)
    type_, title, text = rng.choice(_REWARDS)
    return notice(user, type_, title, text, now_ms, rng, market=None)


def notice(
    user: str,
    type_: NotificationType,
    title: str,
    text: str,
    now_ms: int,
    rng: Random,
    *,
    market: Market | None,
) -> InputRecord:
    """Return one notification; with a market it links to its page."""
    notification = Notification(
        id=uuid_text(rng),
        type=type_,
        title=title,
        message=text,
        read=False,
        market_id=msgspec.UNSET if market is None else market.listing.market_id,
        action_url=msgspec.UNSET if market is None else f"/market/{market.listing.slug}",
        created_at=Instant(now_ms),
    )
    return record_of(Topic.NOTIFICATIONS, user, notification)
