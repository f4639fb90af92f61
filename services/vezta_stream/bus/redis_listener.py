"""One connection in pub/sub mode that comes back by itself, and what it listens to."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

_NAMES_PER_COMMAND = 500


@dataclass(frozen=True, kw_only=True)
class ListenerPolicy:
    """When a connection counts as dead, and how patient reconnecting is.

    Something (the heartbeat) arrives more often than every `silence_seconds` on a
    connection that lives. The pause before the next attempt doubles, with jitter.
    """

    silence_seconds: float
    first_backoff_seconds: float
    last_backoff_seconds: float

    def backoff_seconds(self, failures: int) -> float:
        """Return a pause after the given number (from 1) of failures in a row."""
        doublings = min(failures - 1, 32)
        longest = min(self.first_backoff_seconds * 2.0**doublings, self.last_backoff_seconds)
        return longest * random.uniform(0.5, 1.0)


@dataclass
class _Interest:
    """One channel: how many subscribe commands were not confirmed yet on this connection."""

    unconfirmed: int = 0
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class RedisListener:
    """Listens to the channels asked for, on one connection; `run` must be running.

    After each confirmation of a channel, on the first connection and on every later one,
    `on_listening` is called: what was published before may have been missed. Callbacks
    must neither wait nor raise; messages arrive in the order of publishing.
    """

    def __init__(
        self,
        *,
        redis: Redis,
        policy: ListenerPolicy,
        on_message: Callable[[str, bytes], None],
        on_listening: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._redis = redis
        self._policy = policy
        self._on_message = on_message
        self._on_listening = on_listening
        self._sleep = sleep
        self._interests: dict[str, _Interest] = {}
        self._connection: AbstractConnection | None = None
        self._writing = asyncio.Lock()
        self._failures = 0  # in a row

    async def listen(self, channel: str) -> None:
        """Return once messages of the channel arrive; without connection, wait for one."""
        interest = self._interests.setdefault(channel, _Interest())
        await self._say("SUBSCRIBE", [channel])
        await interest.confirmed.wait()

    async def ignore(self, channel: str) -> None:
        """Stop listening to the channel."""
        if self._interests.pop(channel, None) is not None:
            await self._say("UNSUBSCRIBE", [channel])

    async def run(self) -> None:
        """Connect, read, and connect again; runs until cancelled."""
        while True:
            try:
                async with self._connected() as connection:
                    await self._read(connection)
            except (RedisError, OSError, TimeoutError) as error:
                self._failures += 1
                if self._failures == 1:
                    logger.warning("the bus connection ended", error=str(error))
            await self._sleep(self._policy.backoff_seconds(self._failures))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        pool = self._redis.connection_pool
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self._policy.silence_seconds):
                await connection.connect()  # type: ignore[no-untyped-call]
                self._connection = connection
                for interest in self._interests.values():
                    interest.unconfirmed = 0
                    interest.confirmed.clear()
                await self._say("SUBSCRIBE", list(self._interests))
            yield connection
        finally:
            self._connection = None
            await _close(connection)

    async def _read(self, connection: AbstractConnection) -> None:
        """Read until the connection fails, which is raised, as is too long a silence."""
        while True:
            response = await connection.read_response(timeout=self._policy.silence_seconds)
            if response is None:
                raise TimeoutError("silence on the bus")
            kind, channel, content = response
            if self._failures:
                self._failures = 0
                logger.info("the bus connection is back")
            self._on_response(kind, channel.decode(), content)

    def _on_response(self, kind: bytes, channel: str, content: Any) -> None:
        if kind == b"message":
            self._on_message(channel, content)
        elif kind == b"subscribe" and (interest := self._interests.get(channel)) is not None:
            interest.unconfirmed -= 1
            if interest.unconfirmed <= 0:  # else it was left and joined again meanwhile
                interest.confirmed.set()
                self._on_listening(channel)

    async def _say(self, verb: str, channels: list[str]) -> None:
        """Send a command, if there is a connection; a failure is the reader's to notice."""
        for names in _chunks(channels):
            async with self._writing:
                if self._connection is None:
                    return
                if verb == "SUBSCRIBE":
                    for name in names:
                        if name in self._interests:
                            self._interests[name].unconfirmed += 1
                try:
                    await self._connection.send_command(verb, *names, check_health=False)
                except (RedisError, OSError, TimeoutError):
                    return


def _chunks(names: list[str]) -> Iterable[list[str]]:
    return (
        names[start : start + _NAMES_PER_COMMAND]
        for start in range(0, len(names), _NAMES_PER_COMMAND)
    )


async def _close(connection: AbstractConnection) -> None:
    try:
        await connection.disconnect(nowait=True)
    except (RedisError, OSError, TimeoutError):
        return  # it is gone either way
