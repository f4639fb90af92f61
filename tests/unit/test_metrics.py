"""The instruments themselves."""

import re

import pytest
from prometheus_client import CollectorRegistry

from vezta_stream.core.channels import Channel
from vezta_stream.core.records import Reason
from vezta_stream.metrics import GatewayMetrics, IngestorMetrics, RelayMetrics

KINDS = [("gateway", GatewayMetrics), ("ingestor", IngestorMetrics), ("relay", RelayMetrics)]
LABELS = {"channel", "source", "reason", "code", "outcome", "action"}


@pytest.mark.parametrize(("deployable", "kind"), KINDS)
def test_names_descriptions_and_labels_follow_the_rules(
    deployable: str, kind: type[GatewayMetrics | IngestorMetrics | RelayMetrics]
) -> None:
    registry = CollectorRegistry()
    instruments = vars(kind(registry)).values()

    for instrument in instruments:
        assert re.fullmatch(f"vezta_{deployable}_[a-z_]+", instrument._name)
        assert instrument._documentation.endswith(".")
        assert set(instrument._labelnames) <= LABELS
    assert len(list(registry.collect())) == len(instruments)


def test_they_live_together_in_one_registry() -> None:
    registry = CollectorRegistry()
    for _, kind in KINDS:
        kind(registry)


def test_the_ingestor_is_observed() -> None:
    registry = CollectorRegistry()
    metrics = IngestorMetrics(registry)
    metrics.consumed("exchange.kalshi", 5)
    metrics.published("market.prices", 3)
    metrics.published("ingestor.dead-letters", 1)
    metrics.rejected("exchange.kalshi", Reason.NOT_JSON)
    metrics.rejected("exchange.kalshi", Reason.DUPLICATE)
    metrics.dead_lettered(Reason.NOT_JSON)
    metrics.tallied("book_held", 2)
    metrics.tallied("whale_without_category", 1)
    metrics.tallied("tick_size", 4)
    metrics.parked(7)

    read = registry.get_sample_value
    topic = {"source": "exchange.kalshi"}
    assert read("vezta_ingestor_records_total", topic) == 5
    assert read("vezta_ingestor_publications_total", {"channel": "market:prices"}) == 3
    assert read("vezta_ingestor_rejections_total", {**topic, "reason": "not_json"}) == 1
    assert read("vezta_ingestor_rejections_total", {**topic, "reason": "duplicate"}) == 1
    assert read("vezta_ingestor_dead_letters_total", {"reason": "not_json"}) == 1
    assert read("vezta_ingestor_dead_letters_total", {"reason": "duplicate"}) is None
    assert read("vezta_ingestor_books_held_total") == 2
    assert read("vezta_ingestor_whales_without_category_total") == 1
    assert read("vezta_ingestor_books_dropped_total", {"reason": "tick_size"}) == 4
    assert read("vezta_ingestor_parked_records") == 7


def test_the_relay_is_observed() -> None:
    registry = CollectorRegistry()
    metrics = RelayMetrics(registry)
    metrics.on_published(Channel.USER_ORDERS, 3)
    metrics.on_unreadable("version")
    metrics.on_retry(Channel.USER_ORDERS)

    read = registry.get_sample_value
    channel = {"channel": "user:orders"}
    assert read("vezta_relay_publications_total", channel) == 3
    assert read("vezta_relay_unreadable_records_total", {"reason": "version"}) == 1
    assert read("vezta_relay_publish_retries_total", channel) == 1
