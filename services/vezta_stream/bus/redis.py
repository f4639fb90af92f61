"""The bus on Redis: scripts that number and store, pub/sub that carries, readers that fill."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis

from vezta_stream.bus.base import Entry, Receive, Replay, Snapshot
from vezta_stream.bus.follower import Part
from vezta_stream.bus.redis_connection import answered, close_client
from vezta_stream.bus.redis_following import Followed, Following, FollowingPolicy
from vezta_stream.bus.redis_heartbeat import Heartbeat, HeartbeatPolicy
from vezta_stream.bus.redis_listener import ListenerPolicy, RedisListener
from vezta_stream.bus.redis_store import RedisStore, StorePolicy
from vezta_stream.core.channels import Mode
from vezta_stream.core.positions import Position, Scope

_FILL_ENTRIES: Final = 1000


@dataclass(frozen=True, kw_only=True)
class RedisBusPolicy:
    """The parts' policies."""

    store: StorePolicy
    listener: ListenerPolicy
    following: FollowingPolicy
    heartbeat: HeartbeatPolicy


class RedisBus:
    """Implements `bus.base.Bus` on one Redis, for any number of processes.

    Publishing and reading work by themselves; subscriptions need `run` beside them. After
    a failure, subscriptions continue by themselves and fill what they missed. An epoch
    ends whenever Redis may have lost what it answered: after a restart, a failover, a
    loss of data. Positions of the epoch before still count as far as their data survived.
    """

    def __init__(
        self,
        *,
        redis: Redis,
        policy: RedisBusPolicy,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._redis = redis
        self._policy = policy
        self._store = RedisStore(redis, policy=policy.store, new_epoch=_new_epoch)
        self._following = Following(
            reader=_Reader(self._store), policy=policy.following, sleep=sleep
        )
        self._heartbeat = Heartbeat(
            redis=redis,
            channel=f"{policy.store.prefix}:heartbeat:{secrets.token_hex(8)}",
            policy=policy.heartbeat,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._listener = RedisListener(
            redis=redis,
            policy=policy.listener,
            on_message=self._on_message,
            on_listening=self._following.on_listening,
            sleep=sleep,
        )

    async def run(self) -> None:
        """Receive what is subscribed to; runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._listener.listen(self._heartbeat.channel))
            group.create_task(self._following.run())
            group.create_task(self._heartbeat.run())

    async def close(self) -> None:
        """Close the connections of an ended `run` and of commands."""
        await close_client(self._redis)

    async def check(self) -> None:
        """Raise ValueError when Redis may throw data away, BusUnavailable when it is silent."""
        async with answered(self._policy.store.timeout_seconds):
            found = await self._redis.info("memory")
        eviction = found.get("maxmemory_policy")
        if eviction != "noeviction":
            raise ValueError(f"Redis evicts data: maxmemory-policy is {eviction}, not noeviction")

    def healthy(self, now: float) -> bool:
        """Whether this process is not deaf: false when Redis answers it and messages do not come.

        When Redis does not answer this stays true: no other node would be better off.
        """
        return self._heartbeat.healthy(now)

    def reachable(self, now: float) -> bool:
        """Whether Redis has answered lately."""
        return self._heartbeat.reachable(now)

    @property
    def fills(self) -> int:
        """How often something missed was read."""
        return self._following.fills

    async def publish(
        self, scope: Scope, entries: Sequence[Entry], *, epoch: str | None = None
    ) -> Position:
        """See `Bus.publish`. With `epoch`, only in that one: else raises EpochChanged.

        A lane's older entries cannot be restored once newer ones are accepted, so who
        restores names the epoch for which that is done.
        """
        return await self._store.write(scope, entries, deliver=True, epoch=epoch)

    async def restore(self, scope: Scope, entries: Sequence[Entry]) -> Position:
        """Store what was published in an epoch whose data is lost, without delivering it.

        Accepts and numbers as `publish` does; repeats of what there is are dropped.
        """
        return await self._store.write(scope, entries, deliver=False, epoch=None)

    async def subscribe(self, scope: Scope, receive: Receive) -> "RedisSubscription":
        """See `Bus.subscribe`."""
        channel = self._store.keys(scope).channel
        followed = self._following.get(channel)
        if followed is None:
            followed = self._following.add(channel, scope)
        followed.claims += 1
        try:
            async with answered(self._policy.store.timeout_seconds):
                async with followed.opening:
                    if followed.follower.position is None:  # whoever was first has not done it
                        await self._listener.listen(channel)
                        self._following.begin(followed, await self._store.position(scope))
                await followed.ready.wait()
            followed.receivers.append(receive)
        finally:
            followed.claims -= 1
            await self._leave_if_unneeded(channel, followed)
        return RedisSubscription(self, channel, followed, receive)

    async def unsubscribe(self, channel: str, followed: Followed, receive: Receive) -> None:
        """Call a receiver no more; for RedisSubscription."""
        followed.receivers.remove(receive)
        await self._leave_if_unneeded(channel, followed)

    async def _leave_if_unneeded(self, channel: str, followed: Followed) -> None:
        if followed.receivers or followed.claims or self._following.get(channel) is not followed:
            return
        self._following.remove(channel)
        await self._listener.ignore(channel)

    async def position(self, scope: Scope) -> Position:
        """See `Bus.position`."""
        return await self._store.position(scope)

    async def read_log(self, scope: Scope, after: Position, *, limit: int) -> Replay:
        """See `Bus.read_log`. Raises ValueError for a merge channel, which has no log."""
        part = await self._store.read_log(scope, after, limit=limit)
        return Replay(part.position, part.items, part.complete)

    async def read_last(
        self, scope: Scope, *, after_seq: int = 0, keys: Sequence[str] | None = None
    ) -> Snapshot:
        """See `Bus.read_last`. Raises ValueError for a log channel, which replays instead."""
        part = await self._store.read_last(scope, after_seq=after_seq, keys=keys)
        return Snapshot(part.position, part.items)

    def _on_message(self, channel: str, message: bytes) -> None:
        if channel == self._heartbeat.channel:
            self._heartbeat.hear()
        else:
            self._following.on_message(channel, message)


class RedisSubscription:
    """Implements `bus.base.Subscription`."""

    def __init__(self, bus: RedisBus, channel: str, followed: Followed, receive: Receive) -> None:
        self._bus = bus
        self._channel = channel
        self._followed = followed
        self._receive = receive
        self._open = True

    async def close(self) -> None:
        """See `Subscription.close`."""
        if self._open:
            self._open = False
            await self._bus.unsubscribe(self._channel, self._followed, self._receive)


class _Reader:
    """Implements `redis_following.Reader`."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store

    async def positions(self, scopes: Sequence[Scope]) -> list[Position]:
        return await self._store.positions(scopes)

    async def after(self, scope: Scope, position: Position) -> Part:
        if scope.channel.mode is Mode.MERGE:
            changes = await self._store.read_changes(scope, position)
            return Part(changes.position, changes.items, complete=changes.complete)
        log = await self._store.read_log(scope, position, limit=_FILL_ENTRIES)
        return Part(log.position, log.items, log.unpublished, log.complete, log.ends)


def _new_epoch() -> str:
    return secrets.token_hex(8)
