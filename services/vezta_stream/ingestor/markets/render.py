"""The hot payloads, rendered from integers to the bytes that the schemas would encode.

Equal to `schemas.codec.encode` of the same values, byte for byte; a test holds that.
"""

from functools import lru_cache

from vezta_stream.core.decimals import MICROS, render_units
from vezta_stream.core.times import render_instant
from vezta_stream.ingestor.markets.history import Changes
from vezta_stream.ingestor.markets.registry import Identity
from vezta_stream.schemas.codec import encode


def book(identity: Identity, body: bytes, at: int) -> bytes:
    """Return `market:orderbook`'s payload around `Book.json()`; `at` in ms."""
    head = _book_head(identity.market_id, identity.source)
    return b"".join((head, body, b',"updatedAt":"', render_instant(at).encode(), b'"}'))


def price(identity: Identity, yes: int, volume: int, changes: Changes, at: int) -> bytes:
    """Return `market:prices`' payload; `yes` and changes in millionths, `volume` in cents."""
    head = _price_head(identity.market_id, identity.slug)
    return (
        f'{head}"yesPrice":"{render_units(yes, 6)}","noPrice":"{render_units(MICROS - yes, 6)}",'
        f'"volume24h":"{render_units(volume, 2)}","change5m":"{render_units(changes.change5m, 6)}",'
        f'"change1h":"{render_units(changes.change1h, 6)}",'
        f'"change24h":"{render_units(changes.change24h, 6)}",'
        f'"source":"{identity.source}","updatedAt":"{render_instant(at)}"}}'
    ).encode()


@lru_cache(maxsize=16_384)
def _book_head(market_id: str, source: str) -> bytes:
    return b'{"marketId":' + encode(market_id) + b',"source":"' + source.encode() + b'",'


@lru_cache(maxsize=16_384)
def _price_head(market_id: str, slug: str) -> str:
    return f'{{"marketId":{encode(market_id).decode()},"slug":{encode(slug).decode()},'
