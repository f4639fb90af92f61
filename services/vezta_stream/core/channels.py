"""The eight channels and what is fixed about each."""

from enum import StrEnum


class Mode(StrEnum):
    """How a channel delivers.

    MERGE: a newer publication of the same key replaces an older one that still waits.
    LOG: every publication counts.
    """

    MERGE = "merge"
    LOG = "log"


class Channel(StrEnum):
    """What a client subscribes to."""

    MARKET_PRICES = "market:prices"
    MARKET_ORDERBOOK = "market:orderbook"
    MARKET_TRADES = "market:trades"
    MONITOR_SIGNALS = "monitor:signals"
    USER_ORDERS = "user:orders"
    USER_NOTIFICATIONS = "user:notifications"
    USER_PORTFOLIO = "user:portfolio"
    USER_COPY_TRADE = "user:copy-trade"

    @property
    def mode(self) -> Mode:
        """Delivery mode, the same for every subscriber."""
        return Mode.MERGE if self in _MERGE else Mode.LOG

    @property
    def private(self) -> bool:
        """Whether a publication belongs to one user and goes to nobody else."""
        return self in PRIVATE

    @property
    def topic(self) -> str:
        """The channel's Kafka topic: its name with a dot."""
        return self.value.replace(":", ".")


_MERGE = frozenset({Channel.MARKET_PRICES, Channel.MARKET_ORDERBOOK, Channel.USER_PORTFOLIO})

PRIVATE = frozenset(
    {
        Channel.USER_ORDERS,
        Channel.USER_NOTIFICATIONS,
        Channel.USER_PORTFOLIO,
        Channel.USER_COPY_TRADE,
    }
)

BY_TOPIC = {channel.topic: channel for channel in Channel}
