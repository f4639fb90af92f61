"""The markets of one exchange in one partition: what both venues' normalisers share."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from vezta_stream.core.decimals import MICROS, Price, Size, Usd
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.markets.book import Top
from vezta_stream.ingestor.markets.history import MINUTE_MS
from vezta_stream.ingestor.markets.market import Drop, Market
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.markets.trade_ids import TradeIds
from vezta_stream.ingestor.markets.trades import (
    WhaleThresholds,
    amount_of,
    category_of,
    publish_trade,
    publish_whale,
)
from vezta_stream.schemas.market import Outcome, Side, Trade


class Ticked(NamedTuple):
    """What a tick published: for the raw key `key`, at a unix minute."""

    key: str
    minute: int
    publication: Publication


class TradePrint(NamedTuple):
    """A trade as an exchange tells it; price (of the token traded) and size in millionths."""

    id: str
    side: Side
    outcome: Outcome
    price: int
    size: int
    at: int
    tx_hash: str | None = None


class ExchangeMarkets:
    """Market states by external id.

    `tallies` counts what happened that is neither output nor rejection: books held,
    books dropped (and why), changes without a book, whales without a category.

    `before_change` is called when a record has been accepted, before it takes effect:
    whoever has no clock lets time pass there.
    """

    def __init__(self, *, registry: Registry, trade_ids: TradeIds, whales: WhaleThresholds) -> None:
        self.tallies: Counter[str] = Counter()
        self.before_change: Callable[[], None] | None = None
        self._registry = registry
        self._trade_ids = trade_ids
        self._whales = whales
        self._markets: dict[str, Market] = {}
        # Resolved long ago: all that is remembered of them is that nothing may follow.
        self._buried: set[str] = set()
        # Markets with a limit running: only these are looked at every second.
        self._watched: dict[str, Market] = {}
        self._refreshed_minute = 0

    def open(self, identity: Identity, at: int) -> Market:
        """Return the market as of `at` (ms), for a record that is accepted.

        Raises `Rejected` when it has resolved.
        """
        key = identity.external_id
        market = self._markets.get(key)
        if market is None:
            if key in self._buried:
                raise Rejected(Reason.RESOLVED, key)
            market = self._markets[key] = Market(identity)
        elif market.resolved_at is not None:
            raise Rejected(Reason.RESOLVED, key)
        if self.before_change is not None:
            self.before_change()
        self._dropped(market.advance(at))
        return market

    def adopt(self, identity: Identity) -> None:
        """Take what the catalog now says of a market; publishes nothing."""
        market = self._markets.get(identity.external_id)
        if market is not None and market.identity.source is identity.source:
            market.adopt(identity)
            self._watch(market)

    def settle_book(self, market: Market, at: int, stated: Top = (None, None)) -> list[Publication]:
        """Publish book and price of a market whose book changed, unless it must be held."""
        was_held = market.held_since is not None
        publications = market.settle_book(at, stated)
        if market.held_since is not None and not was_held:
            self.tallies["book_held"] += 1
        return self._published(market, publications)

    def settle_price(self, market: Market, at: int) -> list[Publication]:
        """Publish the price of a market if it changed."""
        return self._published(market, market.settle_price(at))

    def miss_book(self) -> list[Publication]:
        """Count a change that met no book, and publish nothing."""
        self.tallies["change_without_book"] += 1
        return []

    def drop_book(self, market: Market, why: Drop) -> None:
        """Forget a market's book until its next snapshot."""
        if market.book is not None:
            market.drop_book()
            self._dropped(why)
        self._watch(market)

    def distrust(self, external_id: str) -> None:
        """Forget the book of a market of which messages were lost, if there is one."""
        market = self._markets.get(external_id)
        if market is not None:
            self.drop_book(market, Drop.RESYNC)

    def set_active(self, market: Market, active: bool, at: int) -> None:
        """Note that the exchange opened or paused a market at `at` (ms)."""
        market.set_active(active, at)
        self._watch(market)

    def resolve(self, market: Market, at: int, final_price: int | None) -> list[Publication]:
        """End a market at its final price (0 or 1 in millionths), if it has one."""
        return self._published(market, market.resolve(at, final_price))

    def trade(self, identity: Identity, traded: TradePrint) -> list[Publication]:
        """Publish a trade, the signal that it may be, and the price that follows.

        Raises `Rejected` for a trade seen already, and as `open` does.
        """
        if traded.id in self._trade_ids:
            raise Rejected(Reason.DUPLICATE, traded.id)
        market = self.open(identity, traded.at)
        self._trade_ids.add(traded.id)
        yes_price = traded.price if traded.outcome is Outcome.YES else MICROS - traded.price
        market.traded(yes_price, traded.price * traded.size, traded.at)
        trade = _payload(market.identity, traded)
        publications = [publish_trade(market.identity, trade), *self._whale(market, trade)]
        return self._published(market, publications + market.settle_price(traded.at))

    def tick(self, now: int) -> list[Ticked]:
        """Return what the passing of time up to `now` (ms) publishes.

        Limits are looked at every time, change fields when a minute has begun.
        """
        minute = now // MINUTE_MS
        ticked = []
        for key, market in list(self._watched.items()):
            self._dropped(market.advance(now))
            ticked += [Ticked(key, minute, each) for each in market.tombstones(minute)]
            self._watch(market)
        if minute > self._refreshed_minute:
            self._refreshed_minute = minute
            for key, market in self._markets.items():
                ticked += [
                    Ticked(key, minute, publication) for publication in market.refresh(minute)
                ]
        return ticked

    def _published(self, market: Market, publications: list[Publication]) -> list[Publication]:
        """Remember the id of a market that published, and watch it if it needs that."""
        if publications and not market.named:
            market.named = True
            self._registry.published(market.identity)
        self._watch(market)
        return publications

    def _dropped(self, why: Drop | None) -> None:
        if why is not None:
            self.tallies[why.value] += 1

    def _watch(self, market: Market) -> None:
        key = market.identity.external_id
        if market.needs_watching:
            self._watched[key] = market
            return
        if key in self._watched:
            del self._watched[key]
        if market.resolved_at is not None:
            del self._markets[key]
            self._buried.add(key)

    def _whale(self, market: Market, trade: Trade) -> list[Publication]:
        severity = self._whales.severity(trade.amount.units)
        if severity is None:
            return []
        category = category_of(market.identity)
        if category is None:
            self.tallies["whale_without_category"] += 1
            return []
        return [publish_whale(market.identity, trade, severity, category)]


def _payload(identity: Identity, traded: TradePrint) -> Trade:
    optional = {"tx_hash": traded.tx_hash} if traded.tx_hash else {}
    return Trade(
        id=traded.id,
        market_id=identity.market_id,
        source=identity.source,
        side=traded.side,
        outcome=traded.outcome,
        price=Price(traded.price),
        size=Size(traded.size),
        amount=Usd(amount_of(traded.price, traded.size)),
        traded_at=Instant(traded.at),
        **optional,
    )
