"""How a node keeps up with one scope: what to deliver of what arrives and what was read."""

from collections.abc import Sequence
from typing import NamedTuple

from vezta_stream.bus.base import Batch, Item
from vezta_stream.core.channels import Mode
from vezta_stream.core.positions import Position, Scope


class Part(NamedTuple):
    """What was read of a scope after a position, up to `position`.

    `items` rise by `seq`. `complete` is false when something between that position and
    them is not to be had; `ends` whether `position` was the newest. The items whose `seq`
    is in `unpublished` were restored into the log without being delivered to anyone.
    """

    position: Position
    items: Sequence[Item]
    unpublished: frozenset[int] = frozenset()
    complete: bool = True
    ends: bool = True


class Follower:
    """Turns batches that may be missing or repeated into batches of which none is.

    Each method returns what is to be delivered now, in order. While `live`, batches are
    taken as they come. A batch that does not continue where the last one ended makes the
    follower fall behind: then what comes is held, and reading after `position` until
    `live` again fills the hole. Not more than `held_bytes` are held, the rest is read too.
    """

    def __init__(self, scope: Scope, *, held_bytes: int) -> None:
        self._scope = scope
        self._held_bytes = held_bytes
        self._held: list[Batch] = []
        self._held_size = 0
        self._overflowed = False
        # Whether restored entries are old to us: unless our own past reaches up to them.
        self._skips_unpublished = True
        self.position: Position | None = None
        self.live = False

    def begin(self, position: Position) -> list[Batch]:
        """Follow from here on; what came meanwhile counts if it is newer."""
        self.position = position
        self.live = True
        return self._release()

    def fall_behind(self) -> None:
        """Read before anything more is delivered: something may have been missed."""
        self.live = False

    def is_at(self, position: Position) -> bool:
        """Whether nothing up to this position is missing."""
        mine = self.position
        return mine is not None and mine.epoch == position.epoch and mine.seq >= position.seq

    def on_batch(self, batch: Batch) -> list[Batch]:
        """Take a batch as it arrives."""
        if not self.live:
            self._hold(batch)
            return []
        fresh = self._fresh(batch)
        if fresh is None:
            self.live = False
            self._hold(batch)
            return []
        return self._advance(fresh)

    def on_part(self, part: Part) -> list[Batch]:
        """Take what was read after `position`; then the follower is live, or to be read again."""
        mine = self.position
        assert mine is not None, "nothing is read before the beginning"
        same_epoch = mine.epoch == part.position.epoch
        delivered: list[Batch] = []
        # Behind us in the same epoch: data was lost, and the next to write begins another.
        if not same_epoch or part.position.seq >= mine.seq:
            delivered = self._take(part, same_epoch=same_epoch)
            self.position = part.position
        self.live = part.ends
        return delivered + (self._release() if self.live else [])

    def _take(self, part: Part, *, same_epoch: bool) -> list[Batch]:
        if not same_epoch:
            self._skips_unpublished = not part.complete
        items: Sequence[Item] = part.items
        if self._skips_unpublished and part.unpublished:
            items = [item for item in items if item.seq not in part.unpublished]
        lost_to = None if part.complete else self._lost_to(part)
        if not items and lost_to is None:
            return []
        return [Batch(self._scope, part.position.epoch, items, lost_to)]

    def _lost_to(self, part: Part) -> int:
        if self._scope.channel.mode is Mode.MERGE:
            return 0  # the newest of everything follows
        return part.items[0].seq - 1 if part.items else part.position.seq

    def _fresh(self, batch: Batch) -> Batch | None:
        """Return what of a batch is new (maybe nothing); `None` when it does not continue."""
        mine = self.position
        if mine is None or batch.epoch != mine.epoch or batch.items[0].seq > mine.seq + 1:
            return None
        known = mine.seq + 1 - batch.items[0].seq
        return batch._replace(items=batch.items[known:]) if known else batch

    def _advance(self, batch: Batch) -> list[Batch]:
        if not batch.items:
            return []
        self.position = Position(batch.epoch, batch.items[-1].seq)
        return [batch]

    def _hold(self, batch: Batch) -> None:
        size = sum(len(item.data) for item in batch.items)
        if self._held_size + size > self._held_bytes:
            self._overflowed = True
            self._held.clear()
            self._held_size = 0
        else:
            self._held.append(batch)
            self._held_size += size

    def _release(self) -> list[Batch]:
        """Deliver what was held, as far as it continues; the rest is to be read."""
        held, self._held, self._held_size = self._held, [], 0
        overflowed, self._overflowed = self._overflowed, False
        delivered: list[Batch] = []
        for batch in held:
            fresh = self._fresh(batch)
            if fresh is None:
                overflowed = True  # of an epoch before or after, or it does not continue
            else:
                delivered += self._advance(fresh)
        if overflowed:
            self.live = False
        return delivered
