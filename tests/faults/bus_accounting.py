"""Who publishes like a relay, who listens like a node, and what they must agree on."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from vezta_stream.bus.base import Batch, Bus, Entry
from vezta_stream.core.positions import Lane, Position, Scope, SourcePosition
from vezta_stream.errors import BusUnavailable

LANE = Lane(1, "exchange.polymarket", 0, "0xmarket")
DEADLINE_SECONDS = 30.0


def entry(number: int) -> Entry:
    """Return the publication of this number; keys repeat."""
    return Entry(LANE, SourcePosition(number, 0), f"k{number % 7}", b"%d" % number)


class Publisher:
    """Publishes batches one after another, each until the bus answers."""

    def __init__(self, bus: Bus, scope: Scope, *, batch: int = 5, published: int = 0) -> None:
        self._bus = bus
        self._scope = scope
        self._batch = batch
        self.published = published
        self.positions: list[Position] = []
        self.failures = 0

    async def run(self) -> None:
        """Publish until cancelled, some hundred a second."""
        while True:
            await self.publish()
            await asyncio.sleep(0.01)

    async def publish(self) -> None:
        """Publish the next batch."""
        numbers = range(self.published, self.published + self._batch)
        for _ in itertools.count():
            try:
                position = await self._bus.publish(self._scope, [entry(n) for n in numbers])
            except BusUnavailable:
                self.failures += 1
                await asyncio.sleep(0.1)
            else:
                self.positions.append(position)
                self.published = numbers.stop
                return


class Witness:
    """Receives, and remembers when."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.at: list[float] = []
        self._arrived = asyncio.Event()

    def __call__(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.at.append(time.monotonic())
        self._arrived.set()

    @property
    def numbers(self) -> list[int]:
        """Which publications were seen, in that order."""
        return [int(item.data) for batch in self.batches for item in batch.items]

    @property
    def losses(self) -> list[Batch]:
        """The batches that told of a loss."""
        return [batch for batch in self.batches if batch.lost_to is not None]

    def names_are_unique(self) -> bool:
        """Whether no position named two publications."""
        names: dict[tuple[str, int], bytes] = {}
        return all(
            names.setdefault((batch.epoch, item.seq), item.data) == item.data
            for batch in self.batches
            for item in batch.items
        )

    async def sees(self, number: int) -> None:
        """Wait until it has seen this publication or a later one."""
        await self._until(lambda: max(self.numbers[-50:], default=-1) >= number)

    async def is_told_of_a_loss(self) -> None:
        """Wait until a batch has told of one."""
        await self._until(lambda: bool(self.losses))

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not holds():
                self._arrived.clear()
                await self._arrived.wait()

    def first_after(self, moment: float) -> float:
        """Return how many seconds after `moment` the next batch came."""
        return next(at - moment for at in self.at if at > moment)


@asynccontextmanager
async def under_load(publisher: Publisher, witness: Witness) -> AsyncIterator[None]:
    """Publish while the block runs, and a little longer; then all must have had its time."""
    running = asyncio.create_task(publisher.run())
    try:
        await witness.sees(20)
        yield
        await witness.sees(publisher.published + 100)
    finally:
        running.cancel()
        await asyncio.wait({running})
    await publisher.publish()  # what was under way is completed, or repeated
    await witness.sees(publisher.published - 1)
