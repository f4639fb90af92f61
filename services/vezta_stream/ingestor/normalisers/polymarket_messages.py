"""Polymarket's market messages as types: only the fields that are used."""

from typing import Annotated, Any, Final

import msgspec

from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers.housekeeping import ANSWERS, is_sign_of_life
from vezta_stream.schemas.codec import decode_record, decoder

Timestamp = str | int
# Longer ones are no prices: bounded, because what was read once is kept for a while.
Number = Annotated[str, msgspec.Meta(max_length=40)]


class Level(msgspec.Struct, gc=False):
    """A level of a book."""

    price: Number
    size: Number


Ladder = list[Level] | None | msgspec.UnsetType


class Change(msgspec.Struct, gc=False):
    """A level's new absolute size; the best prices are those after the event."""

    asset_id: str
    price: Number
    size: Number
    side: str
    best_bid: Number | None = None
    best_ask: Number | None = None


class Book(msgspec.Struct, gc=False):
    """The whole book of one token. Older messages say `buys` and `sells`."""

    market: str
    asset_id: str
    timestamp: Timestamp
    bids: Ladder = msgspec.UNSET
    asks: Ladder = msgspec.UNSET
    buys: Ladder = msgspec.UNSET
    sells: Ladder = msgspec.UNSET
    tick_size: Any = None

    def ladders(self) -> tuple[list[Level], list[Level]]:
        """Return bids and asks; a null ladder is empty. Raises `Rejected` for none at all."""
        bids = self.buys if self.bids is msgspec.UNSET else self.bids
        asks = self.sells if self.asks is msgspec.UNSET else self.asks
        if bids is msgspec.UNSET and asks is msgspec.UNSET:
            raise Rejected(Reason.MISSING_FIELD, "bids and asks")
        return bids or [], asks or []


class _TaggedBook(Book, gc=False, tag_field="event_type", tag="book"):
    """A book that says that it is one; some first books do not."""


class PriceChange(msgspec.Struct, gc=False, tag_field="event_type", tag="price_change"):
    """Changed levels: a list naming tokens, or (older) one token's fields at the top."""

    market: str
    timestamp: Timestamp
    price_changes: list[Change] | None = None
    # Older generation: one change flat, or several in `changes`.
    asset_id: str | None = None
    price: Number | None = None
    size: Number | None = None
    side: str | None = None
    changes: list["LegacyChange"] | None = None

    def all_changes(self) -> list[Change]:
        """Return the changes of any generation. Raises `Rejected` when there are none."""
        if self.price_changes is not None:
            return self.price_changes
        if self.asset_id is None:
            raise Rejected(Reason.MISSING_FIELD, "price_changes")
        if self.changes is not None:
            return [Change(self.asset_id, c.price, c.size, c.side) for c in self.changes]
        if self.price is None or self.size is None or self.side is None:
            raise Rejected(Reason.MISSING_FIELD, "price, size or side")
        return [Change(self.asset_id, self.price, self.size, self.side)]


class LegacyChange(msgspec.Struct, gc=False):
    """A change of the token that the message names at its top."""

    price: Number
    size: Number
    side: str


class LastTradePrice(msgspec.Struct, gc=False, tag_field="event_type", tag="last_trade_price"):
    """A trade print; `side` is the taker's."""

    market: str
    asset_id: str
    price: Number
    size: Number
    side: str
    timestamp: Timestamp
    transaction_hash: Annotated[str, msgspec.Meta(max_length=256)] | None = None


class TickSizeChange(msgspec.Struct, gc=False, tag_field="event_type", tag="tick_size_change"):
    """The price grid changed: the book starts anew."""

    market: str
    new_tick_size: Any
    timestamp: Timestamp


class BestBidAsk(msgspec.Struct, gc=False, tag_field="event_type", tag="best_bid_ask"):
    """The best prices of one token."""

    market: str
    asset_id: str
    best_bid: Number
    best_ask: Number
    timestamp: Timestamp


class NewMarket(msgspec.Struct, gc=False, tag_field="event_type", tag="new_market"):
    """A market was created."""

    market: str
    timestamp: Timestamp
    order_price_min_tick_size: Any = None


class MarketResolved(msgspec.Struct, gc=False, tag_field="event_type", tag="market_resolved"):
    """A market ended; one of its tokens won."""

    market: str
    winning_asset_id: str
    timestamp: Timestamp


Message = (
    PriceChange | Book | BestBidAsk | LastTradePrice | TickSizeChange | MarketResolved | NewMarket
)


class _Outline(msgspec.Struct, gc=False):
    """What tells an untagged book and an unknown type from a known type with a defect."""

    event_type: Any = None
    type: Any = None
    bids: Any = None
    asks: Any = None
    buys: Any = None
    sells: Any = None


_MESSAGE: Final = decoder(
    PriceChange
    | _TaggedBook
    | BestBidAsk
    | LastTradePrice
    | TickSizeChange
    | MarketResolved
    | NewMarket
)
_OUTLINE: Final = decoder(_Outline)
_UNTAGGED: Final = decoder(Book)
_TYPES: Final = frozenset(
    {
        "price_change",
        "book",
        "best_bid_ask",
        "last_trade_price",
        "tick_size_change",
        "market_resolved",
        "new_market",
    }
)


def decode(value: bytes) -> Message | None:
    """Return the message in `value`, `None` for the exchange's own housekeeping.

    Some first books come without `event_type`: an object with ladders is one. Raises
    `Rejected` with the reason.
    """
    try:
        message: Message = decode_record(_MESSAGE, value)
    except Rejected as rejected:
        if rejected.reason in (Reason.BAD_VALUE, Reason.MISSING_FIELD):
            return _decode_unusual(value, rejected)
        if is_sign_of_life(value):
            return None
        raise
    return message


def _decode_unusual(value: bytes, rejected: Rejected) -> Book | None:
    outline: _Outline = decode_record(_OUTLINE, value)
    if isinstance(outline.event_type, str):
        if outline.event_type in _TYPES:
            raise rejected
        raise Rejected(Reason.UNKNOWN_TYPE, outline.event_type[:64])
    if outline.event_type is not None:
        raise Rejected(Reason.BAD_VALUE, "event_type is not a string")
    if (outline.bids, outline.asks, outline.buys, outline.sells) != (None, None, None, None):
        book: Book = decode_record(_UNTAGGED, value)
        return book
    if isinstance(outline.type, str) and outline.type in ANSWERS:
        return None
    raise Rejected(Reason.MISSING_FIELD, "event_type")
