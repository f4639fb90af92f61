"""Each raw topic has its normaliser, and each partition a state of its own."""

import pytest

from tests.builders import kalshi as k
from tests.builders.ingestion import factories
from tests.builders.markets import START, as_bytes, registry
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.ingestor import sources


def test_every_raw_topic_but_the_catalog_is_normalised() -> None:
    assert set(factories(registry())) == {
        "exchange.polymarket",
        "exchange.kalshi",
        "orders.events",
        "portfolio.updates",
        "notifications.created",
        "copy-trade.events",
        "signals.events",
    }
    assert sources.CATALOG == "markets.catalog"


def test_only_signals_have_no_lane_per_key() -> None:
    keyed = {topic: make().keyed for topic, make in factories(registry()).items()}

    assert [topic for topic, is_keyed in keyed.items() if not is_keyed] == [sources.SIGNALS]


def test_only_exchanges_have_markets() -> None:
    with_markets = [
        topic for topic, make in factories(registry()).items() if make().markets is not None
    ]

    assert with_markets == [sources.POLYMARKET, sources.KALSHI]


@pytest.mark.parametrize("topic", [sources.POLYMARKET, sources.KALSHI])
def test_partitions_share_nothing_but_the_catalog(topic: str) -> None:
    make = factories(registry())[topic]
    first, second = make(), make()

    assert first.normaliser is not second.normaliser
    assert first.markets is not second.markets


def test_trade_ids_are_remembered_per_partition() -> None:
    make = factories(registry())[sources.KALSHI]
    first, second = make(), make()
    trade = RawRecord(None, as_bytes(k.trade("0.5", "1")), START)
    first.normaliser.normalise(trade)

    assert second.normaliser.normalise(trade)
    with pytest.raises(Rejected) as caught:
        first.normaliser.normalise(trade)
    assert caught.value.reason is Reason.DUPLICATE


@pytest.mark.parametrize("topic", sorted(factories(registry())))
def test_every_normaliser_refuses_garbage_with_a_reason(topic: str) -> None:
    normaliser = factories(registry())[topic]().normaliser
    with pytest.raises(Rejected) as caught:
        normaliser.normalise(RawRecord(None, b"\xff", START))

    assert caught.value.reason is Reason.NOT_JSON
