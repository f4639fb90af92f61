"""Who a market is, on its exchange and on the platform."""

import re
from dataclasses import dataclass
from random import Random
from typing import Final

from vezta_stream.core.decimals import Price, Usd
from vezta_stream.core.times import Instant
from vezta_stream.schemas.catalog import CatalogEntry
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Source
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.texts import hex_text, uuid_text
from vezta_stream.simulator.titles import Question, Questions

_TOKEN_DIGITS: Final = 77
_DAY_MS: Final = 86_400_000
_MONTHS: Final = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"


@dataclass(frozen=True)
class Listing:
    """One market's names. `volume24h` in cents, where the platform knows it.

    `external_id` is the condition id or the ticker; `tokens` (yes, no) are empty on
    Kalshi; `exchange_id` is the exchange's internal id.
    """

    source: Source
    market_id: str
    slug: str
    question: Question
    external_id: str
    exchange_id: str
    tokens: tuple[str, str]
    volume24h: int | None

    def catalog_record(self, *, tick: int, traded: int, active: bool, now_ms: int) -> InputRecord:
        """Return the catalog's record; `traded` cents are added to the volume."""
        on_polymarket = self.source is Source.POLYMARKET
        entry = CatalogEntry(
            market_id=self.market_id,
            slug=self.slug,
            title=self.question.title,
            source=self.source,
            condition_id=self.external_id if on_polymarket else None,
            token_ids=self.tokens if on_polymarket else None,
            ticker=None if on_polymarket else self.external_id,
            tick_size=Price(tick * 1000),
            category=self.question.category,
            volume24h=None if self.volume24h is None else Usd(self.volume24h + traded),
            active=active,
            updated_at=Instant(now_ms),
        )
        return InputRecord(Topic.CATALOG, f"{self.source}:{self.external_id}", encode(entry))


class Registrar:
    """Lists new markets; names never repeat."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._questions = Questions(rng)
        self._slugs: set[str] = set()
        self._tickers: set[str] = set()

    def polymarket(self, now_ms: int) -> Listing:
        """Return a new market with a condition id and two tokens."""
        low, high = 10 ** (_TOKEN_DIGITS - 1), 10**_TOKEN_DIGITS
        tokens = (str(self._rng.randrange(low, high)), str(self._rng.randrange(low, high)))
        external_id = f"0x{hex_text(self._rng, 64)}"
        exchange_id = str(self._rng.randrange(500_000, 2_000_000))
        question = self._questions.ask(now_ms)
        return self._list(Source.POLYMARKET, question, external_id, exchange_id, tokens)

    def kalshi(self, now_ms: int) -> Listing:
        """Return a new market with a ticker."""
        question = self._questions.ask(now_ms)
        ticker = _unused(f"KX{_event(question, now_ms)}-T{question.strike}", self._tickers)
        exchange_id = uuid_text(self._rng)
        return self._list(Source.KALSHI, question, ticker, exchange_id, ("", ""))

    def _list(
        self,
        source: Source,
        question: Question,
        external_id: str,
        exchange_id: str,
        tokens: tuple[str, str],
    ) -> Listing:
        slug = _unused(re.sub(r"[^a-z0-9]+", "-", question.title.lower()).strip("-"), self._slugs)
        volume = self._rng.randrange(10_000_00, 5_000_000_00) if self._rng.random() < 0.6 else None
        return Listing(
            source, uuid_text(self._rng), slug, question, external_id, exchange_id, tokens, volume
        )


def _event(question: Question, now_ms: int) -> str:
    day = str(Instant(now_ms + _DAY_MS * (1 + int(question.strike) % 90)))[:10]
    month = _MONTHS[3 * int(day[5:7]) - 3 : 3 * int(day[5:7])]
    return f"{question.series.upper()}-{day[2:4]}{month}{day[8:]}"


def _unused(name: str, used: set[str]) -> str:
    """Return `name`, numbered if it is taken, and take it."""
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}-{number}"
    used.add(candidate)
    return candidate
