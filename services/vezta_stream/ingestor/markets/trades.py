"""Trades as publications, and the large ones as signals."""

from typing import Final, NamedTuple

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import Size, Usd, divide_half_up, render_units
from vezta_stream.core.publications import Publication
from vezta_stream.ingestor.markets.registry import Identity
from vezta_stream.ingestor.markets.trade_ids import whale_signal_id
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Source, Trade
from vezta_stream.schemas.signals import Category, Severity, Signal, SignalSource, SignalType

_CENT: Final = 10**10  # in units of 10^-12 USD: millionths times millionths
_VENUES: Final = {Source.POLYMARKET: "Polymarket", Source.KALSHI: "Kalshi"}


class WhaleThresholds(NamedTuple):
    """From which amount, in cents, a trade becomes a signal of which severity."""

    low: int
    high: int
    critical: int

    def severity(self, cents: int) -> Severity | None:
        """Return the severity of a trade of this amount, `None` for an ordinary one."""
        if cents >= self.critical:
            return Severity.CRITICAL
        if cents >= self.high:
            return Severity.HIGH
        return Severity.LOW if cents >= self.low else None


def amount_of(price: int, size: int) -> int:
    """Return price × size (millionths each) in cents, half up."""
    return divide_half_up(price * size, _CENT)


def publish_trade(identity: Identity, trade: Trade) -> Publication:
    """Return a trade as publication; its key is the market."""
    return Publication(Channel.MARKET_TRADES, identity.market_id, encode(trade))


def category_of(identity: Identity) -> Category | None:
    """Return the market's category, if the contract's signals know it."""
    if identity.category is None:
        return None
    try:
        return Category(identity.category)
    except ValueError:
        return None


def publish_whale(
    identity: Identity, trade: Trade, severity: Severity, category: Category
) -> Publication:
    """Return the signal that a large trade becomes."""
    verb = {"buy": "bought", "sell": "sold"}[trade.side]
    outcome = trade.outcome.upper()
    money = _grouped(trade.amount)
    signal = Signal(
        id=whale_signal_id(trade.id),
        type=SignalType.WHALE_TRADE,
        severity=severity,
        headline=f"Whale {verb} ${money} of {outcome}: {identity.title}",
        summary=f"{_grouped(trade.size)} {outcome} shares at ${trade.price} on "
        f"{_VENUES[trade.source]}.",
        source=SignalSource.PLATFORM,
        source_name=_VENUES[trade.source],
        category=category,
        market_id=trade.market_id,
        side=trade.outcome.value,
        amount=trade.amount,
        created_at=trade.traded_at,
    )
    return Publication(Channel.MONITOR_SIGNALS, signal.id, encode(signal))


def _grouped(value: Usd | Size) -> str:
    cents = divide_half_up(value.units, 10 ** (value.digits - 2))
    whole, _, fraction = render_units(cents, 2).partition(".")
    return f"{int(whole):,}.{fraction}"
