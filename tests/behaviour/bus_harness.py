"""What the bus's suite stands on: the harness each twin brings, an inbox, and builders."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from vezta_stream.bus.base import Batch, Bus, Entry, Item
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Scope, SourcePosition

DEADLINE_SECONDS = 30.0

LANE = Lane(1, "orders.events", 3, "0xmarket")
OTHER_LANE = Lane(1, "orders.events", 3, "0xother")

# Examples share the fixtures and keep apart by scopes of their own.
laws = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)

# What one lane puts out, as (key, whether it is a tombstone), and where runs of it begin anew.
outputs = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=30)
runs = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=10)


class BusHarness(Protocol):
    """What the twins do differently."""

    bus: Bus
    # A log scope keeps at least the first, and never more than the second, many items.
    log_entries: int
    log_entries_at_most: int

    async def lose_data(self) -> None:
        """Forget everything that was published; subscriptions live on."""


class Inbox:
    """Receives batches and lets a test wait for them."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._arrived = asyncio.Event()

    def __call__(self, batch: Batch) -> None:
        self.batches.append(batch)
        self._arrived.set()

    @property
    def items(self) -> list[Item]:
        """All items received."""
        return [item for batch in self.batches for item in batch.items]

    async def until(self, count: int) -> list[Item]:
        """Wait until there are at least `count` items; return all there are."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(self.items) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.items


def log_scope() -> Scope:
    """Return a scope of a log channel that no other test uses."""
    return Scope(Channel.USER_ORDERS, uuid.uuid4().hex)


def merge_scope() -> Scope:
    """Return a scope of a merge channel that no other test uses."""
    return Scope(Channel.USER_PORTFOLIO, uuid.uuid4().hex)


def entry(offset: int, key: str = "k", data: bytes | None = None, *, lane: Lane = LANE) -> Entry:
    """Return an entry with this raw offset, its data telling it from others."""
    return Entry(lane, SourcePosition(offset, 0), key, data or f'{{"n":{offset}}}'.encode())


def tombstone(offset: int, key: str = "k", *, lane: Lane = LANE) -> Entry:
    """Return an entry that removes `key`."""
    return Entry(lane, SourcePosition(offset, 0), key, None)


def entries(offsets: range) -> list[Entry]:
    """Return one entry for each offset, all of one lane and key."""
    return [entry(offset) for offset in offsets]


def data_of(items: Sequence[Item]) -> list[bytes]:
    """Return the payloads of items."""
    return [item.data for item in items]


def seqs_of(items: Sequence[Item]) -> list[int]:
    """Return the sequence numbers of items."""
    return [item.seq for item in items]


def lane_of(outputs: Sequence[tuple[str, bool]]) -> list[Entry]:
    """Number the outputs of one lane."""
    return [
        tombstone(offset, key) if removed else entry(offset, key)
        for offset, (key, removed) in enumerate(outputs)
    ]


async def publish_in_runs(
    bus: Bus, scope: Scope, lane: Sequence[Entry], runs: Sequence[tuple[int, int]]
) -> None:
    """Publish all of a lane as a relay does that crashes: it goes back, never ahead.

    A run is (from how far back of what was reached, how many).
    """
    reached = 0
    for back, count in [*runs, (0, len(lane))]:
        start = max(reached - back, 0)
        await bus.publish(scope, lane[start : start + count])
        reached = max(reached, min(start + count, len(lane)))


class BusFixtures:
    """Fixtures of the suites; `harness` comes from the module that runs them."""

    @pytest.fixture
    def bus(self, harness: BusHarness) -> Bus:
        return harness.bus
