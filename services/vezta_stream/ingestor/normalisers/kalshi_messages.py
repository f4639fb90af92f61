"""Kalshi's market messages as types: only the fields that are used.

Newest frames carry dollars (`*_dollars`, `*_fp`), older ones integer cents beside them,
the oldest only cents: see `kalshi_numbers` for which counts.
"""

from typing import Any, Final

import msgspec

from vezta_stream.core.records import Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.normalisers.backend import Id
from vezta_stream.ingestor.normalisers.housekeeping import ANSWERS, is_sign_of_life
from vezta_stream.schemas.codec import decode_record, decoder

Ladder = list[tuple[Any, Any]] | None
# What stands for a time that a message does not tell.
_ABSENT: Final = (None, "")


class MarketMessage(msgspec.Struct):
    """What every message about a market has. Times in seconds, ms or RFC 3339."""

    market_ticker: Id
    ts_ms: Any = None
    ts: Any = None

    def time(self, received_at: int) -> int:
        """Return the event's time in ms, when it was received if it tells none."""
        stated = self.ts if self.ts_ms in _ABSENT else self.ts_ms
        return received_at if stated in _ABSENT else parse_instant(stated)


class Snapshot(MarketMessage):
    """Two ladders of bids; an absent one is empty."""

    yes_dollars_fp: Ladder = None
    no_dollars_fp: Ladder = None
    yes_dollars: Ladder = None
    no_dollars: Ladder = None
    yes: Ladder = None
    no: Ladder = None


class Delta(MarketMessage, kw_only=True):
    """A signed change of one level's size."""

    side: str
    price_dollars: Any = None
    price: Any = None
    delta_fp: Any = None
    delta: Any = None


class Ticker(MarketMessage):
    """Best prices with their sizes, and the last trade's price."""

    price_dollars: Any = None
    price: Any = None
    yes_bid_dollars: Any = None
    yes_bid: Any = None
    yes_ask_dollars: Any = None
    yes_ask: Any = None
    yes_bid_size_fp: Any = None
    yes_ask_size_fp: Any = None


class Trade(MarketMessage, kw_only=True):
    """A trade print, from the taker's side."""

    trade_id: Id
    yes_price_dollars: Any = None
    yes_price: Any = None
    no_price_dollars: Any = None
    no_price: Any = None
    count_fp: Any = None
    count: Any = None
    taker_outcome_side: str | None = None
    taker_side: str | None = None
    taker_book_side: str | None = None


class LifecycleMetadata(msgspec.Struct):
    """What a market is called."""

    title: str | None = None


class Lifecycle(MarketMessage, kw_only=True):
    """A step in a market's life."""

    event_type: str
    result: str | None = None
    settlement_value: Any = None
    determination_ts: Any = None
    settled_ts: Any = None
    additional_metadata: LifecycleMetadata | None = None


class SnapshotFrame(msgspec.Struct, tag="orderbook_snapshot"):
    """A whole book."""

    msg: Snapshot


class DeltaFrame(msgspec.Struct, tag="orderbook_delta"):
    """A change of a book."""

    msg: Delta


class TickerFrame(msgspec.Struct, tag="ticker"):
    """Best prices."""

    msg: Ticker


class TradeFrame(msgspec.Struct, tag="trade"):
    """A trade."""

    msg: Trade


class LifecycleFrame(msgspec.Struct, tag="market_lifecycle_v2"):
    """A step in a market's life."""

    msg: Lifecycle


class Resync(msgspec.Struct, tag="vezta.resync"):
    """Our own control record: the book of this market is not to be trusted any more."""

    market_ticker: Id


Frame = SnapshotFrame | DeltaFrame | TickerFrame | TradeFrame | LifecycleFrame | Resync


class _Outline(msgspec.Struct):
    type: Any = None


_FRAME: Final = decoder(Frame)
_OUTLINE: Final = decoder(_Outline)
_TYPES: Final = frozenset(
    {"orderbook_snapshot", "orderbook_delta", "ticker", "trade", "market_lifecycle_v2"}
    | {"vezta.resync"}
)


def decode(value: bytes) -> Frame | None:
    """Return the frame in `value`, `None` for the exchange's own housekeeping.

    Raises `Rejected` with the reason.
    """
    try:
        frame: Frame = decode_record(_FRAME, value)
    except Rejected as rejected:
        if is_sign_of_life(value):
            return None
        if rejected.reason not in (Reason.BAD_VALUE, Reason.MISSING_FIELD):
            raise
        stated = decode_record(_OUTLINE, value).type
        if not isinstance(stated, str) or stated in _TYPES:
            raise
        if stated in ANSWERS:
            return None
        raise Rejected(Reason.UNKNOWN_TYPE, stated[:64]) from None
    return frame
