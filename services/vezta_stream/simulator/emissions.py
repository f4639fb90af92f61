"""What the simulated outside world sends."""

from enum import StrEnum
from typing import NamedTuple


class Topic(StrEnum):
    """The raw topics."""

    POLYMARKET = "exchange.polymarket"
    KALSHI = "exchange.kalshi"
    ORDERS = "orders.events"
    PORTFOLIO = "portfolio.updates"
    NOTIFICATIONS = "notifications.created"
    COPY_TRADE = "copy-trade.events"
    SIGNALS = "signals.events"
    CATALOG = "markets.catalog"


class ExchangeFrame(NamedTuple):
    """One WebSocket frame of an exchange, an object or an array: the connector splits it.

    `use_yes_price` says how the subscription that it came from was asked for.
    """

    topic: Topic
    data: bytes
    use_yes_price: bool = False


class InputRecord(NamedTuple):
    """One record of the platform's backends or of the catalog, ready for its topic."""

    topic: Topic
    key: str
    value: bytes


Emission = ExchangeFrame | InputRecord
