"""One scope of the in-memory bus: its sequence, what came last, and its history."""

from collections.abc import Sequence
from itertools import takewhile
from operator import attrgetter

from vezta_stream.bus.base import Entry, Item, Replay, Snapshot
from vezta_stream.core.channels import Mode
from vezta_stream.core.positions import Lane, Position, SourcePosition

_seq = attrgetter("seq")


class MemoryScope:
    """Numbers a scope's publications from 1 and keeps what readers may ask for.

    A merge channel keeps the newest publication of each key. A log channel keeps at
    least its newest `log_entries` publications, whatever their age, and at most a
    quarter more. Of every lane the greatest source position is kept.
    """

    def __init__(self, *, epoch: str, mode: Mode, log_entries: int) -> None:
        self._epoch = epoch
        self._seq = 0
        self._accepted: dict[Lane, SourcePosition] = {}
        self._mode = mode
        # By rising seq in both: a key that changes moves to the end.
        self._last: dict[str, Item] = {}
        self._log: list[Item] = []
        self._log_entries = log_entries
        self._log_most = log_entries + log_entries // 4

    @property
    def position(self) -> Position:
        """The newest position given."""
        return Position(self._epoch, self._seq)

    def accept(self, entries: Sequence[Entry]) -> list[Item]:
        """Number and store the entries that are no repeats; return what is to be delivered."""
        items: list[Item] = []
        for lane, source, key, data in entries:
            before = self._accepted.get(lane)
            if before is not None and source <= before:
                continue
            self._accepted[lane] = source
            self._last.pop(key, None)
            if data is not None:
                self._seq += 1
                items.append(Item(self._seq, key, data))
                if self._mode is Mode.MERGE:
                    self._last[key] = items[-1]
        if self._mode is Mode.LOG:
            self._append(items)
        return items

    def read_log(self, after: Position, *, limit: int) -> Replay:
        """See `Bus.read_log`. Raises ValueError for a merge channel, which has no log."""
        if self._mode is not Mode.LOG:
            raise ValueError("a merge channel has no log")
        same = after.epoch == self._epoch
        oldest = self._seq - len(self._log)  # what precedes the first item kept
        complete = same and oldest <= after.seq <= self._seq
        first = max(after.seq - oldest, 0) if same else 0
        items = self._log[first : first + limit]
        reached = items[-1].seq if len(items) == limit else self._seq
        return Replay(Position(self._epoch, reached), items, complete)

    def read_last(self, *, after_seq: int, keys: Sequence[str] | None) -> Snapshot:
        """See `Bus.read_last`. Raises ValueError for a log channel, which replays instead."""
        if self._mode is not Mode.MERGE:
            raise ValueError("a log channel keeps no last values")
        items = self._changed_since(after_seq) if keys is None else self._of(keys, after_seq)
        return Snapshot(self.position, items)

    def _changed_since(self, seq: int) -> list[Item]:
        newest_first = takewhile(lambda item: item.seq > seq, reversed(self._last.values()))
        return list(newest_first)[::-1]

    def _of(self, keys: Sequence[str], after_seq: int) -> list[Item]:
        found = (self._last[key] for key in set(keys) if key in self._last)
        return sorted((item for item in found if item.seq > after_seq), key=_seq)

    def _append(self, items: Sequence[Item]) -> None:
        self._log += items
        if len(self._log) > self._log_most:
            del self._log[: -self._log_entries]
