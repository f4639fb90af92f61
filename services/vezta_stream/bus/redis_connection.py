"""Connections to Redis: bounded in number, in waiting, and in what their failure looks like."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hiredis import pack_command
from redis.asyncio import BlockingConnectionPool, Connection, ConnectionPool, Redis, Sentinel
from redis.asyncio.connection import SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import (
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.typing import EncodableT

from vezta_stream.bus.redis_url import RedisAddress
from vezta_stream.errors import BusUnavailable


@dataclass(frozen=True, kw_only=True)
class ConnectionPolicy:
    """How many connections for commands, and how long connecting, or one command, may take.

    Who uses a connection sets the deadline of each command (see `answered`). The
    library's own timeout for sending is not used: on Python 3.11 it starts a task per
    command, and loses a cancellation that comes while that task ends.
    """

    connections: int
    timeout_seconds: float
    health_check_seconds: float


class _CompiledPacking:
    """A batch has a thousand arguments: packing them is most of what publishing costs."""

    def pack_command(self, *args: EncodableT) -> list[bytes]:
        name = args[0]
        assert isinstance(name, str), "commands are named by text"
        words = (*name.split(), *args[1:])
        return [pack_command(words)]  # type: ignore[arg-type]  # its stub has one word only


class _Connection(_CompiledPacking, Connection):
    pass


class _SSLConnection(_CompiledPacking, SSLConnection):
    pass


class _SentinelConnection(_CompiledPacking, SentinelManagedConnection):
    pass


class _SentinelSSLConnection(_CompiledPacking, SentinelManagedSSLConnection):
    pass


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


async def close_client(redis: Redis) -> None:
    """Close a client's connections, those to sentinels included."""
    pool = redis.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose(close_connection_pool=True)
    await redis.aclose(close_connection_pool=True)


def _pool(address: RedisAddress, policy: ConnectionPolicy) -> ConnectionPool:
    options = _options(address, policy)
    if address.service is not None:
        # Asked once per connection, inside the deadline of whoever connects.
        asking = {"socket_timeout": policy.timeout_seconds, "protocol": 2}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]  # the library has few types
            address.hosts, sentinel_kwargs=asking
        )
        connection = _SentinelSSLConnection if address.tls else _SentinelConnection
        return SentinelConnectionPool(  # type: ignore[no-untyped-call]
            address.service,
            sentinel,
            connection_class=connection,
            max_connections=policy.connections,
            **options,
        )
    options["connection_class"] = _SSLConnection if address.tls else _Connection
    ((host, port),) = address.hosts
    return BlockingConnectionPool(
        max_connections=policy.connections,
        timeout=policy.timeout_seconds,
        host=host,
        port=port,
        **options,
    )


def _options(address: RedisAddress, policy: ConnectionPolicy) -> dict[str, Any]:
    options: dict[str, Any] = {
        "db": address.database,
        "username": address.username,
        "password": address.password,
        "socket_timeout": None,
        "socket_connect_timeout": policy.timeout_seconds,
        "health_check_interval": policy.health_check_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    if address.ca_file is not None:
        options["ssl_ca_certs"] = address.ca_file
    return options
