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
        f'{head}"yesPrice":"{_six(yes)}","noPrice":"{_six(MICROS - yes)}",'
        f'"volume24h":"{render_units(volume, 2)}","change5m":"{_six(changes.change5m)}",'
        f'"change1h":"{_six(changes.change1h)}","change24h":"{_six(changes.change24h)}",'
        f'"source":"{identity.source}","updatedAt":"{render_instant(at)}"}}'
    ).encode()


# Prices and their changes are few: markets trade on grids of hundredths and thousandths.
@lru_cache(maxsize=65_536)
def _six(units: int) -> str:
    return render_units(units, 6)


@lru_cache(maxsize=16_384)
def _book_head(market_id: str, source: str) -> bytes:
    return b'{"marketId":' + encode(market_id) + b',"source":"' + source.encode() + b'",'


@lru_cache(maxsize=16_384)
def _price_head(market_id: str, slug: str) -> str:
    return f'{{"marketId":{encode(market_id).decode()},"slug":{encode(slug).decode()},'
