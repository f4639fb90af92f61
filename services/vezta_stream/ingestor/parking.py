"""Records of markets that the catalog does not know yet, held until it does."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from vezta_stream.log.base import Record, TopicPartition


class ParkingLimits(NamedTuple):
    """How much waits, and for how long (ms), before the oldest becomes a dead letter."""

    records: int
    size_bytes: int
    wait_ms: int


class _Parked(NamedTuple):
    record: Record
    since: int


class Parking:
    """Bounded in records, bytes and time; what no longer fits leaves oldest first."""

    def __init__(self, limits: ParkingLimits) -> None:
        self._limits = limits
        self._parked: OrderedDict[tuple[TopicPartition, int], _Parked] = OrderedDict()
        self._by_key: dict[bytes, list[tuple[TopicPartition, int]]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._parked)

    def park(self, record: Record, *, now: int) -> list[Record]:
        """Hold a record; returns those that had to leave for it."""
        place = TopicPartition(record.topic, record.partition), record.offset
        self._parked[place] = _Parked(record, now)
        self._by_key.setdefault(record.key or b"", []).append(place)
        self._bytes += len(record.value or b"")
        return list(self._overflow())

    def release(self, key: bytes) -> list[Record]:
        """Return the records of this raw key, in order, and hold them no longer."""
        return [self._remove(place) for place in list(self._by_key.get(key, ()))]

    def expire(self, *, now: int) -> list[Record]:
        """Return the records that have waited for the whole time."""
        expired = []
        while self._parked:
            place, parked = next(iter(self._parked.items()))
            if now - parked.since < self._limits.wait_ms:
                break
            expired.append(self._remove(place))
        return expired

    def forget(self, partition: TopicPartition) -> None:
        """Drop what belongs to a partition that another worker reads now."""
        for place in [place for place in self._parked if place[0] == partition]:
            self._remove(place)

    def oldest_offset(self, partition: TopicPartition) -> int | None:
        """Return the first offset of the partition that is still held."""
        return min((offset for owner, offset in self._parked if owner == partition), default=None)

    def _overflow(self) -> Iterator[Record]:
        limits = self._limits
        while len(self._parked) > limits.records or self._bytes > limits.size_bytes:
            yield self._remove(next(iter(self._parked)))

    def _remove(self, place: tuple[TopicPartition, int]) -> Record:
        record = self._parked.pop(place).record
        places = self._by_key[record.key or b""]
        places.remove(place)
        if not places:
            del self._by_key[record.key or b""]
        self._bytes -= len(record.value or b"")
        return record
