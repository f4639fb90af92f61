"""The records of `markets.catalog`: what the platform knows about each market."""

import msgspec

from vezta_stream.core.decimals import Price, Usd
from vezta_stream.core.times import Instant
from vezta_stream.schemas.market import Source


class CatalogEntry(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One market. `token_ids` is (yes, no) and comes with `condition_id` on Polymarket.

    `ticker` names the market on Kalshi.
    """

    market_id: str
    slug: str
    title: str
    source: Source
    condition_id: str | None = None
    token_ids: tuple[str, str] | None = None
    ticker: str | None = None
    tick_size: Price | None = None
    category: str | None = None
    volume24h: Usd | None = None
    active: bool
    updated_at: Instant

    @property
    def external_id(self) -> str | None:
        """The exchange's own id of the market: condition id or ticker."""
        return self.condition_id if self.source is Source.POLYMARKET else self.ticker
