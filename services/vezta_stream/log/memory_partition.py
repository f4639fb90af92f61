"""One partition of the in-memory log: ordered records, kept within bounds."""

from bisect import bisect_left
from collections.abc import Callable
from operator import attrgetter

from vezta_stream.errors import OffsetOutOfRange
from vezta_stream.log.base import Draft, Record, TopicPartition

_offset = attrgetter("offset")


class MemoryPartition:
    """The records of one partition, by rising offset.

    `start` is the lowest offset that may be read, `end` the offset of the next record.
    Offsets are never given twice; after a compaction there are holes between them.

    Bounds: a plain partition keeps at least its newest `retain_records` and at most a
    quarter more; dropping the oldest raises `start`. A compacted one compacts itself
    when it holds more than `compact_above_records` and twice what its last compaction left.
    `most_unread`, half of these numbers, is how far producers may run ahead of readers.
    """

    def __init__(
        self,
        place: TopicPartition,
        *,
        compacted: bool,
        retain_records: int,
        compact_above_records: int,
    ) -> None:
        self.place = place
        self.start = 0
        self.end = 0
        # Called after each append; whoever waits for records puts itself in here.
        self.watchers: set[Callable[[TopicPartition], None]] = set()
        self._records: list[Record] = []
        self._compacted = compacted
        self._retain = retain_records
        self.most_unread = max(1, (compact_above_records if compacted else retain_records) // 2)
        self._most = retain_records + retain_records // 4
        self._compact_above = compact_above_records
        self._compact_at = compact_above_records
        # Tombstones below were there at the last compaction: the next one removes them.
        self._seen_before = 0

    def append(self, draft: Draft, *, timestamp_ms: int) -> None:
        """Give the draft the next offset, store it and tell the watchers."""
        topic, partition = self.place
        self._records.append(
            Record(topic, partition, self.end, draft.key, draft.value, draft.headers, timestamp_ms)
        )
        self.end += 1
        self._keep_within_bounds()
        for watcher in self.watchers:
            watcher(self.place)

    def read(self, offset: int, limit: int) -> tuple[list[Record], int]:
        """Return up to `limit` records from `offset` on, and the offset to go on at.

        Raises `OffsetOutOfRange` for an offset below `start` or above `end`.
        """
        if not self.start <= offset <= self.end:
            held = f"{self.start} to {self.end}"
            raise OffsetOutOfRange(f"{self.place} holds {held}, asked for {offset}")
        first = bisect_left(self._records, offset, key=_offset)
        records = self._records[first : first + limit]
        if len(records) < limit:
            return records, self.end
        return records, records[-1].next_offset

    def truncate(self, before: int) -> None:
        """Drop what lies below the offset `before`; it becomes the start."""
        self.start = max(self.start, min(before, self.end))
        del self._records[: bisect_left(self._records, self.start, key=_offset)]

    def compact(self) -> None:
        """Keep the newest record of each key, at its offset.

        A key's tombstone outlives the first compaction that meets it, so that readers
        who are not far behind still see the removal, and goes with the next one.
        """
        newest = {record.key: record.offset for record in self._records}
        self._records = [
            record
            for record in self._records
            if newest[record.key] == record.offset
            and (record.value is not None or record.offset >= self._seen_before)
        ]
        self._seen_before = self.end
        self._compact_at = max(self._compact_above, 2 * len(self._records))

    def _keep_within_bounds(self) -> None:
        held = len(self._records)
        if self._compacted:
            if held > self._compact_at:
                self.compact()
        elif held > self._most:
            self.truncate(self.end - self._retain)
