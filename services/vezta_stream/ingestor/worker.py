"""One worker's partitions: records and ticks in, channel records and dead letters out.

Decides everything and does no I/O; `pipeline` moves the records.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor import sources
from vezta_stream.ingestor.dead_letters import dead_letter
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.parking import Parking
from vezta_stream.ingestor.partition import Partition, SourceFactory
from vezta_stream.log.base import Draft, Record, TopicPartition
from vezta_stream.schemas.market import Source


class Observer(Protocol):
    """Counts what happens, for metrics."""

    def consumed(self, topic: str, records: int) -> None: ...

    def published(self, topic: str, records: int) -> None: ...

    def rejected(self, topic: str, reason: Reason) -> None: ...

    def dead_lettered(self, reason: Reason) -> None: ...

    def tallied(self, what: str, times: int) -> None: ...

    def parked(self, records: int) -> None: ...


class Effects(NamedTuple):
    """What must be acknowledged by the log before the offsets may be committed."""

    drafts: Sequence[Draft]
    offsets: Mapping[TopicPartition, int]


class Worker:
    """The state of all partitions assigned to one worker."""

    def __init__(
        self,
        *,
        factories: Mapping[str, SourceFactory],
        registry: Registry,
        parking: Parking,
        generation: int,
        observer: Observer,
    ) -> None:
        self._factories = factories
        self._registry = registry
        self._parking = parking
        self._generation = generation
        self._observer = observer
        self._partitions: dict[TopicPartition, Partition] = {}
        # Where each partition goes on; what is parked of it may still be needed again.
        self._next_offsets: dict[TopicPartition, int] = {}

    def assign(self, places: Collection[TopicPartition]) -> None:
        """Start with empty state for partitions that are new here."""
        for place in places:
            if place not in self._partitions:
                source = self._factories[place.topic]()
                self._partitions[place] = Partition(place, source, generation=self._generation)

    def unassign(self, places: Collection[TopicPartition]) -> None:
        """Forget partitions that another worker reads from now on."""
        for place in places:
            self._partitions.pop(place, None)
            self._next_offsets.pop(place, None)
            self._parking.forget(place)

    def process(self, batch: Mapping[TopicPartition, Sequence[Record]], *, now: int) -> Effects:
        """Return the effects of what one poll brought, in order per partition."""
        drafts: list[Draft] = []
        for place, records in batch.items():
            self._observer.consumed(place.topic, len(records))
            for record in records:
                drafts += self._process(record, now)
            self._next_offsets[place] = records[-1].next_offset
        return self._effects(drafts, batch)

    def tick(self, places: Collection[TopicPartition], *, now: int) -> Effects:
        """Return what time makes of these partitions, and of records that waited too long.

        Only partitions without lag get ticks: elsewhere the records tell the time.
        """
        drafts: list[Draft] = []
        for place in places:
            partition = self._partitions.get(place)
            if partition is not None:
                drafts += partition.tick(now)
        expired = self._parking.expire(now=now)
        for record in expired:
            drafts += self._refused(record, _unknown_market(record))
        return self._effects(drafts, map(_place_of, expired))

    def learn(self, records: Sequence[Record], *, now: int) -> Effects:
        """Take catalog records, and process what waited for the markets they describe."""
        drafts: list[Draft] = []
        released: list[Record] = []
        for record in records:
            try:
                identity = self._learn(record)
            except Rejected as rejected:
                # Every worker reads the whole catalog, which keeps the record itself.
                self._observer.rejected(record.topic, rejected.reason)
                continue
            if identity is not None and identity.source is Source.POLYMARKET:
                waiting = self._parking.release(identity.external_id)
                released += waiting
                for each in waiting:
                    drafts += self._process(each, now)
        return self._effects(drafts, map(_place_of, released))

    def _learn(self, record: Record) -> Identity | None:
        if record.value is None:
            self._registry.remove((record.key or b"").decode(errors="replace"))
            return None
        identity = self._registry.apply(record.value)
        for partition in self._partitions.values():
            if partition.markets is not None:
                partition.markets.adopt(identity)
        return identity

    def _process(self, record: Record, now: int) -> list[Draft]:
        try:
            return self._partitions[_place_of(record)].process(record)
        except Rejected as rejected:
            if rejected.reason is Reason.UNKNOWN_MARKET and record.topic == sources.POLYMARKET:
                return self._park(record, rejected.detail, now)
            return self._refused(record, rejected)

    def _park(self, record: Record, market: str, now: int) -> list[Draft]:
        drafts: list[Draft] = []
        for displaced in self._parking.park(record, market=market, now=now):
            drafts += self._refused(displaced, _unknown_market(displaced))
        return drafts

    def _refused(self, record: Record, rejected: Rejected) -> list[Draft]:
        self._observer.rejected(record.topic, rejected.reason)
        if not rejected.reason.is_dead_letter:
            return []
        self._observer.dead_lettered(rejected.reason)
        return [dead_letter(record, rejected)]

    def _effects(self, drafts: list[Draft], concerned: Iterable[TopicPartition]) -> Effects:
        self._report(drafts)
        return Effects(drafts, {place: self._committable(place) for place in concerned})

    def _committable(self, place: TopicPartition) -> int:
        # What is parked has no effect yet: a restart must read it again.
        parked = self._parking.oldest_offset(place)
        return self._next_offsets[place] if parked is None else parked

    def _report(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self._observer.published(draft.topic, 1)
        for partition in self._partitions.values():
            if partition.markets is not None and partition.markets.tallies:
                for what, times in partition.markets.tallies.items():
                    self._observer.tallied(what, times)
                partition.markets.tallies.clear()
        self._observer.parked(len(self._parking))


def _place_of(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)


def _unknown_market(record: Record) -> Rejected:
    return Rejected(Reason.UNKNOWN_MARKET, (record.key or b"").decode(errors="replace"))
