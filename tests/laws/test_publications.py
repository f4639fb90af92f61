"""What holds for everything that is published, whatever was sent."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.markets import (
    Feed,
    Json,
    books,
    catalog_entry,
    kalshi,
    kalshi_entry,
    polymarket,
    prices,
)
from tests.laws.streams import KALSHI_STREAMS, POLYMARKET_STREAMS
from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS, parse_units
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Rejected
from vezta_stream.schemas.codec import decoder, encode
from vezta_stream.schemas.market import OrderBook, PriceUpdate, Trade
from vezta_stream.schemas.signals import Signal

SCHEMAS = {
    Channel.MARKET_ORDERBOOK: decoder(OrderBook),
    Channel.MARKET_PRICES: decoder(PriceUpdate),
    Channel.MARKET_TRADES: decoder(Trade),
    Channel.MONITOR_SIGNALS: decoder(Signal),
}

Stream = list[tuple[int, Json]]
ANY_STREAM = st.one_of(
    st.tuples(st.just("polymarket"), POLYMARKET_STREAMS),
    st.tuples(st.just("kalshi"), KALSHI_STREAMS),
)


def published(exchange: str, stream: Stream) -> list[Publication]:
    """Return all that a stream and a tick before each of its messages publish."""
    return list(_published(feed_of(exchange), stream))


def feed_of(exchange: str) -> Feed:
    """Return a feed whose trades may be whales."""
    if exchange == "polymarket":
        return polymarket(catalog_entry(category="crypto"))
    return kalshi(kalshi_entry(category="crypto"))


def _published(feed: Feed, stream: Stream) -> Iterator[Publication]:
    for at, message in stream:
        yield from (ticked.publication for ticked in feed.markets.tick(at))
        with suppress(Rejected):  # the same trade twice
            yield from feed.send(message, received_at=at)


@given(ANY_STREAM)
@settings(max_examples=60)
def test_books_are_in_order_never_crossed_and_never_repeated(told: tuple[str, Stream]) -> None:
    everything = published(*told)
    for book in books(everything):
        bids = [parse_units(level["price"], 6) for level in book["bids"]]
        asks = [parse_units(level["price"], 6) for level in book["asks"]]
        assert bids == sorted(set(bids), reverse=True)
        assert asks == sorted(set(asks))
        assert all(parse_units(level["size"], 6) > 0 for level in book["bids"] + book["asks"])
        if bids and asks:
            assert parse_units(book["spread"], 6) == asks[0] - bids[0] > 0
        else:
            assert book["spread"] is None
    assert_none_repeats_the_one_before(everything, Channel.MARKET_ORDERBOOK)


@given(ANY_STREAM)
@settings(max_examples=60)
def test_prices_sum_to_one_and_are_never_repeated(told: tuple[str, Stream]) -> None:
    everything = published(*told)
    for price in prices(everything):
        yes, no = parse_units(price["yesPrice"], 6), parse_units(price["noPrice"], 6)
        assert yes + no == MICROS
        assert 0 <= yes <= MICROS
    assert_none_repeats_the_one_before(everything, Channel.MARKET_PRICES)


def assert_none_repeats_the_one_before(everything: list[Publication], channel: Channel) -> None:
    """Compare neighbours without their times; tombstones may stand side by side."""
    data = [publication.data or b"" for publication in everything if publication.channel is channel]
    told = [each.split(b',"updatedAt"')[0] for each in data]
    assert all(before != after or not after for before, after in pairwise(told))


@given(ANY_STREAM)
@settings(max_examples=60)
def test_every_payload_is_what_its_schema_encodes(told: tuple[str, Stream]) -> None:
    for publication in published(*told):
        if publication.data is not None:
            decoded = SCHEMAS[publication.channel].decode(publication.data)
            assert encode(decoded) == publication.data


@given(ANY_STREAM)
@settings(max_examples=60)
def test_the_same_records_and_ticks_give_the_same_bytes(told: tuple[str, Stream]) -> None:
    assert published(*told) == published(*told)
