"""`signals.events` to `monitor:signals`."""

import msgspec

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import Fixed, Usd
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.normalisers.backend import Id
from vezta_stream.schemas.codec import Word, decode_record, decoder, encode
from vezta_stream.schemas.signals import Category, Severity, Signal, SignalSource, SignalType

_DEGREE = 1_000_000_000  # in units of the ninth digit


class _Degrees(Fixed):
    """An angle; nine digits are a tenth of a millimetre and survive a float unharmed."""

    __slots__ = ()
    digits = 9

    def __float__(self) -> float:
        return self.units / _DEGREE


class Latitude(_Degrees):
    """Between the poles, -90 to 90."""

    __slots__ = ()
    lowest = -90 * _DEGREE
    highest = 90 * _DEGREE


class Longitude(_Degrees):
    """Once around, -180 to 180."""

    __slots__ = ()
    lowest = -180 * _DEGREE
    highest = 180 * _DEGREE


class SignalSide(Word):
    """What a signal points at: a token or a direction."""

    YES = "yes"
    NO = "no"
    BUY = "buy"
    SELL = "sell"


class LinkedMarket(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A market as the REST spelling links it; `market_id` is meant when both are there."""

    market_id: Id | None = None
    id: Id | None = None


class SignalRecord(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What the pipeline sends.

    `title`, `published_at` and `linked_markets` are the REST spelling of `headline`,
    `created_at` and `related_market_ids`, and count where those are absent.
    """

    id: Id
    type: SignalType
    severity: Severity
    headline: str | None = None
    title: str | None = None
    summary: str
    source: SignalSource
    source_name: str
    source_handle: str | None = None
    category: Category
    lat: Latitude | None = None
    lng: Longitude | None = None
    country: str | None = None
    country_code: str | None = None
    country_flag: str | None = None
    address: str | None = None
    market_id: Id | None = None
    side: SignalSide | None = None
    amount: Usd | None = None
    related_market_ids: list[Id] | None = None
    linked_markets: list[Id | LinkedMarket] | None = None
    image_url: str | None = None
    source_url: str | None = None
    source_avatar_url: str | None = None
    created_at: Instant | None = None
    published_at: Instant | None = None


class SignalNormaliser:
    """Stateless; the key is the signal's id."""

    def __init__(self) -> None:
        self._decoder = decoder(SignalRecord)

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return the one publication of `record`, or raise `Rejected`."""
        said: SignalRecord = decode_record(self._decoder, record.value)
        return [Publication(Channel.MONITOR_SIGNALS, said.id, encode(_signal(said)))]


def _signal(said: SignalRecord) -> Signal:
    headline = said.title if said.headline is None else said.headline
    created_at = said.published_at if said.created_at is None else said.created_at
    if headline is None:
        raise Rejected(Reason.MISSING_FIELD, "neither `headline` nor `title`")
    if created_at is None:
        raise Rejected(Reason.MISSING_FIELD, "neither `createdAt` nor `publishedAt`")
    return Signal(
        id=said.id,
        type=said.type,
        severity=said.severity,
        headline=headline,
        summary=said.summary,
        source=said.source,
        source_name=said.source_name,
        source_handle=said.source_handle,
        category=said.category,
        lat=None if said.lat is None else float(said.lat),
        lng=None if said.lng is None else float(said.lng),
        country=said.country,
        country_code=said.country_code,
        country_flag=said.country_flag,
        address=said.address,
        market_id=said.market_id,
        side=said.side,
        amount=said.amount,
        related_market_ids=_related(said),
        image_url=said.image_url,
        source_url=said.source_url,
        source_avatar_url=said.source_avatar_url,
        created_at=created_at,
    )


def _related(said: SignalRecord) -> list[str]:
    if said.related_market_ids is not None:
        return said.related_market_ids
    return [_market_id(market) for market in said.linked_markets or ()]


def _market_id(market: str | LinkedMarket) -> str:
    if isinstance(market, str):
        return market
    market_id = market.id if market.market_id is None else market.market_id
    if market_id is None:
        raise Rejected(Reason.MISSING_FIELD, "a linked market without `marketId` or `id`")
    return market_id
