"""`user:copy-trade`."""

import msgspec

from vezta_stream.core.decimals import Price, Signed6, Size
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import Word
from vezta_stream.schemas.market import Outcome, Side


class CopyTradeKind(Word):
    """What happened to a copied trade."""

    DETECTED = "detected"
    EXECUTED = "executed"
    FAILED = "failed"
    SKIPPED = "skipped"


class SizingStrategy(Word):
    """How a copied trade's size is chosen."""

    FIXED = "fixed"
    PERCENTAGE = "percentage"


class CopyTrade(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One event of one copied trade; `order_id` is there when it was executed."""

    event: CopyTradeKind
    subscription_id: str
    target_wallet_address: str
    target_display_name: str | msgspec.UnsetType = msgspec.UNSET
    order_id: str | msgspec.UnsetType = msgspec.UNSET
    market_id: str
    market_title: str
    side: Outcome
    action: Side
    price: Price
    quantity: Size
    total: Signed6
    sizing_strategy: SizingStrategy
    original_trade_size: Size
    executed_at: Instant
