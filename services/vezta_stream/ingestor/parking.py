"""Records of markets that the catalog does not know yet, held until it does."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from vezta_stream.log.base import Record, TopicPartition

_K = TypeVar("_K")


class ParkingLimits(NamedTuple):
    """How much waits, and for how long (ms), before the oldest becomes a dead letter."""

    records: int
    size_bytes: int
    wait_ms: int


class _Place(NamedTuple):
    """Where a record came from."""

    partition: TopicPartition
    offset: int


class _Parked(NamedTuple):
    record: Record
    market: str
    since: int


class Parking:
    """Bounded in records, bytes and time; what no longer fits leaves oldest first."""

    def __init__(self, limits: ParkingLimits) -> None:
        self._limits = limits
        # In the order of their arrival, all of them and those of each market and partition.
        self._parked: OrderedDict[_Place, _Parked] = OrderedDict()
        self._by_market: dict[str, OrderedDict[_Place, None]] = {}
        self._by_partition: dict[TopicPartition, OrderedDict[_Place, None]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._parked)

    def park(self, record: Record, *, market: str, now: int) -> list[Record]:
        """Hold a record of a market; returns those that had to leave for it."""
        partition = TopicPartition(record.topic, record.partition)
        place = _Place(partition, record.offset)
        self._parked[place] = _Parked(record, market, now)
        self._by_market.setdefault(market, OrderedDict())[place] = None
        self._by_partition.setdefault(partition, OrderedDict())[place] = None
        self._bytes += _size(record)
        return list(self._overflow())

    def release(self, market: str) -> list[Record]:
        """Return the records of this market, in order, and hold them no longer."""
        return [self._remove(place) for place in list(self._by_market.get(market, ()))]

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
        for place in list(self._by_partition.get(partition, ())):
            self._remove(place)

    def oldest_offset(self, partition: TopicPartition) -> int | None:
        """Return the first offset of the partition that is still held."""
        places = self._by_partition.get(partition)
        return next(iter(places)).offset if places else None

    def _overflow(self) -> Iterator[Record]:
        limits = self._limits
        while len(self._parked) > limits.records or self._bytes > limits.size_bytes:
            yield self._remove(next(iter(self._parked)))

    def _remove(self, place: _Place) -> Record:
        record, market, _ = self._parked.pop(place)
        _discard(self._by_market, market, place)
        _discard(self._by_partition, place.partition, place)
        self._bytes -= _size(record)
        return record


def _discard(index: dict[_K, OrderedDict[_Place, None]], key: _K, place: _Place) -> None:
    del index[key][place]
    if not index[key]:
        del index[key]


def _size(record: Record) -> int:
    return len(record.value or b"")
