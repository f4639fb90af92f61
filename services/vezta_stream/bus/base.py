"""The bus: carries publications from relays to nodes, each at one position, in order.

A *scope* (a public channel, or one user's part of a private channel) has its own
sequence. `bus.memory` is the twin for one process; both pass one behavioural suite.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from vezta_stream.core.positions import Lane, Position, Scope, SourcePosition


class Entry(NamedTuple):
    """One publication on its way to the bus; `data` is `None` for a tombstone."""

    lane: Lane
    source: SourcePosition
    key: str
    data: bytes | None


class Item(NamedTuple):
    """One publication with its place in its scope's sequence."""

    seq: int
    key: str
    data: bytes


class Batch(NamedTuple):
    """Publications of one scope as delivered together: rising `seq`.

    As published they are consecutive; what was filled in after a failure may leave out
    what a newer publication replaced. `lost_to` is set when publications up to that
    `seq` of this epoch, or of the epoch before, may be missing between the batch before
    and this one: whoever tracks positions has to be told. `items` may then be empty.
    Without it nothing is missing, even where the epoch is another one than before.
    """

    scope: Scope
    epoch: str
    items: Sequence[Item]
    lost_to: int | None = None


class Snapshot(NamedTuple):
    """The newest publication of each key asked for, rising by `seq`, as of `position`."""

    position: Position
    items: Sequence[Item]


class Replay(NamedTuple):
    """What followed a position, rising by `seq`, up to `position`.

    `complete` is false when the log no longer reaches back to the position asked for, or
    the epoch is another one; `items` is then what there is of the current epoch.
    """

    position: Position
    items: Sequence[Item]
    complete: bool


Receive = Callable[[Batch], None]


class Subscription(Protocol):
    """One receiver's interest in one scope."""

    async def close(self) -> None:
        """End it: the receiver is not called again. Closing twice is allowed."""


class Bus(Protocol):
    """What relays publish to and nodes read from.

    Every method raises `BusUnavailable` when the bus does not answer.
    """

    async def publish(self, scope: Scope, entries: Sequence[Entry]) -> Position:
        """Atomically accept, number, store and deliver; returns the scope's position after.

        An entry is accepted iff its source position exceeds the greatest one accepted of
        its lane in this scope; the others are dropped as repeats. Accepted entries get
        consecutive `seq` and reach every subscription of the scope in one `Batch`; what
        is too much for one message is divided, and then each part is atomic.
        A tombstone removes its key from the snapshots; it takes no `seq` and is not
        delivered. Safe to repeat after a failure of unknown outcome.
        """

    async def subscribe(self, scope: Scope, receive: Receive) -> Subscription:
        """Call `receive` with every batch published after this returns, in order.

        `receive` must not block and must not raise.
        """

    async def position(self, scope: Scope) -> Position:
        """Return the scope's current position; `seq` 0 when nothing was published yet."""

    async def read_log(self, scope: Scope, after: Position, *, limit: int) -> Replay:
        """Replay a log channel after a position (at most `limit` items, the oldest first).

        With more than `limit`, `position` is that of the last item returned.
        """

    async def read_last(
        self, scope: Scope, *, after_seq: int = 0, keys: Sequence[str] | None = None
    ) -> Snapshot:
        """Return a merge channel's newest publication of each key with `seq` > `after_seq`."""
