"""Markets to feed and publications to look at: a test says only what matters to it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.markets.trade_ids import TradeIds
from vezta_stream.ingestor.markets.trades import WhaleThresholds
from vezta_stream.ingestor.normalisers.kalshi import KalshiNormaliser
from vezta_stream.ingestor.normalisers.polymarket import PolymarketNormaliser
from vezta_stream.schemas.market import Source

Json = dict[str, Any]
# Price to size, as the exchanges write them.
Levels = Mapping[str, str]

# Midnight, so that minutes, fifths and hours begin here too.
START = 1_790_640_000_000
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CONDITION = "0x" + "c0" * 32
YES = "71" * 38
NO = "52" * 38
MARKET = "11111111-1111-4111-8111-111111111111"
TICKER = "KXRAIN-26SEP29-T1"

_SIDES = ("bids", "asks")

WHALES = WhaleThresholds(low=1_000_000, high=5_000_000, critical=25_000_000)


def catalog_entry(**fields: Any) -> Json:
    """Return the catalog's record of the Polymarket market that all messages here are about."""
    entry: Json = {
        "marketId": MARKET,
        "slug": "rain-tomorrow",
        "title": "Rain tomorrow?",
        "source": "polymarket",
        "conditionId": CONDITION,
        "tokenIds": [YES, NO],
        "active": True,
        "updatedAt": "2026-09-28T00:00:00.000Z",
    }
    return {name: value for name, value in (entry | fields).items() if value is not None}


def kalshi_entry(**fields: Any) -> Json:
    """Return the catalog's record of the Kalshi market that all messages here are about."""
    return catalog_entry(source="kalshi", ticker=TICKER, conditionId=None, tokenIds=None) | fields


def identity(**fields: Any) -> Identity:
    """Return what is known of a Polymarket market."""
    known = Identity(
        source=Source.POLYMARKET,
        external_id=CONDITION,
        market_id=MARKET,
        slug="rain-tomorrow",
        title="Rain tomorrow?",
        tokens=(YES, NO),
    )
    return known._replace(**fields)


def registry(*entries: Json) -> Registry:
    """Return a registry that knows these catalog records."""
    known = Registry()
    for entry in entries:
        known.apply(as_bytes(entry))
    return known


def exchange_markets(known: Registry, *, trade_ids: int = 1_000) -> ExchangeMarkets:
    """Return markets without state."""
    return ExchangeMarkets(registry=known, trade_ids=TradeIds(trade_ids), whales=WHALES)


class Normaliser(Protocol):
    """What all normalisers do."""

    def normalise(self, record: RawRecord) -> list[Publication]: ...


class Feed:
    """A normaliser with the state behind it, fed message by message."""

    def __init__(self, normaliser: Normaliser, markets: ExchangeMarkets, known: Registry) -> None:
        self.normaliser = normaliser
        self.markets = markets
        self.registry = known

    def send(
        self,
        message: Json | bytes,
        *,
        received_at: int = START,
        use_yes_price: bool = False,
    ) -> list[Publication]:
        """Return what one message publishes. Raises `Rejected`."""
        value = message if isinstance(message, bytes) else as_bytes(message)
        return self.normaliser.normalise(RawRecord("key", value, received_at, use_yes_price))

    def send_all(self, messages: Iterable[Json], **how: Any) -> list[Publication]:
        """Return what all these messages publish, in order."""
        return [publication for message in messages for publication in self.send(message, **how)]

    def refusal(self, message: Json | bytes) -> Reason | None:
        """Return why a message is refused, `None` if it is not."""
        try:
            self.send(message)
        except Rejected as rejected:
            return rejected.reason
        return None


def polymarket(*entries: Json) -> Feed:
    """Return Polymarket's normaliser; without entries it knows the market of `catalog_entry`."""
    known = registry(*(entries or [catalog_entry()]))
    markets = exchange_markets(known)
    return Feed(PolymarketNormaliser(registry=known, markets=markets), markets, known)


def kalshi(*entries: Json) -> Feed:
    """Return Kalshi's normaliser with these catalog records."""
    known = registry(*entries)
    markets = exchange_markets(known)
    return Feed(KalshiNormaliser(registry=known, markets=markets), markets, known)


def as_bytes(value: object) -> bytes:
    """Return compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def payloads(publications: Iterable[Publication], channel: Channel) -> list[Json]:
    """Return the decoded payloads of one channel."""
    return [
        json.loads(publication.data)
        for publication in publications
        if publication.channel is channel and publication.data is not None
    ]


def books(publications: Iterable[Publication]) -> list[Json]:
    """Return the payloads of `market:orderbook`."""
    return payloads(publications, Channel.MARKET_ORDERBOOK)


def prices(publications: Iterable[Publication]) -> list[Json]:
    """Return the payloads of `market:prices`."""
    return payloads(publications, Channel.MARKET_PRICES)


def trades(publications: Iterable[Publication]) -> list[Json]:
    """Return the payloads of `market:trades`."""
    return payloads(publications, Channel.MARKET_TRADES)


def yes_prices(publications: Iterable[Publication]) -> list[str]:
    """Return the YES prices published, in order."""
    return [payload["yesPrice"] for payload in prices(publications)]


def sides(book_: Json) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return a published book's bids and asks as (price, size)."""
    bids, asks = ([(level["price"], level["size"]) for level in book_[s]] for s in _SIDES)
    return bids, asks


def without(message: Mapping[str, Any], *names: str) -> Json:
    """Return a message that lacks these fields."""
    return {name: value for name, value in message.items() if name not in names}
