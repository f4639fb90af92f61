"""Which Vezta market an exchange's market is, as the catalog says."""

from collections.abc import Iterator
from typing import NamedTuple

from vezta_stream.core.decimals import MICROS
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.markets.trade_ids import market_id
from vezta_stream.schemas.catalog import CatalogEntry
from vezta_stream.schemas.codec import decode_record, decoder
from vezta_stream.schemas.market import Source

_CATALOG = decoder(CatalogEntry)


class Identity(NamedTuple):
    """What is known about one market. `external_id` is its condition id or ticker.

    `tokens` is (yes, no) on Polymarket. `tick_size` is in millionths, `volume24h` in
    cents; `inactive_since` in ms, `None` while the market is active.
    """

    source: Source
    external_id: str
    market_id: str
    slug: str
    title: str
    tokens: tuple[str, str] | None = None
    category: str | None = None
    tick_size: int | None = None
    volume24h: int | None = None
    inactive_since: int | None = None


class Registry:
    """The catalog by exchange and external id.

    The first id published for a market sticks: an entry that maps it to another one is
    refused.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Source, str], Identity] = {}
        self._published: dict[tuple[Source, str], str] = {}

    def apply(self, value: bytes) -> Identity:
        """Take one catalog record and return the market it describes. Raises `Rejected`."""
        identity = _identity(decode_record(_CATALOG, value))
        place = identity.source, identity.external_id
        published = self._published.get(place)
        if published is not None and published != identity.market_id:
            raise Rejected(
                Reason.BAD_VALUE, f"{':'.join(place)} was published as market {published} already"
            )
        self._known[place] = identity
        return identity

    def remove(self, key: str) -> None:
        """Forget the entry with the catalog key `<source>:<external id>`, if there is one."""
        name, _, external_id = key.partition(":")
        for source in Source:
            if source == name:
                self._known.pop((source, external_id), None)

    def find(self, source: Source, external_id: str) -> Identity | None:
        """Return what the catalog says of this market."""
        return self._known.get((source, external_id))

    def find_or_derive(self, ticker: str) -> Identity:
        """Return a Kalshi market, with an id derived from its ticker if the catalog lacks it.

        One that was published under another id, before the catalog forgot it, keeps that.
        """
        place = Source.KALSHI, ticker
        if (known := self._known.get(place)) is not None:
            return known
        own_id = self._published.get(place) or market_id(Source.KALSHI, ticker)
        return Identity(Source.KALSHI, ticker, own_id, slug=ticker, title=ticker)

    def published(self, identity: Identity) -> None:
        """Remember that something was published under this id."""
        self._published.setdefault((identity.source, identity.external_id), identity.market_id)

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)


def _identity(entry: CatalogEntry) -> Identity:
    external_id = entry.external_id
    if not external_id:
        raise Rejected(Reason.MISSING_FIELD, "conditionId or ticker")
    if entry.source is Source.POLYMARKET:
        if entry.token_ids is None:
            raise Rejected(Reason.MISSING_FIELD, "tokenIds")
        if entry.token_ids[0] == entry.token_ids[1] or not all(entry.token_ids):
            raise Rejected(Reason.BAD_VALUE, "tokenIds do not name two tokens")
    if not entry.market_id:
        raise Rejected(Reason.BAD_VALUE, "marketId is empty")
    if entry.tick_size is not None and not 0 < entry.tick_size.units < MICROS:
        raise Rejected(Reason.BAD_VALUE, "tickSize is not between 0 and 1")
    return Identity(
        source=entry.source,
        external_id=external_id,
        market_id=entry.market_id,
        slug=entry.slug,
        title=entry.title,
        tokens=entry.token_ids,
        category=entry.category,
        tick_size=entry.tick_size.units if entry.tick_size else None,
        volume24h=entry.volume24h.units if entry.volume24h else None,
        inactive_since=None if entry.active else entry.updated_at.ms,
    )
