"""`monitor:signals`. Absent values are explicit nulls in this channel."""

import msgspec

from vezta_stream.core.decimals import Usd
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import Word


class SignalType(Word):
    """What kind of signal."""

    WHALE_TRADE = "whale_trade"
    MOMENTUM_SHIFT = "momentum_shift"
    ANOMALY = "anomaly"
    GEOPOLITICAL = "geopolitical"


class Severity(Word):
    """How much a signal matters."""

    CRITICAL = "critical"
    HIGH = "high"
    LOW = "low"


class SignalSource(Word):
    """Where a signal was seen."""

    PLATFORM = "platform"
    X = "x"
    TELEGRAM = "telegram"
    NEWS = "news"


class Category(Word):
    """What a signal is about."""

    POLITICS = "politics"
    MILITARY = "military"
    FINANCIALS = "financials"
    CRYPTO = "crypto"
    TECH = "tech"
    ENERGY = "energy"
    MACRO = "macro"


class Signal(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One signal. `lat` and `lng` are degrees, the contract's only JSON numbers."""

    id: str
    type: SignalType
    severity: Severity
    headline: str
    summary: str
    source: SignalSource
    source_name: str
    source_handle: str | None = None
    category: Category
    lat: float | None = None
    lng: float | None = None
    country: str | None = None
    country_code: str | None = None
    country_flag: str | None = None
    address: str | None = None
    market_id: str | None = None
    side: str | None = None
    amount: Usd | None = None
    related_market_ids: list[str] = []
    image_url: str | None = None
    source_url: str | None = None
    source_avatar_url: str | None = None
    created_at: Instant
