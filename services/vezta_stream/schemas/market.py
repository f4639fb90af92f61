"""`market:prices`, `market:orderbook` and `market:trades`."""

import msgspec

from vezta_stream.core.decimals import Price, Signed6, Size, Usd
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import Word


class Source(Word):
    """An exchange."""

    POLYMARKET = "polymarket"
    KALSHI = "kalshi"


class Side(Word):
    """What a taker or an order does."""

    BUY = "buy"
    SELL = "sell"


class Outcome(Word):
    """Which of a market's two tokens."""

    YES = "yes"
    NO = "no"


class PriceUpdate(msgspec.Struct, frozen=True, rename="camel"):
    """The current price of one market. `yes_price + no_price` is exactly 1."""

    market_id: str
    slug: str
    yes_price: Price
    no_price: Price
    volume24h: Usd
    change5m: Signed6
    change1h: Signed6
    change24h: Signed6
    source: Source
    updated_at: Instant


class Level(msgspec.Struct, frozen=True):
    """One price level of a book."""

    price: Price
    size: Size


class OrderBook(msgspec.Struct, frozen=True, rename="camel"):
    """The full depth of one market in YES terms, best level first on both sides.

    `spread` is best ask minus best bid, `None` with one side empty.
    """

    market_id: str
    source: Source
    bids: list[Level]
    asks: list[Level]
    spread: Signed6 | None
    updated_at: Instant


class Trade(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One trade; `price` is that of the token traded, `amount` is price × size in USD."""

    id: str
    market_id: str
    source: Source
    side: Side
    outcome: Outcome
    price: Price
    size: Size
    amount: Usd
    maker_address: str | msgspec.UnsetType = msgspec.UNSET
    taker_address: str | msgspec.UnsetType = msgspec.UNSET
    tx_hash: str | msgspec.UnsetType = msgspec.UNSET
    traded_at: Instant
