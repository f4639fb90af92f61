"""What waits to be sent to one connection."""

import asyncio
from collections import deque

from vezta_stream.gateway.payloads import Frame


class SendQueue:
    """Frames in the order in which they were offered, for one reader.

    Bounded in frames and in bytes (characters, for text: what is waiting is shared by
    all its receivers). When either bound is reached an offer is refused, and the caller
    decides what that costs the connection.
    """

    def __init__(self, *, max_frames: int, max_bytes: int) -> None:
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._closed = False
        self._stirred = asyncio.Event()  # set while there may be something to take

    def __len__(self) -> int:
        return len(self._frames)

    def offer(self, frame: Frame) -> bool:
        """Add a frame; returns False when the queue is full or closed.

        A frame larger than the bound is taken by an empty queue.
        """
        if self._closed:
            return False
        size = len(frame)
        if self._frames and (
            len(self._frames) >= self._max_frames or self._bytes + size > self._max_bytes
        ):
            return False
        self._frames.append(frame)
        self._bytes += size
        self._stirred.set()
        return True

    def close(self, *, last: Frame | None = None) -> None:
        """Throw away what waits and take nothing more; `last` is still given out."""
        if self._closed:
            return
        self._closed = True
        self._frames.clear()
        self._bytes = 0
        if last is not None:
            self._frames.append(last)
        self._stirred.set()

    async def take(self, *, limit: int) -> list[Frame]:
        """Wait for frames and remove up to `limit`; empty once closed and taken."""
        while not self._frames:
            if self._closed:
                return []
            self._stirred.clear()
            await self._stirred.wait()
        count = min(limit, len(self._frames))
        frames = [self._frames.popleft() for _ in range(count)]
        self._bytes = self._bytes - sum(map(len, frames)) if self._frames else 0
        return frames
