"""What Redis stores of scopes: writing it, and reading it as of one moment."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from vezta_stream.bus import redis_scripts as scripts
from vezta_stream.bus.base import Entry, Item
from vezta_stream.bus.redis_connection import answered
from vezta_stream.bus.redis_keys import ScopeKeys, scope_keys
from vezta_stream.bus.redis_wire import (
    joins,
    publish_arguments,
    read_last_values,
    read_log_entry,
)
from vezta_stream.core.channels import Mode
from vezta_stream.core.positions import Position, Scope
from vezta_stream.errors import EpochChanged


@dataclass(frozen=True, kw_only=True)
class StorePolicy:
    """What is kept, and how much travels at once.

    A log keeps at least `log_entries`; the keys of a scope that is not written to live
    for `retention_seconds`, which is at least the raw topics' retention. One call to
    Redis carries at most `batch_bytes` of keys and payloads, and `batch_entries`.
    """

    prefix: str
    log_entries: int
    retention_seconds: float
    batch_bytes: int
    batch_entries: int
    timeout_seconds: float


class LogPart(NamedTuple):
    """A stretch of a log: what follows a position, rising by `seq`, up to `position`.

    `complete` is false when something between the position asked for and the first item
    is not there; `ends` tells whether the log had no more. Items whose `seq` is in
    `unpublished` were stored without being delivered to anyone.
    """

    position: Position
    items: Sequence[Item]
    unpublished: frozenset[int]
    complete: bool
    ends: bool


class LastPart(NamedTuple):
    """The newest of the keys that changed after a position, as of `position`.

    `complete` is false when the position asked for is not of this epoch's past.
    """

    position: Position
    items: Sequence[Item]
    complete: bool


class RedisStore:
    """Runs the scripts. Every method raises BusUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, *, policy: StorePolicy, new_epoch: Callable[[], str]) -> None:
        self._redis = redis
        self._policy = policy
        self._new_epoch = new_epoch
        self._lifetime_ms = int(policy.retention_seconds * 1000)

    def keys(self, scope: Scope) -> ScopeKeys:
        """Return the names of a scope's keys and channel."""
        return scope_keys(self._policy.prefix, scope)

    async def write(
        self, scope: Scope, entries: Sequence[Entry], *, deliver: bool, epoch: str | None
    ) -> Position:
        """Accept, number and store entries, and deliver them if wanted; see `Bus.publish`.

        What is too much for one call takes several, each atomic. Raises EpochChanged,
        and accepts nothing more, when the epoch is not the one given.
        """
        keys = self.keys(scope)
        for part in self._parts(entries):
            async with answered(self._policy.timeout_seconds):
                now, seq, changed = await scripts.PUBLISH.run(
                    self._redis,
                    keys[:4],
                    keys.channel if deliver else "",
                    scope.channel.mode.value,
                    self._new_epoch(),
                    self._lifetime_ms,
                    self._policy.log_entries,
                    epoch or "",
                    *publish_arguments(part),
                )
            if changed:
                raise EpochChanged(now.decode())
        return Position(now.decode(), int(seq))

    def _parts(self, entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
        """Divide; what is too large alone travels alone. Nothing is one empty part."""
        start = size = 0
        for at, entry in enumerate(entries):
            weight = len(entry.key) + len(entry.data or b"")
            full = size + weight > self._policy.batch_bytes
            if at > start and (full or at - start == self._policy.batch_entries):
                yield entries[start:at]
                start, size = at, 0
            size += weight
        yield entries[start:]

    async def position(self, scope: Scope) -> Position:
        """Return a scope's position; a scope without one begins its epoch."""
        async with answered(self._policy.timeout_seconds):
            return _position(
                await scripts.POSITION.run(
                    self._redis, [self.keys(scope).meta], self._new_epoch(), self._lifetime_ms
                )
            )

    async def positions(self, scopes: Sequence[Scope]) -> list[Position]:
        """Return many scopes' positions in one round trip, each as `position`."""
        async with answered(self._policy.timeout_seconds):
            try:
                return await self._positions(scopes)
            except NoScriptError:
                await scripts.POSITION.load(self._redis)
                return await self._positions(scopes)

    async def _positions(self, scopes: Sequence[Scope]) -> list[Position]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for scope in scopes:
                meta = self.keys(scope).meta
                scripts.POSITION.queue(pipeline, [meta], self._new_epoch(), self._lifetime_ms)
            return [_position(answer) for answer in await pipeline.execute()]

    async def read_log(self, scope: Scope, after: Position, *, limit: int) -> LogPart:
        """Read at most `limit` entries after a position. Raises ValueError without a log."""
        if scope.channel.mode is not Mode.LOG:
            raise ValueError("a merge channel has no log")
        keys = self.keys(scope)
        async with answered(self._policy.timeout_seconds):
            epoch, seq, part, rows = await scripts.READ_LOG.run(
                self._redis, [keys.meta, keys.log], after.epoch, after.seq, limit
            )
        if not epoch:
            return LogPart(await self.position(scope), [], frozenset(), complete=False, ends=True)
        entries = [read_log_entry(row) for row in rows]
        items = [item for item, _ in entries]
        position = Position(epoch.decode(), int(seq))
        follows = items[0].seq == after.seq + 1 if items else position.seq == after.seq
        ends = len(items) < limit
        return LogPart(
            position=position if ends else position._replace(seq=items[-1].seq),
            items=items,
            unpublished=frozenset(item.seq for item, published in entries if not published),
            complete=bool(part) and follows,
            ends=ends,
        )

    async def read_last(
        self, scope: Scope, *, after_seq: int, keys: Sequence[str] | None
    ) -> LastPart:
        """Read the newest of all keys, or of some. Raises ValueError for a log channel."""
        wanted = ["all"] if after_seq <= 0 else ["since", str(after_seq)]
        if keys is not None:
            wanted = ["keys", *dict.fromkeys(keys)]
        position, _, items = await self._read_last(scope, wanted)
        return LastPart(position, [item for item in items if item.seq > after_seq], complete=True)

    async def read_changes(self, scope: Scope, after: Position) -> LastPart:
        """Read the newest of the keys that changed after a position; of all if it is unknown."""
        position, chain, items = await self._read_last(scope, ["since", str(after.seq)])
        if position.epoch == after.epoch or joins(chain, *after):
            return LastPart(position, items, complete=True)
        position, _, items = await self._read_last(scope, ["all"])
        return LastPart(position, items, complete=False)

    async def _read_last(
        self, scope: Scope, wanted: Sequence[str]
    ) -> tuple[Position, str, list[Item]]:
        if scope.channel.mode is not Mode.MERGE:
            raise ValueError("a log channel keeps no last values")
        keys = self.keys(scope)
        async with answered(self._policy.timeout_seconds):
            epoch, seq, chain, values = await scripts.READ_LAST.run(
                self._redis, [keys.meta, keys.last, keys.order], *wanted
            )
        if not epoch:
            return await self.position(scope), "", []
        items = read_last_values(values)
        return Position(epoch.decode(), int(seq)), chain.decode(), items


def _position(answer: Any) -> Position:
    epoch, seq = answer
    return Position(epoch.decode(), int(seq))
