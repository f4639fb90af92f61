"""Recorded frames, sent again at the pace at which they came (times a speed)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vezta_stream.connector.frames import parts
from vezta_stream.normalise import read_frames, time_of
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, Topic


class Recorded(NamedTuple):
    """A recorded frame and its time in ms, that of the frame before it if it has none."""

    at: int
    frame: ExchangeFrame


class Replay:
    """Recordings on a clock in recorded time: it stands at their first frame until `run`."""

    def __init__(
        self, recorded: Sequence[Recorded], *, speed: float, monotonic: Callable[[], float]
    ) -> None:
        self._recorded = recorded
        self._speed = speed
        self._monotonic = monotonic
        self._started: float | None = None

    def clock(self) -> int:
        """Return the recorded time that it is now, in ms since 1970."""
        if self._started is None:
            return self._recorded[0].at
        elapsed_ms = (self._monotonic() - self._started) * 1000 * self._speed
        return self._recorded[0].at + int(elapsed_ms)

    async def run(self, emit: Callable[[Sequence[Emission]], Awaitable[None]]) -> None:
        """Emit each frame when its time has come; returns after the last.

        Frames that are overdue, because `emit` took long, follow as fast as it takes them.
        """
        self._started = self._monotonic()
        for at, frame in self._recorded:
            wait_seconds = (at - self.clock()) / 1000 / self._speed
            if wait_seconds > 0:
                await asyncio.sleep(wait_seconds)
            await emit([frame])


def load(paths: Sequence[Path], *, use_yes_price: bool) -> list[Recorded]:
    """Return the frames of these files merged by time, each file's in its own order.

    Whether a file is Polymarket's or Kalshi's is read off its frames. Raises ValueError
    for a file in which no frame tells, OSError for one that cannot be read.
    """
    recorded = [frame for path in paths for frame in _load(path, use_yes_price=use_yes_price)]
    return sorted(recorded, key=lambda one: one.at)  # stable: equal times keep their order


def _load(path: Path, *, use_yes_price: bool) -> Iterator[Recorded]:
    with path.open("rb") as file:
        frames = [frame.strip() for frame in read_frames(file)]
    topic = next((topic for frame in frames if (topic := _topic_of(frame))), None)
    if topic is None:
        raise ValueError(f"{path}: neither Polymarket's nor Kalshi's frames")
    times = [_time_of(frame) for frame in frames]
    at = next((time for time in times if time is not None), 0)
    for time, frame in zip(times, frames, strict=True):
        at = max(at, time or 0)
        yield Recorded(at, ExchangeFrame(topic, frame, use_yes_price))


def _time_of(frame: bytes) -> int | None:
    times = (time_of(part) for part in parts(frame))
    return next((time for time in times if time is not None), None)


def _topic_of(frame: bytes) -> Topic | None:
    if b'"market_ticker"' in frame or b'"sid"' in frame:
        return Topic.KALSHI
    if b'"asset_id"' in frame or b'"event_type"' in frame:
        return Topic.POLYMARKET
    return None
