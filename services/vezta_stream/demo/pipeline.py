"""The pipeline in one process: ingestor and relay over the in-memory log and bus."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry

from vezta_stream import topics
from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core.channels import Channel
from vezta_stream.demo.audience import Audience
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.parking import Parking, ParkingLimits
from vezta_stream.ingestor.pipeline import Ingestor
from vezta_stream.ingestor.sources import CATALOG, StateLimits, sources
from vezta_stream.ingestor.worker import Worker
from vezta_stream.log.memory import MemoryLog
from vezta_stream.metrics import IngestorMetrics, RelayMetrics
from vezta_stream.relay.pipeline import Relay, RelayPolicy
from vezta_stream.settings import IngestorSettings

# Everything lives in memory: keep minutes of history, not days. Producers wait for
# whoever is half of it behind.
_RETAIN_RECORDS: Final = 10_000
_COMPACT_ABOVE_RECORDS: Final = 2_000
# Enough to exercise the order per partition; one process gains nothing from more.
_PARTITIONS: Final = 4
_LOG_ENTRIES: Final = 10_000
_IDLE_SCOPES: Final = 1_000

_RELAY_POLICY: Final = RelayPolicy(
    poll_records=500,
    poll_seconds=1.0,
    batch_entries=200,
    batch_bytes=262_144,
    attempt_seconds=2.0,
    first_backoff_seconds=0.05,
    last_backoff_seconds=2.0,
    revoke_seconds=1.0,
)


class Pipeline(NamedTuple):
    """The log, the bus as its audience sees it, and what runs between until cancelled."""

    log: MemoryLog
    audience: Audience
    services: tuple[Callable[[], Awaitable[None]], ...]


def build(
    *, clock: Callable[[], int], settings: IngestorSettings, registry: CollectorRegistry
) -> Pipeline:
    """Wire the pipeline; `clock` is the ingestor's time in ms since 1970."""
    log = MemoryLog(
        now_ms=clock, retain_records=_RETAIN_RECORDS, compact_above_records=_COMPACT_ABOVE_RECORDS
    )
    log.create(*topics.specs(_PARTITIONS))
    bus = MemoryBus(
        new_epoch=lambda: secrets.token_hex(8),
        log_entries=_LOG_ENTRIES,
        idle_user_scopes=_IDLE_SCOPES,
    )
    relay = Relay(
        log=log,
        bus=bus,
        group="relay",
        channels=list(Channel),
        policy=_RELAY_POLICY,
        metrics=RelayMetrics(registry),
        sleep=asyncio.sleep,
    )
    ingestor = _ingestor(log, clock, settings, IngestorMetrics(registry))
    return Pipeline(log, Audience(bus), (ingestor.run, relay.run))


def _ingestor(
    log: MemoryLog, clock: Callable[[], int], settings: IngestorSettings, metrics: IngestorMetrics
) -> Ingestor:
    catalog = Registry()
    worker = Worker(
        factories=sources(
            registry=catalog,
            whales=settings.whale_thresholds(),
            limits=StateLimits(
                trade_ids=settings.trade_ids_per_partition,
                orders=settings.orders_per_partition,
            ),
        ),
        registry=catalog,
        parking=Parking(
            ParkingLimits(
                records=settings.parked_records,
                size_bytes=settings.parked_bytes,
                wait_ms=round(settings.parked_seconds * 1000),
            )
        ),
        generation=settings.generation,
        observer=metrics,
    )
    return Ingestor(
        log=log,
        worker=worker,
        group="ingestor",
        topics=list(topics.RAW),
        catalog_topic=CATALOG,
        clock=clock,
        tick_seconds=1.0,
        max_records=settings.poll_records,
    )
