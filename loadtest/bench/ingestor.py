"""How many raw exchange messages one core normalises: decode, normalise, encode.

Every message goes through `Partition.process`, as in a running ingestor: from the raw
record's bytes to channel records with their headers. One publication per uncrossed book
state; nothing is conflated in time. The messages are the simulator's, whose mix on
Polymarket is the recorded one (91 % price_change, books of about 2 KB).

    python loadtest/bench/ingestor.py [--messages N] [--rounds N] [--json FILE]

Each round starts with cold caches and empty state, pinned to one core; its first third
warms up and is not counted. Seconds are CPU seconds of that core, so that a busy machine
changes them less. The table gives medians of the rounds.
"""

import argparse
import functools
import gc
import json
import os
import platform
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from vezta_stream.connector import kalshi, polymarket
from vezta_stream.core import wire
from vezta_stream.core.records import Rejected
from vezta_stream.ingestor import sources
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.partition import Partition
from vezta_stream.log.base import Record, TopicPartition
from vezta_stream.settings import IngestorSettings
from vezta_stream.simulator.emissions import ExchangeFrame, InputRecord, Topic
from vezta_stream.simulator.habits import LIFELIKE
from vezta_stream.simulator.simulator import Simulator

START_MS = 1_790_658_661_234
STEP_MS = 20
RATE = 2_000.0
MARKETS = 300


class Load(NamedTuple):
    """Raw records of one topic, and the catalog that explains them."""

    topic: str
    records: Sequence[Record]
    catalog: Sequence[bytes]

    @property
    def warm_up(self) -> int:
        """How many records come before what is counted."""
        return len(self.records) // 3

    @property
    def counted(self) -> int:
        """How many records are counted."""
        return len(self.records) - self.warm_up


class Round(NamedTuple):
    """One measured pass; `seconds` are CPU seconds of the one core."""

    seconds: float
    publications: int
    bytes_out: int
    refused: int


def generate(topic: Topic, messages: int) -> Load:
    """Let the simulator trade until an exchange has sent this many messages."""
    simulator = Simulator(
        seed=7, markets=MARKETS, rate=RATE, user="bench", others=0, habits=LIFELIKE
    )
    split = polymarket.split if topic is Topic.POLYMARKET else kalshi.split
    records: list[Record] = []
    catalog: list[bytes] = []
    now_ms = START_MS
    while len(records) < messages:
        for emission in simulator.step(now_ms):
            if isinstance(emission, InputRecord):
                if emission.topic is Topic.CATALOG:
                    catalog.append(emission.value)
            elif emission.topic is topic:
                records += _records(emission, split(emission.data), len(records), now_ms)
        now_ms += STEP_MS
    return Load(topic.value, records[:messages], catalog)


def measure(load: Load) -> Round:
    """Process the load once, with cold caches and empty state."""
    settings = IngestorSettings()
    registry = Registry()
    for value in load.catalog:
        registry.apply(value)
    limits = sources.StateLimits(
        trade_ids=settings.trade_ids_per_partition, orders=settings.orders_per_partition
    )
    factory = sources.sources(registry=registry, whales=settings.whale_thresholds(), limits=limits)[
        load.topic
    ]
    partition = Partition(TopicPartition(load.topic, 0), factory(), generation=1)
    publications = bytes_out = refused = 0
    _chill()
    started = 0.0
    for number, record in enumerate(load.records):
        if number == load.warm_up:
            publications = bytes_out = refused = 0
            started = time.process_time()
        try:
            drafts = partition.process(record)
        except Rejected:
            refused += 1
            continue
        publications += len(drafts)
        for draft in drafts:
            bytes_out += len(draft.value or b"")
    return Round(time.process_time() - started, publications, bytes_out, refused)


def run(load: Load, rounds: int) -> dict[str, object]:
    """Return the medians of the rounds, with what was measured."""
    results = [measure(load) for _ in range(rounds)]
    seconds = statistics.median(result.seconds for result in results)
    first = results[0]
    return {
        "topic": load.topic,
        "messages": load.counted,
        "messages_per_second": round(load.counted / seconds),
        "publications_per_second": round(first.publications / seconds),
        "megabytes_out_per_second": round(first.bytes_out / seconds / 1e6, 1),
        "refused": first.refused,
        "mean_publication_bytes": round(first.bytes_out / max(1, first.publications)),
        "mix_percent": _mix(load),
        "slowest_round_messages_per_second": round(
            load.counted / max(result.seconds for result in results)
        ),
    }


def _chill() -> None:
    """Empty every cache, and take the waiting load, which is ours, from the collector."""
    gc.unfreeze()
    gc.collect()
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()
    gc.freeze()


def _records(
    frame: ExchangeFrame, elements: Sequence[tuple[str | None, bytes]], offset: int, now_ms: int
) -> list[Record]:
    flag = b"true" if frame.use_yes_price else b"false"
    headers = ((wire.RECEIVED_AT, str(now_ms).encode()), (wire.USE_YES_PRICE, flag))
    return [
        Record(frame.topic.value, 0, offset + n, (key or "").encode(), value, headers, now_ms)
        for n, (key, value) in enumerate(elements)
    ]


class _Kind(msgspec.Struct):
    event_type: str = ""
    type: str = ""


def _mix(load: Load) -> dict[str, float]:
    kinds: Counter[str] = Counter()
    for record in load.records:
        kind = msgspec.json.decode(record.value or b"{}", type=_Kind)
        kinds[kind.event_type or kind.type] += 1
    return {name: round(100 * n / kinds.total(), 1) for name, n in kinds.most_common()}


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=45_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    results = []
    for topic in (Topic.POLYMARKET, Topic.KALSHI):
        results.append(run(generate(topic, options.messages), options.rounds))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"medians of {options.rounds} rounds, one core of: {machine}",
        "",
        "| raw topic | messages/s | publications/s | MB/s out | bytes per publication | refused |",
        "|---|---|---|---|---|---|",
        *(
            f"| {r['topic']} | {r['messages_per_second']:,} | {r['publications_per_second']:,} "
            f"| {r['megabytes_out_per_second']} | {r['mean_publication_bytes']:,} "
            f"| {r['refused']} |"
            for r in results
        ),
        "",
        *(f"mix of {r['topic']}, %: {r['mix_percent']}" for r in results),
    ]
    print("\n".join(lines))  # noqa: T201  (the benchmark's output)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine, "results": results}, indent=2))


if __name__ == "__main__":
    main()
