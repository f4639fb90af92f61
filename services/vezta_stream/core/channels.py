"""The eight channels and what is fixed about each."""

from enum import StrEnum


class Mode(StrEnum):
    """How a channel delivers.

    MERGE: a newer publication of the same key replaces an older one that still waits.
    LOG: every publication counts.
    """

    MERGE = "merge"
    LOG = "log"


_MERGE = frozenset({"market:prices", "market:orderbook", "user:portfolio"})


class Channel(StrEnum):
    """What a client subscribes to.

    `mode` is how it delivers, the same for every subscriber; `private` whether a
    publication belongs to one user and goes to nobody else; `topic` the channel's Kafka
    topic: its name with a dot.
    """

    mode: Mode
    private: bool
    topic: str

    MARKET_PRICES = "market:prices"
    MARKET_ORDERBOOK = "market:orderbook"
    MARKET_TRADES = "market:trades"
    MONITOR_SIGNALS = "monitor:signals"
    USER_ORDERS = "user:orders"
    USER_NOTIFICATIONS = "user:notifications"
    USER_PORTFOLIO = "user:portfolio"
    USER_COPY_TRADE = "user:copy-trade"

    def __init__(self, name: str) -> None:
        self.mode = Mode.MERGE if name in _MERGE else Mode.LOG
        self.private = name.startswith("user:")
        self.topic = name.replace(":", ".")

    # The enumeration's own hash is Python code, and channels are looked up per publication.
    __hash__ = str.__hash__


PRIVATE = frozenset(channel for channel in Channel if channel.private)

BY_TOPIC = {channel.topic: channel for channel in Channel}
