"""The bus's suites on a real Redis."""

import uuid
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.behaviour.bus_history_suite import BusHistorySuite
from tests.behaviour.bus_suite import BusSuite
from tests.parts.redis_buses import bus_policy, running_bus
from vezta_stream.bus.redis import RedisBus


class RedisBusHarness:
    """Implements `BusHarness`; loses data by deleting what is its own."""

    log_entries = 40
    # Redis trims whole nodes of a stream, of a hundred small entries.
    log_entries_at_most = 140

    def __init__(self, bus: RedisBus, redis: Redis, prefix: str) -> None:
        self.bus = bus
        self._redis = redis
        self._prefix = prefix

    async def lose_data(self) -> None:
        keys = [key async for key in self._redis.scan_iter(match=f"{self._prefix}:*", count=1000)]
        await self._redis.delete(*keys)


@pytest.mark.redis
class TestRedisBus(BusSuite, BusHistorySuite):
    @pytest.fixture
    async def harness(self, redis_url: str) -> AsyncIterator[RedisBusHarness]:
        prefix = f"test-{uuid.uuid4().hex}"
        policy = bus_policy(prefix=prefix, log_entries=RedisBusHarness.log_entries)
        async with running_bus(redis_url, policy) as bus, Redis.from_url(redis_url) as redis:
            harness = RedisBusHarness(bus, redis, prefix)
            yield harness
            await harness.lose_data()
