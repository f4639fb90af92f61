"""Every Prometheus instrument, declared once and described for whoever operates the service.

Labels come from closed sets only: channels, sources, reasons, codes. Each class takes
the registry it reports to, so that several can live in one process and in tests.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from vezta_stream.core.channels import BY_TOPIC, Channel
from vezta_stream.core.records import Reason


class GatewayMetrics:
    """What one node counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.connections = Gauge(
            "vezta_gateway_connections",
            "Engine.IO connections open now, whether or not they joined the namespace.",
            registry=registry,
        )
        self.admissions = Counter(
            "vezta_gateway_admissions_total",
            "Answers to a connect on the namespace, by how the token fared: anonymous, verified, "
            "expired (connected as anonymous) or refused.",
            ["outcome"],
            registry=registry,
        )
        self.disconnections = Counter(
            "vezta_gateway_disconnections_total",
            "Engine.IO connections that ended, by why: client, server, transport, ping_timeout, "
            "malformed, slow, idle or shutdown.",
            ["reason"],
            registry=registry,
        )
        self.commands = Counter(
            "vezta_gateway_commands_total",
            "Commands of clients, by the code that they were answered with ('OK' for success).",
            ["code"],
            registry=registry,
        )
        self.malformed = Counter(
            "vezta_gateway_malformed_packets_total",
            "Packets and requests that broke the protocol; their connections were closed. "
            "A rise from few addresses is an attack or a broken client.",
            ["reason"],
            registry=registry,
        )
        self.subscribers = Gauge(
            "vezta_gateway_subscribers",
            "Connections subscribed to a channel now.",
            ["channel"],
            registry=registry,
        )
        self.feeds = Gauge(
            "vezta_gateway_bus_subscriptions",
            "Scopes that this node receives from the bus now.",
            registry=registry,
        )
        self.bus_failures = Counter(
            "vezta_gateway_bus_failures_total",
            "Subscriptions on the bus that failed to open or to close, timeouts included.",
            ["action"],
            registry=registry,
        )
        self.publications = Counter(
            "vezta_gateway_publications_total",
            "Publications that reached this node from the bus.",
            ["channel"],
            registry=registry,
        )
        self.deliveries = Counter(
            "vezta_gateway_deliveries_total",
            "Publications put on the queue of one connection.",
            ["channel"],
            registry=registry,
        )
        self.unsendable = Counter(
            "vezta_gateway_unsendable_publications_total",
            "Publications whose payload is not text and which nobody got. Never normal.",
            ["channel"],
            registry=registry,
        )
        self.withheld = Counter(
            "vezta_gateway_withheld_publications_total",
            "Private publications not queued because the token of the connection had expired.",
            ["channel"],
            registry=registry,
        )
        self.room_commands = Counter(
            "vezta_gateway_room_commands_total",
            "What other processes asked of this node's rooms, by what became of it: emit, "
            "disconnect, unreadable (a pickle, or not our JSON), refused or overflow.",
            ["outcome"],
            registry=registry,
        )
        self.fan_out_seconds = Histogram(
            "vezta_gateway_fan_out_seconds",
            "Time to put one batch of publications on the queues of all its subscribers.",
            buckets=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            registry=registry,
        )


class IngestorMetrics:
    """What one ingestor counts; implements `ingestor.worker.Observer`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter(
            "vezta_ingestor_records_total",
            "Raw records read, by raw topic.",
            ["source"],
            registry=registry,
        )
        self.publications = Counter(
            "vezta_ingestor_publications_total",
            "Records made for each channel topic. Repeats after a restart count again.",
            ["channel"],
            registry=registry,
        )
        self.rejections = Counter(
            "vezta_ingestor_rejections_total",
            "Raw records that gave no publication, dead letters included.",
            ["source", "reason"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "vezta_ingestor_dead_letters_total",
            "Raw records kept in the dead letter topic: a source sends what we cannot read.",
            ["reason"],
            registry=registry,
        )
        self.books_held = Counter(
            "vezta_ingestor_books_held_total",
            "Books held back because they were crossed or disagreed with their frame.",
            registry=registry,
        )
        self.books_dropped = Counter(
            "vezta_ingestor_books_dropped_total",
            "Books forgotten until the next snapshot of their market, and changes that met none.",
            ["reason"],
            registry=registry,
        )
        self.parked_records = Gauge(
            "vezta_ingestor_parked_records",
            "Records held now because the catalog does not know their market yet.",
            registry=registry,
        )
        self.whales_without_category = Counter(
            "vezta_ingestor_whales_without_category_total",
            "Whale trades that made no signal because their market has no category.",
            registry=registry,
        )

    def consumed(self, topic: str, records: int) -> None:
        """Records of a raw topic were read."""
        self.records.labels(topic).inc(records)

    def published(self, topic: str, records: int) -> None:
        """Records for a channel topic, or dead letters, were made."""
        channel = BY_TOPIC.get(topic)
        if channel is not None:
            self.publications.labels(channel.value).inc(records)

    def rejected(self, topic: str, reason: Reason) -> None:
        """A record of a raw topic gave no publication."""
        self.rejections.labels(topic, reason.value).inc()

    def dead_lettered(self, reason: Reason) -> None:
        """A refused record was kept."""
        self.dead_letters.labels(reason.value).inc()

    def tallied(self, what: str, times: int) -> None:
        """Something happened to a market that is neither output nor rejection."""
        match what:
            case "book_held":
                self.books_held.inc(times)
            case "whale_without_category":
                self.whales_without_category.inc(times)
            case reason:
                self.books_dropped.labels(reason).inc(times)

    def parked(self, records: int) -> None:
        """So many records wait for their market now."""
        self.parked_records.set(records)


class RelayMetrics:
    """What one relay counts; implements `relay.pipeline.RelayMetrics`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.publications = Counter(
            "vezta_relay_publications_total",
            "Entries that the bus took, repeats and tombstones included.",
            ["channel"],
            registry=registry,
        )
        self.unreadable = Counter(
            "vezta_relay_unreadable_records_total",
            "Channel records passed over because they cannot be read. Never normal.",
            ["reason"],
            registry=registry,
        )
        self.retries = Counter(
            "vezta_relay_publish_retries_total",
            "Publishes repeated because the bus did not answer.",
            ["channel"],
            registry=registry,
        )

    def on_published(self, channel: Channel, entries: int) -> None:
        """The bus took these entries."""
        self.publications.labels(channel.value).inc(entries)

    def on_unreadable(self, reason: str) -> None:
        """A record was passed over."""
        self.unreadable.labels(str(reason)).inc()

    def on_retry(self, channel: Channel) -> None:
        """A batch is going to be published again."""
        self.retries.labels(channel.value).inc()
