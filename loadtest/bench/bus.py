"""Entries per second through a real Redis: one publisher, one subscriber, one process each.

    python loadtest/bench/bus.py [--seconds 2] [--redis redis://…]

Payloads of 330 bytes over 1,000 markets; prints JSON: for each channel and batch size
the entries per second, and the CPU seconds per 10,000 entries of the publisher, of the
subscriber and (of a server of our own) of Redis. All share whatever cores there are.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.parts.redis_buses import bus_policy, running_bus
from tests.parts.redis_server import RedisServer
from vezta_stream.bus.base import Batch, Entry
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Scope, SourcePosition

BATCHES = (1, 10, 50, 200)
SCOPES = (Scope(Channel.MARKET_TRADES), Scope(Channel.MARKET_PRICES))
MARKETS = 1_000
PAYLOAD = b'{"marketId":"%s"}' % (b"x" * 313)
LANES = [Lane(1, "exchange.polymarket", 0, f"0x{n:064x}") for n in range(MARKETS)]


class Spent(NamedTuple):
    """What one side did."""

    entries: int
    seconds: float
    cpu_seconds: float


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--redis", help="use this one instead of starting one")
    options = parser.parse_args()
    with _redis(options.redis) as (url, pid):
        results = [
            _measure(url, pid, scope, batch, options.seconds)
            for scope in SCOPES
            for batch in BATCHES
        ]
    sys.stdout.write(json.dumps({"cores": os.cpu_count(), "results": results}, indent=2) + "\n")


@contextmanager
def _redis(given: str | None) -> Iterator[tuple[str, int | None]]:
    if given is not None:
        yield given, None
        return
    with tempfile.TemporaryDirectory() as directory:
        server = RedisServer(Path(directory))
        try:
            server.start()
            yield server.url, server.pid
        finally:
            server.stop()


def _measure(
    url: str, pid: int | None, scope: Scope, batch: int, seconds: float
) -> dict[str, object]:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    prefix = f"bench-{uuid.uuid4().hex}"
    receiving, sending = context.Pipe(duplex=False)
    listener = context.Process(target=_listen, args=(url, prefix, scope, ready, stop, sending))
    listener.start()
    ready.wait(10)
    redis_before = _cpu_seconds_of(pid)
    published = asyncio.run(_publish(url, prefix, scope, batch, seconds))
    redis_spent = _cpu_seconds_of(pid) - redis_before
    stop.set()
    received: Spent = receiving.recv()
    listener.join(10)
    per_10k = 10_000 / published.entries
    return {
        "channel": scope.channel.value,
        "batch": batch,
        "entries_per_second": round(published.entries / published.seconds),
        "received": received.entries == published.entries,
        "publisher_cpu_s_per_10k": round(published.cpu_seconds * per_10k, 3),
        "subscriber_cpu_s_per_10k": round(received.cpu_seconds * per_10k, 3),
        "redis_cpu_s_per_10k": round(redis_spent * per_10k, 3),
    }


async def _publish(url: str, prefix: str, scope: Scope, batch: int, seconds: float) -> Spent:
    async with running_bus(url, bus_policy(prefix=prefix)) as bus:
        started, cpu = time.monotonic(), _own_cpu_seconds()
        offset = 0
        while time.monotonic() - started < seconds:
            await bus.publish(scope, [_entry(n) for n in range(offset, offset + batch)])
            offset += batch
        return Spent(offset, time.monotonic() - started, _own_cpu_seconds() - cpu)


def _entry(number: int) -> Entry:
    lane = LANES[number % MARKETS]
    return Entry(lane, SourcePosition(number, 0), lane.key, PAYLOAD)


def _listen(
    url: str,
    prefix: str,
    scope: Scope,
    ready: Event,
    stop: Event,
    answer: Connection,
) -> None:
    answer.send(asyncio.run(_count(url, prefix, scope, ready, stop)))


async def _count(url: str, prefix: str, scope: Scope, ready: Event, stop: Event) -> Spent:
    entries = 0

    def receive(batch: Batch) -> None:
        nonlocal entries
        entries += len(batch.items)

    async with running_bus(url, bus_policy(prefix=prefix)) as bus:
        await bus.subscribe(scope, receive)
        started, cpu = time.monotonic(), _own_cpu_seconds()
        ready.set()
        await asyncio.to_thread(stop.wait)
        await asyncio.sleep(0.5)  # what is under way still counts
        return Spent(entries, time.monotonic() - started, _own_cpu_seconds() - cpu)


def _own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_seconds_of(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
