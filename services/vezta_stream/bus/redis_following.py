"""Everything that a node follows on the bus: delivering it, and finding what was missed."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from vezta_stream.bus.base import Batch, Receive
from vezta_stream.bus.follower import Follower, Part
from vezta_stream.bus.redis_wire import UnreadableMessage, read_message
from vezta_stream.core.positions import Position, Scope
from vezta_stream.errors import BusUnavailable

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class FollowingPolicy:
    """How often positions are compared, and how patient filling is.

    Each comparison comes `compare_seconds` after the one before, give or take a fifth; a
    scope that is behind then has `grace_seconds` in which its messages may still arrive.
    At most `held_bytes` per scope wait while it is filled.
    """

    compare_seconds: float
    grace_seconds: float
    retry_seconds: float
    held_bytes: int
    scopes_per_call: int


class Reader(Protocol):
    """What is asked about scopes. Raises BusUnavailable when nobody answers."""

    async def positions(self, scopes: Sequence[Scope]) -> list[Position]:
        """Return the scopes' positions."""

    async def after(self, scope: Scope, position: Position) -> Part:
        """Return what followed a position."""


class Followed:
    """One scope with a local subscriber, and who receives it."""

    def __init__(self, scope: Scope, *, held_bytes: int) -> None:
        self.scope = scope
        self.follower = Follower(scope, held_bytes=held_bytes)
        self.receivers: list[Receive] = []
        # Who is about to receive, or waits for the bus in order to.
        self.claims = 0
        self.opening = asyncio.Lock()
        self.ready = asyncio.Event()
        self._failed = False

    def deliver(self, batches: Sequence[Batch]) -> None:
        """Call every receiver; never raises. Whoever leaves meanwhile gets nothing more."""
        for batch in batches:
            for receive in tuple(self.receivers):
                if receive not in self.receivers:
                    continue
                try:
                    receive(batch)
                except Exception:
                    if not self._failed:
                        self._failed = True
                        channel = self.scope.channel.value
                        logger.exception("a receiver of the bus failed", channel=channel)


class Following:
    """Keeps every followed scope complete; `run` must be running.

    A scope that may have missed something is read after the last position delivered,
    until it is level again. Nothing is delivered twice or out of order.
    """

    def __init__(
        self,
        *,
        reader: Reader,
        policy: FollowingPolicy,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._policy = policy
        self._sleep = sleep
        self._followed: dict[str, Followed] = {}
        # Who is to be filled, in order; never more than are followed.
        self._behind: dict[Followed, None] = {}
        self._wake = asyncio.Event()
        self.fills = 0

    def get(self, channel: str) -> Followed | None:
        """Return what is followed on a pub/sub channel."""
        return self._followed.get(channel)

    def add(self, channel: str, scope: Scope) -> Followed:
        """Follow a scope; `begin` when it is listened to."""
        followed = Followed(scope, held_bytes=self._policy.held_bytes)
        self._followed[channel] = followed
        return followed

    def remove(self, channel: str) -> None:
        """Stop following it."""
        followed = self._followed.pop(channel)
        self._behind.pop(followed, None)

    def begin(self, followed: Followed, position: Position) -> None:
        """Deliver what follows this position."""
        followed.deliver(followed.follower.begin(position))
        self._note(followed)

    def on_message(self, channel: str, message: bytes) -> None:
        """Take a message of the pub/sub channel."""
        followed = self._followed.get(channel)
        if followed is None:
            return
        try:
            batch = read_message(followed.scope, message)
        except UnreadableMessage:
            logger.warning("unreadable message on the bus", channel=followed.scope.channel.value)
            followed.follower.fall_behind()
        else:
            followed.deliver(followed.follower.on_batch(batch))
        if not followed.follower.live:
            self._note(followed)

    def on_listening(self, channel: str) -> None:
        """Messages arrive from now on: what came before may have been missed."""
        followed = self._followed.get(channel)
        if followed is not None:
            followed.follower.fall_behind()
            self._note(followed)

    async def run(self) -> None:
        """Fill and compare; runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fill_forever())
            group.create_task(self._compare_forever())

    def _note(self, followed: Followed) -> None:
        if followed.follower.live:
            followed.ready.set()
        elif followed.follower.position is not None:  # else it has yet to begin
            followed.ready.clear()
            self._behind[followed] = None
            self._wake.set()

    async def _fill_forever(self) -> None:
        while True:
            await self._wake.wait()
            taken = list(self._behind)[: self._policy.scopes_per_call]
            try:
                await self._level(taken)
            except BusUnavailable:
                await self._sleep(self._policy.retry_seconds)
            if not self._behind:
                self._wake.clear()

    async def _level(self, taken: Sequence[Followed]) -> None:
        """Bring scopes level with the bus, most of which have missed nothing."""
        positions = await self._reader.positions([followed.scope for followed in taken])
        for followed, position in zip(taken, positions, strict=True):
            if followed not in self._behind:
                continue
            if followed.follower.is_at(position):
                mine = followed.follower.position
                assert mine is not None, "only what has begun falls behind"
                self.begin(followed, mine)
            while not followed.follower.live and followed in self._behind:
                await self._fill(followed)
            self._behind.pop(followed, None)

    async def _fill(self, followed: Followed) -> None:
        position = followed.follower.position
        assert position is not None, "only what has begun falls behind"
        part = await self._reader.after(followed.scope, position)
        self.fills += 1
        followed.deliver(followed.follower.on_part(part))
        self._note(followed)

    async def _compare_forever(self) -> None:
        while True:
            await self._sleep(self._policy.compare_seconds * random.uniform(0.8, 1.2))
            try:
                await self.compare()
            except BusUnavailable as error:
                logger.warning("positions were not compared", error=str(error))

    async def compare(self) -> None:
        """Find scopes whose last message, or whose new epoch, did not arrive."""
        begun = [f for f in self._followed.values() if f.follower.position is not None]
        late: list[tuple[Followed, Position]] = []
        for start in range(0, len(begun), self._policy.scopes_per_call):
            some = begun[start : start + self._policy.scopes_per_call]
            positions = await self._reader.positions([followed.scope for followed in some])
            late += [
                (followed, position)
                for followed, position in zip(some, positions, strict=True)
                if not followed.follower.is_at(position)
            ]
        if late:
            await self._sleep(self._policy.grace_seconds)
        current = set(self._followed.values())
        for followed, position in late:
            if followed in current and not followed.follower.is_at(position):
                followed.follower.fall_behind()
                self._note(followed)
