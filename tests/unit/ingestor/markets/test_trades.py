"""Trades as publications, and the large ones as signals."""

import pytest

from tests.builders.markets import MARKET, START, WHALES, identity, payloads
from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import Price, Size, Usd
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.markets.trades import (
    amount_of,
    category_of,
    publish_trade,
    publish_whale,
)
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Outcome, Side, Source, Trade
from vezta_stream.schemas.signals import Category, Severity


def trade(**fields: object) -> Trade:
    """Return a trade of 12,345.67 USD."""
    values: dict[str, object] = {
        "id": "t1",
        "market_id": MARKET,
        "source": Source.POLYMARKET,
        "side": Side.BUY,
        "outcome": Outcome.YES,
        "price": Price.parse("0.5"),
        "size": Size.parse("24691.34"),
        "amount": Usd.parse("12345.67"),
        "traded_at": Instant(START),
    }
    return Trade(**(values | fields))  # type: ignore[arg-type]  # a test's own mapping


@pytest.mark.parametrize(
    ("price", "size", "cents"),
    [
        (500_000, 1_000_000, 50),
        (333_333, 10_000, 0),  # 0.00333333 USD
        (500_000, 10_000, 1),  # 0.005 USD is half a cent: up
        (499_999, 10_000, 0),
        (1_000_000, 10**21, 10**17),
    ],
)
def test_amount_is_price_times_size_in_cents_half_up(price: int, size: int, cents: int) -> None:
    assert amount_of(price, size) == cents


@pytest.mark.parametrize(
    ("cents", "severity"),
    [
        (999_999, None),
        (1_000_000, Severity.LOW),
        (4_999_999, Severity.LOW),
        (5_000_000, Severity.HIGH),
        (24_999_999, Severity.HIGH),
        (25_000_000, Severity.CRITICAL),
    ],
)
def test_severity_begins_exactly_at_its_threshold(cents: int, severity: Severity | None) -> None:
    assert WHALES.severity(cents) is severity


def test_a_trade_is_published_under_its_market() -> None:
    publication = publish_trade(identity(), trade())

    assert (publication.channel, publication.key) == (Channel.MARKET_TRADES, MARKET)
    assert publication.data == encode(trade())


@pytest.mark.parametrize(
    ("category", "known"),
    [(None, None), ("", None), ("gardening", None), ("crypto", Category.CRYPTO)],
)
def test_a_category_counts_if_the_contract_knows_it(
    category: str | None, known: Category | None
) -> None:
    assert category_of(identity(category=category)) is known
    assert category_of(identity(category=category and category.upper())) is known


def test_a_whale_is_told_in_words_and_numbers() -> None:
    publication = publish_whale(identity(), trade(), Severity.LOW, Category.CRYPTO)

    [signal] = payloads([publication], Channel.MONITOR_SIGNALS)
    assert publication.key == signal["id"] == "38a25271-647d-5933-9886-f5b79b75cd57"
    assert signal["headline"] == "Whale bought $12,345.67 of YES: Rain tomorrow?"
    assert signal["summary"] == "24,691.34 YES shares at $0.500000 on Polymarket."
    facts = ("type", "severity", "source", "category", "marketId", "side", "amount", "createdAt")
    assert [signal[name] for name in facts] == [
        "whale_trade",
        "low",
        "platform",
        "crypto",
        MARKET,
        "yes",
        "12345.67",
        "2026-09-29T00:00:00.000Z",
    ]


def test_what_a_whale_signal_does_not_know_is_null() -> None:
    publication = publish_whale(
        identity(source=Source.KALSHI),
        trade(source=Source.KALSHI, side=Side.SELL, outcome=Outcome.NO, size=Size(0)),
        Severity.HIGH,
        Category.MACRO,
    )

    [signal] = payloads([publication], Channel.MONITOR_SIGNALS)
    assert signal["headline"].startswith("Whale sold $12,345.67 of NO")
    assert signal["summary"] == "0.00 NO shares at $0.500000 on Kalshi."
    assert signal["relatedMarketIds"] == []
    assert all(signal[name] is None for name in ("lat", "country", "imageUrl", "sourceHandle"))
