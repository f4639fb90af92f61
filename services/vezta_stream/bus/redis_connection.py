"""Connections to Redis: bounded in number, in waiting, and in what their failure looks like."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis, Sentinel
from redis.asyncio.connection import SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from vezta_stream.bus.redis_url import RedisAddress
from vezta_stream.errors import BusUnavailable


@dataclass(frozen=True, kw_only=True)
class ConnectionPolicy:
    """How many connections for commands, how long one command may take, and each read of it."""

    connections: int
    socket_timeout_seconds: float
    command_timeout_seconds: float
    health_check_seconds: float


@asynccontextmanager
async def answered(timeout_seconds: float) -> AsyncIterator[None]:
    """Raise BusUnavailable when what is done inside fails, or is not done in time."""
    try:
        async with asyncio.timeout(timeout_seconds):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        raise BusUnavailable(str(error) or type(error).__name__) from error


def make_client(address: RedisAddress, policy: ConnectionPolicy) -> Redis:
    """Return a client whose commands are tried once: who repeats them knows whether to."""
    return Redis(connection_pool=_pool(address, policy))


def _pool(address: RedisAddress, policy: ConnectionPolicy) -> ConnectionPool:
    options = _options(address, policy)
    if address.service is not None:
        timeouts = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]  # the library has few types
            address.hosts, sentinel_kwargs={**timeouts, "protocol": 2}
        )
        if address.tls:
            options["ssl"] = True
        return SentinelConnectionPool(  # type: ignore[no-untyped-call]
            address.service, sentinel, max_connections=policy.connections, **options
        )
    if address.tls:
        options["connection_class"] = SSLConnection
    ((host, port),) = address.hosts
    return BlockingConnectionPool(
        max_connections=policy.connections,
        timeout=policy.command_timeout_seconds,
        host=host,
        port=port,
        **options,
    )


def _options(address: RedisAddress, policy: ConnectionPolicy) -> dict[str, Any]:
    options: dict[str, Any] = {
        "db": address.database,
        "username": address.username,
        "password": address.password,
        "socket_timeout": policy.socket_timeout_seconds,
        "socket_connect_timeout": policy.socket_timeout_seconds,
        "health_check_interval": policy.health_check_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    if address.ca_file is not None:
        options["ssl_ca_certs"] = address.ca_file
    return options
