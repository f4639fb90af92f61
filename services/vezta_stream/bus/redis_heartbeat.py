"""A word that each process sends to itself through the bus, to know that it hears."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from vezta_stream.bus.redis_connection import answered
from vezta_stream.errors import BusUnavailable


@dataclass(frozen=True, kw_only=True)
class HeartbeatPolicy:
    """How often a beat is sent, and for how long one may be missing."""

    every_seconds: float
    deaf_after_seconds: float
    timeout_seconds: float


class Heartbeat:
    """Tells a deaf process from an unreachable Redis.

    Deaf: Redis answers what is sent to it, and the last beat heard is too old.
    """

    def __init__(
        self,
        *,
        redis: Redis,
        channel: str,
        policy: HeartbeatPolicy,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.channel = channel
        self._redis = redis
        self._policy = policy
        self._monotonic = monotonic
        self._sleep = sleep
        self._heard_at = self._answered_at = monotonic()
        self._answers = False

    def hear(self) -> None:
        """Note a beat that arrived."""
        self._heard_at = self._monotonic()

    def healthy(self, now: float) -> bool:
        """Whether this process hears what Redis has to say, or Redis says nothing at all."""
        return not self.reachable(now) or now - self._heard_at <= self._policy.deaf_after_seconds

    def reachable(self, now: float) -> bool:
        """Whether Redis answered the last beat, and lately."""
        return self._answers and now - self._answered_at <= self._policy.deaf_after_seconds

    async def run(self) -> None:
        """Beat; runs until cancelled."""
        while True:
            try:
                async with answered(self._policy.timeout_seconds):
                    await self._redis.publish(self.channel, b"")
            except BusUnavailable:
                self._answers = False
            else:
                if not self._answers:  # it may take a moment until messages come again
                    self._heard_at = self._monotonic()
                self._answers = True
                self._answered_at = self._monotonic()
            await self._sleep(self._policy.every_seconds)
