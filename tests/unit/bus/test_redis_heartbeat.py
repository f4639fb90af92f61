import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.parts.redis_buses import make_test_client
from tests.parts.redis_server import RedisServer
from vezta_stream.bus.redis_heartbeat import Heartbeat, HeartbeatPolicy

pytestmark = pytest.mark.redis

POLICY = HeartbeatPolicy(every_seconds=1.0, deaf_after_seconds=5.0, timeout_seconds=0.3)


class Beating:
    """A heartbeat whose time the test turns: one beat at a time."""

    def __init__(self, server: RedisServer) -> None:
        self.now = 100.0
        self.redis = make_test_client(server.url)
        self._next = asyncio.Semaphore(0)
        self._done = asyncio.Semaphore(0)
        self.heart = Heartbeat(
            redis=self.redis,
            channel="beats",
            policy=POLICY,
            monotonic=lambda: self.now,
            sleep=self._sleep,
        )

    async def beat(self) -> None:
        """Wait until the beat that is due was sent, or failed; then let the next come."""
        await self._done.acquire()
        self._next.release()

    async def _sleep(self, seconds: float) -> None:
        self._done.release()
        await self._next.acquire()
        self.now += seconds


@pytest.fixture
async def beating(redis_server: RedisServer) -> AsyncIterator[Beating]:
    made = Beating(redis_server)
    running = asyncio.create_task(made.heart.run())
    yield made
    running.cancel()
    await asyncio.wait({running})
    await made.redis.aclose(close_connection_pool=True)


async def test_who_hears_its_beats_is_healthy(beating: Beating) -> None:
    for _ in range(8):
        await beating.beat()
        beating.heart.hear()

    assert beating.heart.healthy(beating.now)
    assert beating.heart.reachable(beating.now)


async def test_who_hears_nothing_while_redis_answers_is_deaf(beating: Beating) -> None:
    for _ in range(5):
        await beating.beat()
    assert beating.heart.healthy(beating.now)

    for _ in range(3):
        await beating.beat()
    assert not beating.heart.healthy(beating.now)


async def test_who_cannot_reach_redis_is_no_worse_than_others(
    beating: Beating, redis_server: RedisServer
) -> None:
    await beating.beat()
    redis_server.kill()
    for _ in range(8):
        await beating.beat()

    assert beating.heart.healthy(beating.now)
    assert not beating.heart.reachable(beating.now)
