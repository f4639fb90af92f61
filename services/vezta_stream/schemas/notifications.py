"""`user:notifications`."""

import msgspec

from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import Word


class NotificationType(Word):
    """What a notification is about."""

    ORDER_FILLED = "order_filled"
    ORDER_PARTIALLY_FILLED = "order_partially_filled"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_FAILED = "order_failed"
    PRICE_ALERT = "price_alert"
    MARKET_RESOLVED = "market_resolved"
    COPY_TRADE_EXECUTED = "copy_trade_executed"
    COPY_TRADE_FAILED = "copy_trade_failed"
    MISSION_COMPLETED = "mission_completed"
    REWARD_EARNED = "reward_earned"
    STREAK_MILESTONE = "streak_milestone"


class Notification(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One notification; `read` is always false on delivery."""

    id: str
    type: NotificationType
    title: str
    message: str
    read: bool
    market_id: str | msgspec.UnsetType = msgspec.UNSET
    action_url: str | msgspec.UnsetType = msgspec.UNSET
    created_at: Instant
