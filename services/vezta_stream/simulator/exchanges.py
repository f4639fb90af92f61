"""The simulated exchanges together: which markets there are, and which one acts next."""

from collections.abc import Iterable
from itertools import accumulate
from random import Random
from typing import Final

from vezta_stream.schemas.market import Source
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, InputRecord
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.kalshi import Kalshi
from vezta_stream.simulator.listings import Listing, Registrar
from vezta_stream.simulator.market import Market, Nature
from vezta_stream.simulator.polymarket import Polymarket
from vezta_stream.simulator.texts import SHARE

_ON_POLYMARKET: Final = 0.6
# A few markets are much more active than most; none is this many times as active.
_MOST_ACTIVE: Final = 30.0


class Exchanges:
    """Both exchanges and their open markets.

    `markets` changes in place when one resolves: another takes its place.
    """

    def __init__(self, *, count: int, rng: Random, habits: Habits) -> None:
        self._rng = rng
        self._registrar = Registrar(rng)
        self._weights = list(
            accumulate(min(_MOST_ACTIVE, rng.paretovariate(1.1)) for _ in range(count))
        )
        self._sources = [
            Source.POLYMARKET if rng.random() < _ON_POLYMARKET else Source.KALSHI
            for _ in range(count)
        ]
        self.markets: list[Market] = []
        self.polymarket = Polymarket(rng=rng, habits=habits)
        self.kalshi = Kalshi(rng=rng, habits=habits)

    @property
    def messages(self) -> int:
        """How many messages both have sent; an array frame holds several."""
        return self.polymarket.messages + self.kalshi.messages

    def open(self, now_ms: int) -> list[Emission]:
        """List all markets: their catalog records first, then all their books."""
        self.markets += [self._new_market(source, now_ms) for source in self._sources]
        emissions: list[Emission] = [self._catalogued(market, now_ms) for market in self.markets]
        emissions += self.polymarket.dump(self._of(Source.POLYMARKET), now_ms)
        emissions += self.kalshi.dump(self._of(Source.KALSHI))
        return emissions

    def trade(self, messages: float, *, start_ms: int, end_ms: int) -> list[ExchangeFrame]:
        """Let markets act between the two times until at least as many messages are sent."""
        frames: list[ExchangeFrame] = []
        before = self.messages
        while (sent := self.messages - before) < messages:
            at = start_ms + int((end_ms - start_ms) * sent / messages)
            [market] = self._rng.choices(self.markets, cum_weights=self._weights)
            market.wander(at)
            frames += self._exchange(market.listing.source).act(market, at)
        return frames

    def snapshots(self, tickers: Iterable[str]) -> list[ExchangeFrame]:
        """Return Kalshi's books of those of the tickers that are open."""
        kalshi = {market.listing.external_id: market for market in self._of(Source.KALSHI)}
        return self.kalshi.snapshots(kalshi[ticker] for ticker in tickers if ticker in kalshi)

    def resolve(self, market: Market, yes_won: bool, now_ms: int) -> list[Emission]:
        """End a market and open another in its place."""
        exchange = self._exchange(market.listing.source)
        market.is_closed = True
        following = self._new_market(market.listing.source, now_ms)
        self.markets[self.markets.index(market)] = following
        return [
            *exchange.resolve(market, yes_won, now_ms),
            self._catalogued(market, now_ms),
            self._catalogued(following, now_ms),
            *exchange.announce(following, now_ms),
        ]

    def refresh(self, now_ms: int) -> list[InputRecord]:
        """Return the catalog's newer record of one market."""
        return [self._catalogued(self._rng.choice(self.markets), now_ms)]

    def _of(self, source: Source) -> list[Market]:
        return [market for market in self.markets if market.listing.source is source]

    def _exchange(self, source: Source) -> Polymarket | Kalshi:
        return self.polymarket if source is Source.POLYMARKET else self.kalshi

    def _catalogued(self, market: Market, now_ms: int) -> InputRecord:
        return market.listing.catalog_record(
            tick=market.tick,
            traded=market.turnover // 10_000,
            active=not market.is_closed,
            now_ms=now_ms,
        )

    def _new_market(self, source: Source, now_ms: int) -> Market:
        rng, on_polymarket = self._rng, source is Source.POLYMARKET
        tick = 1 if rng.random() < (0.4 if on_polymarket else 0.25) else 10
        listing = self._list(source, now_ms)
        return Market(
            listing=listing,
            nature=self._nature(tick, on_polymarket=on_polymarket),
            tick=tick,
            probability=rng.betavariate(1.4, 1.4) * 0.9 + 0.05,
            rng=rng,
            now_ms=now_ms,
        )

    def _list(self, source: Source, now_ms: int) -> Listing:
        if source is Source.POLYMARKET:
            return self._registrar.polymarket(now_ms)
        return self._registrar.kalshi(now_ms)

    def _nature(self, tick: int, *, on_polymarket: bool) -> Nature:
        rng = self._rng
        fractional = rng.random() < (0.9 if on_polymarket else 0.2)
        finest = 1 if on_polymarket and rng.random() < 0.1 else SHARE // 100
        return Nature(
            lot=finest if fractional else SHARE,
            depth=rng.randint(20, 40),
            half_spread=tick * rng.choice((1, 1, 2)) if tick == 10 else rng.randint(1, 12),
            volatility=rng.uniform(0.004, 0.02),
            two_sided=rng.random() > 0.04,
        )
