"""Which raw topic is normalised by what."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from vezta_stream.ingestor.markets.exchange import ExchangeMarkets
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.markets.trade_ids import TradeIds
from vezta_stream.ingestor.markets.trades import WhaleThresholds
from vezta_stream.ingestor.normalisers.copy_trade import CopyTradeNormaliser
from vezta_stream.ingestor.normalisers.kalshi import KalshiNormaliser
from vezta_stream.ingestor.normalisers.notifications import NotificationNormaliser
from vezta_stream.ingestor.normalisers.orders import OrderNormaliser
from vezta_stream.ingestor.normalisers.polymarket import PolymarketNormaliser
from vezta_stream.ingestor.normalisers.portfolio import PortfolioNormaliser
from vezta_stream.ingestor.normalisers.signals import SignalNormaliser
from vezta_stream.ingestor.partition import Source, SourceFactory

POLYMARKET: Final = "exchange.polymarket"
KALSHI: Final = "exchange.kalshi"
ORDERS: Final = "orders.events"
PORTFOLIO: Final = "portfolio.updates"
NOTIFICATIONS: Final = "notifications.created"
COPY_TRADE: Final = "copy-trade.events"
SIGNALS: Final = "signals.events"
CATALOG: Final = "markets.catalog"


class StateLimits(NamedTuple):
    """How much one partition remembers: trade ids for duplicates, orders for transitions."""

    trade_ids: int
    orders: int


def sources(
    *, registry: Registry, whales: WhaleThresholds, limits: StateLimits
) -> Mapping[str, SourceFactory]:
    """Return, per raw topic, what makes the state of one of its partitions."""

    def markets() -> ExchangeMarkets:
        return ExchangeMarkets(
            registry=registry, trade_ids=TradeIds(limits.trade_ids), whales=whales
        )

    def polymarket() -> Source:
        own = markets()
        return Source(PolymarketNormaliser(registry=registry, markets=own), own, keyed=True)

    def kalshi() -> Source:
        own = markets()
        return Source(KalshiNormaliser(registry=registry, markets=own), own, keyed=True)

    return {
        POLYMARKET: polymarket,
        KALSHI: kalshi,
        ORDERS: lambda: Source(OrderNormaliser(max_orders=limits.orders), None, keyed=True),
        PORTFOLIO: lambda: Source(PortfolioNormaliser(), None, keyed=True),
        NOTIFICATIONS: lambda: Source(NotificationNormaliser(), None, keyed=True),
        COPY_TRADE: lambda: Source(CopyTradeNormaliser(), None, keyed=True),
        SIGNALS: lambda: Source(SignalNormaliser(), None, keyed=False),
    }
