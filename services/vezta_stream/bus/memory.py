"""The bus in one process's memory: for the demo and for tests."""

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from vezta_stream.bus.base import Batch, Entry, Receive, Replay, Snapshot
from vezta_stream.bus.memory_scope import MemoryScope
from vezta_stream.core.positions import Position, Scope

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


class MemoryBus:
    """Implements `bus.base.Bus` for tasks of one event loop.

    `publish` delivers before it returns. A receiver that raises, against its contract,
    harms neither the publisher nor the other receivers: it stays subscribed (the next
    batch shows it what it missed, as a gap) and its first failure is logged.

    Memory is bounded: `log_entries` per log scope (see `MemoryScope`), and at most
    `idle_user_scopes` users' scopes that nobody subscribes to, of which the one unused
    for longest is forgotten; it begins a new epoch when it is used again.

    `new_epoch` gives a name never given before: epochs say that positions do not compare.
    """

    def __init__(
        self, *, new_epoch: Callable[[], str], log_entries: int, idle_user_scopes: int
    ) -> None:
        self._new_epoch = new_epoch
        self._log_entries = log_entries
        self._idle_user_scopes = idle_user_scopes
        self._scopes: dict[Scope, MemoryScope] = {}
        # Users' scopes without subscription, by last use: the first is forgotten first.
        self._user_scopes: dict[Scope, None] = {}
        self._subscriptions: dict[Scope, list[MemorySubscription]] = {}

    async def publish(self, scope: Scope, entries: Sequence[Entry]) -> Position:
        """See `Bus.publish`."""
        state = self._use(scope)
        items = state.accept(entries)
        subscriptions = self._subscriptions.get(scope)
        if items and subscriptions:
            batch = Batch(scope, state.position.epoch, items)
            for subscription in tuple(subscriptions):
                subscription.deliver(batch)
        return state.position

    async def subscribe(self, scope: Scope, receive: Receive) -> "MemorySubscription":
        """See `Bus.subscribe`."""
        self._user_scopes.pop(scope, None)  # in use now: not to be forgotten
        subscription = MemorySubscription(receive, on_close=lambda ended: self._end(scope, ended))
        self._subscriptions.setdefault(scope, []).append(subscription)
        return subscription

    async def position(self, scope: Scope) -> Position:
        """See `Bus.position`."""
        return self._use(scope).position

    async def read_log(self, scope: Scope, after: Position, *, limit: int) -> Replay:
        """See `Bus.read_log`. Raises ValueError for a merge channel, which has no log."""
        return self._use(scope).read_log(after, limit=limit)

    async def read_last(
        self, scope: Scope, *, after_seq: int = 0, keys: Sequence[str] | None = None
    ) -> Snapshot:
        """See `Bus.read_last`. Raises ValueError for a log channel, which replays instead."""
        return self._use(scope).read_last(after_seq=after_seq, keys=keys)

    def reset(self) -> None:
        """Lose all data, as a bus restarted without it: every scope begins a new epoch."""
        self._scopes.clear()
        self._user_scopes.clear()

    def _use(self, scope: Scope) -> MemoryScope:
        state = self._scopes.get(scope)
        if state is None:
            state = self._scopes[scope] = MemoryScope(
                epoch=self._new_epoch(), mode=scope.channel.mode, log_entries=self._log_entries
            )
        if scope.user is not None and scope not in self._subscriptions:
            self._note_idle(scope)
        return state

    def _note_idle(self, scope: Scope) -> None:
        self._user_scopes.pop(scope, None)
        self._user_scopes[scope] = None
        if len(self._user_scopes) > self._idle_user_scopes:
            oldest = next(iter(self._user_scopes))
            del self._user_scopes[oldest], self._scopes[oldest]

    def _end(self, scope: Scope, subscription: "MemorySubscription") -> None:
        others = self._subscriptions[scope]
        others.remove(subscription)
        if not others:
            del self._subscriptions[scope]
            self._use(scope)


class MemorySubscription:
    """Implements `bus.base.Subscription`."""

    def __init__(
        self, receive: Receive, *, on_close: Callable[["MemorySubscription"], None]
    ) -> None:
        self._receive = receive
        self._on_close = on_close
        self._open = True
        self._failed = False

    def deliver(self, batch: Batch) -> None:
        """Call the receiver unless this is closed; never raises."""
        if not self._open:
            return
        try:
            self._receive(batch)
        except Exception:
            if not self._failed:
                self._failed = True
                logger.exception("a receiver of the bus failed", channel=batch.scope.channel.value)

    async def close(self) -> None:
        """See `Subscription.close`."""
        if self._open:
            self._open = False
            self._on_close(self)
