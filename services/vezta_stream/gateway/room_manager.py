"""Rooms shared through Redis: any process of the platform can emit to them and disconnect users."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import socketio
import structlog
from redis.asyncio import Redis

from vezta_stream.bus.redis_connection import answered
from vezta_stream.bus.redis_heartbeat import Heartbeat, HeartbeatPolicy
from vezta_stream.bus.redis_listener import ListenerPolicy, RedisListener
from vezta_stream.core.positions import Scope
from vezta_stream.gateway import codec, packets
from vezta_stream.gateway.packets import NAMESPACE
from vezta_stream.gateway.room_commands import (
    Disconnect,
    Emit,
    UnreadableCommand,
    parse_command,
    scope_of,
    user_of,
)
from vezta_stream.gateway.rooms import IndexedManager
from vezta_stream.metrics import GatewayMetrics

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RoomPolicy:
    """On which channel commands come, and how many of them may wait to be carried out."""

    channel: str
    waiting_commands: int
    timeout_seconds: float
    listener: ListenerPolicy
    heartbeat: HeartbeatPolicy


class Server(Protocol):
    """What is needed of the node; see `namespace.GatewayServer`."""

    def offer(self, scope: Scope, frame: str) -> int: ...
    def sids_of(self, user: str) -> list[str]: ...
    async def disconnect(self, sid: str, namespace: str, ignore_queue: bool) -> None: ...


class RoomManager(IndexedManager, socketio.AsyncRedisManager):  # type: ignore[misc]  # untyped
    """Does on this node what `socketio.AsyncRedisManager(url, write_only=True)` asks elsewhere.

    `emit` to a channel's room, or to `user:<channel>:{userId}`, reaches its subscribers on
    every node like a publication, through their outboxes; `disconnect` of a sid, or of
    `user:{userId}`, ends the connections. Everything else is refused and counted: who may
    write to Redis may not put clients into rooms. At most once, as Redis delivers it; `run`
    must be running. Commands that wait are bounded: the newest are dropped.
    """

    server: Server

    def __init__(
        self,
        *,
        redis: Redis,
        policy: RoomPolicy,
        metrics: GatewayMetrics,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        super().__init__(channel=policy.channel)
        self._commands_redis = redis
        self._policy = policy
        self._metrics = metrics
        self._waiting: asyncio.Queue[Emit | Disconnect] = asyncio.Queue(policy.waiting_commands)
        self._heartbeat = Heartbeat(
            redis=redis,
            channel=f"{policy.channel}:heartbeat:{secrets.token_hex(8)}",
            policy=policy.heartbeat,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._listener = RedisListener(
            redis=redis,
            policy=policy.listener,
            on_message=self._on_message,
            on_listening=lambda _: None,
            sleep=sleep,
        )

    def initialize(self) -> None:
        """Start nothing: `run` listens, and has an owner."""

    async def run(self) -> None:
        """Carry out what others ask; runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._listener.listen(self._heartbeat.channel))
            group.create_task(self._listener.listen(self._policy.channel))
            group.create_task(self._heartbeat.run())
            group.create_task(self._carry_out_forever())

    async def listening(self) -> None:
        """Return once commands arrive."""
        await self._listener.listen(self._policy.channel)

    def _on_message(self, channel: str, message: bytes) -> None:
        if channel == self._heartbeat.channel:
            self._heartbeat.hear()
            return
        try:
            command = parse_command(message)
            if command.host_id != self.host_id:
                self._waiting.put_nowait(command)
        except UnreadableCommand:
            self._metrics.room_commands.labels("unreadable").inc()
        except asyncio.QueueFull:
            self._metrics.room_commands.labels("overflow").inc()

    async def _carry_out_forever(self) -> None:
        while True:
            outcome = await self._carry_out(await self._waiting.get())
            self._metrics.room_commands.labels(outcome).inc()

    async def _carry_out(self, command: Emit | Disconnect) -> str:
        if command.namespace != NAMESPACE:
            return "refused"
        match command:
            case Emit():
                return "emit" if self._emit(command) else "refused"
            case Disconnect():
                await self._end(command.sid)
                return "disconnect"

    def _emit(self, emit: Emit) -> bool:
        scope = scope_of(emit.room)
        if emit.binary or len(emit.data) != 1 or scope is None:
            return False
        self.server.offer(scope, packets.message(packets.event(emit.event, emit.data[0])))
        return True

    async def _end(self, sid: str) -> None:
        user = user_of(sid)
        for ended in [sid] if user is None else self.server.sids_of(user):
            await self.server.disconnect(ended, NAMESPACE, ignore_queue=True)

    async def _handle_emit(self, message: dict[str, Any]) -> None:
        """Carry out what this node itself asks of all nodes."""
        self._on_own(message)

    async def _handle_disconnect(self, message: dict[str, Any]) -> None:
        self._on_own(message)

    def _on_own(self, message: dict[str, Any]) -> None:
        self._waiting.put_nowait(parse_command(codec.encode(message)))

    async def _publish(self, data: object) -> None:
        """Tell the other nodes; raises BusUnavailable, where the library only logs."""
        async with answered(self._policy.timeout_seconds):
            await self._commands_redis.publish(self._policy.channel, codec.encode(data))
