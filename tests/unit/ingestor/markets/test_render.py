"""The hot payloads are, byte for byte, what the schemas encode."""

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.markets import identity
from vezta_stream.core.decimals import MICROS, Price, Signed6, Size, Usd
from vezta_stream.core.times import EARLIEST_MS, LATEST_MS, Instant
from vezta_stream.ingestor.markets import render
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.history import Changes
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Level, OrderBook, PriceUpdate, Source

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.integers(EARLIEST_MS, LATEST_MS - 1)
SOURCES = st.sampled_from(Source)
UNITS = st.integers(0, MICROS)
CHANGES = st.integers(-MICROS, MICROS)


@given(TEXTS, TEXTS, SOURCES, UNITS, st.integers(0, 10**18), CHANGES, CHANGES, CHANGES, TIMES)
def test_a_price(
    market_id: str,
    slug: str,
    source: Source,
    yes: int,
    cents: int,
    change5m: int,
    change1h: int,
    change24h: int,
    at: int,
) -> None:
    known = identity(market_id=market_id, slug=slug, source=source)
    expected = PriceUpdate(
        market_id=market_id,
        slug=slug,
        yes_price=Price(yes),
        no_price=Price(MICROS - yes),
        volume24h=Usd(cents),
        change5m=Signed6(change5m),
        change1h=Signed6(change1h),
        change24h=Signed6(change24h),
        source=source,
        updated_at=Instant(at),
    )

    rendered = render.price(known, yes, cents, Changes(change5m, change1h, change24h), at)
    assert rendered == encode(expected)


@given(TEXTS, SOURCES, TIMES)
def test_a_book(market_id: str, source: Source, at: int) -> None:
    book = Book()
    book.bids.set(300_000, 5 * MICROS)
    book.asks.set(400_000, 7)
    expected = OrderBook(
        market_id=market_id,
        source=source,
        bids=[Level(Price(300_000), Size(5 * MICROS))],
        asks=[Level(Price(400_000), Size(7))],
        spread=Signed6(100_000),
        updated_at=Instant(at),
    )

    known = identity(market_id=market_id, source=source)
    assert render.book(known, book.json(), at) == encode(expected)


def test_a_book_with_an_empty_side() -> None:
    expected = OrderBook("m", Source.KALSHI, [], [], None, Instant(EARLIEST_MS))

    known = identity(market_id="m", source=Source.KALSHI)
    assert render.book(known, Book().json(), EARLIEST_MS) == encode(expected)
