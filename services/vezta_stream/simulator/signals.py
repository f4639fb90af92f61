"""The simulated signal pipeline."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, NamedTuple

import msgspec

from vezta_stream.core.decimals import Usd
from vezta_stream.core.times import Instant, render_instant
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Outcome
from vezta_stream.schemas.signals import Category, Severity, Signal, SignalSource, SignalType
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.texts import hex_text, uuid_text


class _Place(NamedTuple):
    lat: float
    lng: float
    country: str
    code: str
    flag: str
    address: str | None


class _Outlet(NamedTuple):
    source: SignalSource
    name: str
    handle: str | None


_PLACES: Final = (
    _Place(50.8503, 4.3517, "Belgium", "BE", "🇧🇪", None),
    _Place(46.2044, 6.1432, "Switzerland", "CH", "🇨🇭", "Place des Nations, Geneva"),
    _Place(38.9072, -77.0369, "United States", "US", "🇺🇸", "Washington, D.C."),
    _Place(35.6762, 139.6503, "Japan", "JP", "🇯🇵", None),
    _Place(-1.2921, 36.8219, "Kenya", "KE", "🇰🇪", "Nairobi"),
    _Place(59.9139, 10.7522, "Norway", "NO", "🇳🇴", None),
    _Place(-33.4489, -70.6693, "Chile", "CL", "🇨🇱", "Santiago"),
)
_OUTLETS: Final = (
    _Outlet(SignalSource.NEWS, "The Harbour Wire", None),
    _Outlet(SignalSource.NEWS, "Meridian Post", None),
    _Outlet(SignalSource.X, "Grid Watch", "@gridwatch_live"),
    _Outlet(SignalSource.TELEGRAM, "Northern Desk", "@northerndesk"),
)
_NEWS: Final = {
    Category.POLITICS: ("Government in {country} calls surprise session", "Coalition talks resume"),
    Category.MILITARY: ("{country} announces joint naval exercise", "Talks on a truce to continue"),
    Category.FINANCIALS: ("Exchange in {country} halts trading briefly", "Large fund rebalances"),
    Category.CRYPTO: ("{country} publishes rules for digital assets", "Stablecoin issuer audited"),
    Category.TECH: ("Data centre outage in {country}", "New model released to developers"),
    Category.ENERGY: ("{country} opens new grid connection", "Producers meet on output"),
    Category.MACRO: ("Inflation in {country} above expectations", "Central bank minutes out"),
}
_AMOUNTS: Final = (
    (12_000_00, 49_000_00, Severity.LOW),
    (50_000_00, 240_000_00, Severity.HIGH),
    (250_000_00, 900_000_00, Severity.CRITICAL),
)


class SignalDesk:
    """Finds something worth telling: in turn one of the four types."""

    def __init__(self, *, rng: Random) -> None:
        self._rng = rng
        self._count = 0

    def next(self, markets: Sequence[Market], now_ms: int) -> InputRecord:
        """Return a signal about one of these markets; every other report has REST's names."""
        kinds: tuple[Callable[[Market, int], Signal], ...]
        kinds = (self._whale, self._report, self._momentum, self._anomaly, self._report)
        self._count += 1
        kind = kinds[self._count % len(kinds)]
        signal = kind(self._rng.choice(markets), now_ms)
        if signal.source is not SignalSource.PLATFORM:
            related = [each.listing.market_id for each in self._rng.choices(markets, k=2)]
            signal = msgspec.structs.replace(
                signal, related_market_ids=list(dict.fromkeys(related))
            )
            if self._count % 2:
                return InputRecord(Topic.SIGNALS, signal.id, encode(_as_rest(signal)))
        return InputRecord(Topic.SIGNALS, signal.id, encode(signal))

    def _whale(self, market: Market, now_ms: int) -> Signal:
        lowest, highest, severity = self._rng.choice(_AMOUNTS)
        amount, outcome = self._rng.randint(lowest, highest), self._rng.choice(list(Outcome))
        title = market.listing.question.title
        return self._from_platform(
            market,
            now_ms,
            type_=SignalType.WHALE_TRADE,
            severity=severity,
            headline=f"Whale buys {outcome.upper()} for ${amount // 100:,}",
            summary=f"One wallet bought {outcome.upper()} on '{title}'.",
            side=outcome.value,
            amount=Usd(amount),
            address=f"0x{hex_text(self._rng, 40)}",
        )

    def _momentum(self, market: Market, now_ms: int) -> Signal:
        cents = market.midpoint() // 10_000
        return self._from_platform(
            market,
            now_ms,
            type_=SignalType.MOMENTUM_SHIFT,
            severity=self._rng.choice((Severity.LOW, Severity.HIGH)),
            headline=f"Momentum shift: now at {cents} cents",
            summary=f"'{market.listing.question.title}' moves faster than in the last hour.",
        )

    def _anomaly(self, market: Market, now_ms: int) -> Signal:
        return self._from_platform(
            market,
            now_ms,
            type_=SignalType.ANOMALY,
            severity=self._rng.choice(list(Severity)),
            headline="Unusual depth on one side of the book",
            summary=f"The book of '{market.listing.question.title}' is lopsided.",
        )

    def _from_platform(
        self,
        market: Market,
        now_ms: int,
        *,
        type_: SignalType,
        severity: Severity,
        headline: str,
        summary: str,
        side: str | None = None,
        amount: Usd | None = None,
        address: str | None = None,
    ) -> Signal:
        return Signal(
            id=uuid_text(self._rng),
            type=type_,
            severity=severity,
            headline=headline,
            summary=summary,
            source=SignalSource.PLATFORM,
            source_name="Market monitor",
            category=market.listing.question.category,
            address=address,
            market_id=market.listing.market_id,
            side=side,
            amount=amount,
            created_at=Instant(now_ms),
        )

    def _report(self, market: Market, now_ms: int) -> Signal:
        place, outlet = self._rng.choice(_PLACES), self._rng.choice(_OUTLETS)
        category = market.listing.question.category
        headline = self._rng.choice(_NEWS[category]).format(country=place.country)
        return Signal(
            id=uuid_text(self._rng),
            type=SignalType.GEOPOLITICAL,
            severity=self._rng.choice(list(Severity)),
            headline=headline,
            summary=f"{outlet.name} reports: {headline}.",
            source=outlet.source,
            source_name=outlet.name,
            source_handle=outlet.handle,
            category=category,
            lat=place.lat,
            lng=place.lng,
            country=place.country,
            country_code=place.code,
            country_flag=place.flag,
            address=place.address,
            market_id=market.listing.market_id,
            source_url=f"https://example.com/reports/{hex_text(self._rng, 8)}",
            created_at=Instant(now_ms),
        )


def _as_rest(signal: Signal) -> dict[str, object]:
    """Return the signal with the REST API's names and without what is absent."""
    fields = {name: getattr(signal, name) for name in signal.__struct_fields__}
    renamed = dict(zip(signal.__struct_encode_fields__, fields.values(), strict=True))
    renamed["title"] = renamed.pop("headline")
    renamed["linkedMarkets"] = renamed.pop("relatedMarketIds")
    renamed["publishedAt"] = render_instant(renamed.pop("createdAt").ms)
    return {name: value for name, value in renamed.items() if value is not None}
