"""The topics of the embedded pipeline, on the in-memory log."""

from typing import Final

from vezta_stream.core.channels import Channel
from vezta_stream.ingestor import dead_letters, sources
from vezta_stream.log.base import TopicSpec

# Enough to exercise the order per partition; one process gains nothing from more.
PARTITIONS: Final = 4

_COMPACTED: Final = frozenset(
    {Channel.MARKET_PRICES, Channel.MARKET_ORDERBOOK, Channel.USER_PORTFOLIO}
)

RAW: Final = (
    sources.POLYMARKET,
    sources.KALSHI,
    sources.ORDERS,
    sources.PORTFOLIO,
    sources.NOTIFICATIONS,
    sources.COPY_TRADE,
    sources.SIGNALS,
)


def specs() -> list[TopicSpec]:
    """Return every topic. A channel topic has as many partitions as the raw topics."""
    return [
        *(TopicSpec(name, PARTITIONS) for name in RAW),
        TopicSpec(sources.CATALOG, PARTITIONS, compacted=True),
        *(
            TopicSpec(channel.topic, PARTITIONS, compacted=channel in _COMPACTED)
            for channel in Channel
        ),
        TopicSpec(dead_letters.TOPIC, PARTITIONS),
    ]
