"""Raw records as the log gives them, and a worker to put them through."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.builders.markets import CONDITION, START, TICKER, WHALES, Json, as_bytes
from vezta_stream.core import wire
from vezta_stream.core.records import Reason
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.parking import Parking, ParkingLimits
from vezta_stream.ingestor.partition import SourceFactory
from vezta_stream.ingestor.sources import CATALOG, KALSHI, POLYMARKET, StateLimits, sources
from vezta_stream.ingestor.worker import Worker
from vezta_stream.log.base import Draft, Record, TopicPartition

POLYMARKET_0 = TopicPartition(POLYMARKET, 0)
KALSHI_0 = TopicPartition(KALSHI, 0)
LIMITS = ParkingLimits(records=100, size_bytes=1_000_000, wait_ms=60_000)


def record(
    value: Json | bytes | None,
    *,
    topic: str = POLYMARKET,
    partition: int = 0,
    offset: int = 0,
    key: str | None = CONDITION,
    received_at: int | None = START,
    **headers: bytes,
) -> Record:
    """Return a raw record."""
    told = [] if received_at is None else [(wire.RECEIVED_AT, str(received_at).encode())]
    more = [(name.replace("_", "-"), said) for name, said in headers.items()]
    return Record(
        topic=topic,
        partition=partition,
        offset=offset,
        key=None if key is None else key.encode(),
        value=as_bytes(value) if isinstance(value, dict) else value,
        headers=tuple(told + more),
        timestamp_ms=START - 5,
    )


def kalshi_record(value: Json | bytes, *, offset: int = 0, **how: Any) -> Record:
    """Return a raw record of Kalshi's."""
    return record(value, topic=KALSHI, key=TICKER, offset=offset, **how)


def catalog_record(entry: Json | bytes | None, *, key: str = "", offset: int = 0) -> Record:
    """Return a record of the catalog."""
    return record(entry, topic=CATALOG, key=key, offset=offset, received_at=None)


class Counts:
    """Implements `worker.Observer`: remembers what it is told."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.publications: Counter[str] = Counter()
        self.rejections: list[tuple[str, Reason]] = []
        self.dead_letters: list[Reason] = []
        self.tallies: Counter[str] = Counter()
        self.waiting = 0

    def consumed(self, topic: str, records: int) -> None:
        self.records[topic] += records

    def published(self, topic: str, records: int) -> None:
        self.publications[topic] += records

    def rejected(self, topic: str, reason: Reason) -> None:
        self.rejections.append((topic, reason))

    def dead_lettered(self, reason: Reason) -> None:
        self.dead_letters.append(reason)

    def tallied(self, what: str, times: int) -> None:
        self.tallies[what] += times

    def parked(self, records: int) -> None:
        self.waiting = records


def factories(known: Registry) -> Mapping[str, SourceFactory]:
    """Return what makes the state of each raw topic's partitions."""
    return sources(registry=known, whales=WHALES, limits=StateLimits(trade_ids=1_000, orders=1_000))


def worker(counts: Counts, *places: TopicPartition, limits: ParkingLimits = LIMITS) -> Worker:
    """Return a worker that has these partitions and no catalog."""
    known = Registry()
    made = Worker(
        factories=factories(known),
        registry=known,
        parking=Parking(limits),
        generation=3,
        observer=counts,
    )
    made.assign(places)
    return made


def headers(draft: Draft) -> dict[str, str]:
    """Return a draft's headers as text."""
    return {name: value.decode() for name, value in draft.headers}


def topics(drafts: Sequence[Draft]) -> list[str]:
    """Return which topics these drafts go to, in order."""
    return [draft.topic for draft in drafts]
