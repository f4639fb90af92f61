"""Buses on a real Redis, as processes have them, for tests."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from vezta_stream.bus.redis import RedisBus, RedisBusPolicy
from vezta_stream.bus.redis_connection import ConnectionPolicy, make_client
from vezta_stream.bus.redis_following import FollowingPolicy
from vezta_stream.bus.redis_heartbeat import HeartbeatPolicy
from vezta_stream.bus.redis_listener import ListenerPolicy
from vezta_stream.bus.redis_store import StorePolicy
from vezta_stream.bus.redis_url import parse_url

CONNECTIONS = ConnectionPolicy(connections=8, timeout_seconds=2.0, health_check_seconds=5.0)


def bus_policy(
    *, prefix: str, log_entries: int = 10_000, compare_seconds: float = 15.0
) -> RedisBusPolicy:
    """Return a policy like production's."""
    return RedisBusPolicy(
        store=StorePolicy(
            prefix=prefix,
            log_entries=log_entries,
            retention_seconds=3600.0,
            batch_bytes=262_144,
            batch_entries=1000,
            timeout_seconds=2.0,
        ),
        listener=ListenerPolicy(
            silence_seconds=3.0, first_backoff_seconds=0.05, last_backoff_seconds=1.0
        ),
        following=FollowingPolicy(
            compare_seconds=compare_seconds,
            grace_seconds=0.5,
            retry_seconds=0.2,
            held_bytes=4_194_304,
            scopes_per_call=500,
        ),
        heartbeat=HeartbeatPolicy(every_seconds=1.0, deaf_after_seconds=5.0, timeout_seconds=2.0),
    )


def make_test_client(url: str) -> Redis:
    """Return a client for commands, as a process has one."""
    return make_client(parse_url(url), CONNECTIONS)


@asynccontextmanager
async def running_bus(url: str, policy: RedisBusPolicy | None = None) -> AsyncIterator[RedisBus]:
    """Run a bus until the block ends."""
    bus = RedisBus(
        redis=make_test_client(url),
        policy=policy or bus_policy(prefix=uuid.uuid4().hex),
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
    )
    running = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        running.cancel()
        await asyncio.wait({running})
        await bus.close()
    if not running.cancelled() and (error := running.exception()) is not None:
        raise error
