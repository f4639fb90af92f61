"""The outside world of a demo: simulated, or recorded."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.core.records import Rejected
from vezta_stream.demo import replay
from vezta_stream.demo.audience import Audience
from vezta_stream.demo.feed import Feed
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.log.base import Producer
from vezta_stream.simulator import runner
from vezta_stream.simulator.emissions import Emission, InputRecord, Topic
from vezta_stream.simulator.habits import LIFELIKE
from vezta_stream.simulator.simulator import Simulator

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

DEMO_USER: Final = "demo"
_OTHER_USERS: Final = 20
_STEP_SECONDS: Final = 0.02
_MAX_SUBSCRIPTIONS: Final = 1_000
_MAX_BOOKS: Final = 10_000

_ATTENDED_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 10.0

Run = Callable[[Producer, Audience], Awaitable[None]]


class World(NamedTuple):
    """A clock in ms since 1970, and what produces raw records until cancelled.

    `run` is also given the audience, for which a recording waits before it begins.
    """

    clock: Callable[[], int]
    run: Run


def simulated(*, seed: int, markets: int, rate: float) -> World:
    """Return markets that trade now, and a few users with orders and portfolios."""
    simulator = Simulator(
        seed=seed,
        markets=markets,
        rate=rate,
        user=DEMO_USER,
        others=_OTHER_USERS,
        habits=LIFELIKE,
    )
    feed = Feed(guard=_guard(), clock=wall_clock_ms, request_snapshots=simulator.request_snapshots)

    async def run(producer: Producer, audience: Audience) -> None:
        await runner.run(
            simulator,
            emit=_into(producer, feed),
            clock=wall_clock_ms,
            step_seconds=_STEP_SECONDS,
        )

    return World(wall_clock_ms, run)


def recorded(
    paths: Sequence[Path], *, catalog: Path | None, speed: float, use_yes_price: bool
) -> World:
    """Return recordings on their own clock. Raises ValueError or OSError for bad files."""
    frames = replay.load(paths, use_yes_price=use_yes_price)
    known = _catalog(catalog) if catalog else []
    if not known and any(one.frame.topic is Topic.POLYMARKET for one in frames):
        raise ValueError("Polymarket's recordings need --catalog: which token is YES?")
    recording = replay.Replay(frames, speed=speed, monotonic=time.monotonic)
    feed = Feed(guard=_guard(), clock=recording.clock, request_snapshots=_nobody_to_ask)

    async def run(producer: Producer, audience: Audience) -> None:
        await producer.send(feed.drafts(known))
        await _seated(audience)
        logger.info("replay begins", frames=len(frames))
        await recording.run(_into(producer, feed))
        logger.info("replay finished", frames=len(frames))
        await asyncio.Event().wait()  # what was replayed stays on the screens

    return World(recording.clock, run)


def wall_clock_ms() -> int:
    """Return ms since 1970."""
    return time.time_ns() // 1_000_000


async def _seated(audience: Audience) -> None:
    """Wait a moment longer than for the first subscription, or until patience ends."""
    logger.info(
        "replay begins shortly after the first subscription, or when nobody has come in time",
        after_subscription_seconds=_ATTENDED_SECONDS,
        at_most_seconds=_PATIENCE_SECONDS,
    )
    if await audience.came(within_seconds=_PATIENCE_SECONDS):
        await asyncio.sleep(_ATTENDED_SECONDS)  # for its other channels


def _into(producer: Producer, feed: Feed) -> Callable[[Sequence[Emission]], Awaitable[None]]:
    async def emit(emissions: Sequence[Emission]) -> None:
        await producer.send(feed.drafts(emissions))

    return emit


def _guard() -> SequenceGuard:
    return SequenceGuard(max_subscriptions=_MAX_SUBSCRIPTIONS, max_books=_MAX_BOOKS)


def _nobody_to_ask(tickers: Iterable[str]) -> None:
    """A recording answers no requests: its next snapshot is the answer."""


def _catalog(path: Path) -> list[InputRecord]:
    registry = Registry()
    records = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            try:
                registry.apply(line)
            except Rejected as rejected:
                raise ValueError(f"{path}, line {number}: {rejected}") from None
            records.append(InputRecord(Topic.CATALOG, f"{path.name}:{number}", line))
    return records
