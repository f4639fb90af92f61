"""A member of a consumer group of the in-memory log."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from vezta_stream.log.base import RebalanceListener, Record, TopicPartition
from vezta_stream.log.memory_group import Group, Member
from vezta_stream.log.memory_partition import MemoryPartition


class MemoryConsumer:
    """Implements `log.base.Consumer`. For one task that polls; it joins at the first poll.

    When the group shares out anew, only partitions that move are revoked. An exception
    raised by the listener leaves `poll`: a revocation is then tried again at the next
    one, an assignment is not. Polling a closed consumer raises RuntimeError.
    """

    def __init__(
        self,
        *,
        group: Group,
        topics: Mapping[str, int],
        find: Callable[[TopicPartition], MemoryPartition],
        listener: RebalanceListener,
    ) -> None:
        self._group = group
        self._topics = topics
        self._find = find
        self._listener = listener
        self._member: Member | None = None
        # The group's version as of which nothing was left to give up or to take.
        self._settled_at = -1
        # Where to read on; `None` is the beginning, wherever that is by then.
        self._positions: dict[TopicPartition, int | None] = {}
        self._paused: set[TopicPartition] = set()
        # Assigned, not paused and maybe with something to read; whoever waits longest first.
        self._ready: dict[TopicPartition, None] = {}
        self._wake = asyncio.Event()
        self._closed = False

    async def poll(
        self, *, max_records: int, timeout_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """See `Consumer.poll`. Yields to the event loop even when records are there."""
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        await asyncio.sleep(0)
        while True:
            self._wake.clear()  # before looking: what comes later wakes us
            await self._settle()
            if batch := self._take(max_records):
                return batch
            if not await self._woken_before(deadline):
                return {}

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """See `Consumer.commit`."""
        self._group.commit(self._member, offsets)

    def pause(self, *partitions: TopicPartition) -> None:
        """See `Consumer.pause`. Partitions that are not assigned are passed over."""
        for place in self._positions.keys() & partitions:
            self._paused.add(place)
            self._unwatch(place)

    def resume(self, *partitions: TopicPartition) -> None:
        """See `Consumer.resume`."""
        for place in self._paused.intersection(partitions):
            self._paused.remove(place)
            self._watch(place)

    async def lag(self) -> Mapping[TopicPartition, int]:
        """See `Consumer.lag`. Counts offsets, as Kafka does: holes of a compaction included."""
        lags = {}
        for place, position in self._positions.items():
            stored = self._find(place)
            lags[place] = stored.end - (stored.start if position is None else position)
        return lags

    async def close(self) -> None:
        """See `Consumer.close`. The listener is not called; closing twice is allowed."""
        self._closed = True
        self._drop(tuple(self._positions))
        self.expire()
        self._wake.set()

    def expire(self) -> None:
        """Be taken for dead by the group; the next poll tells the listener and joins again."""
        if self._member is not None:
            self._group.remove(self._member)
            self._wake.set()

    async def _settle(self) -> None:
        """Give up and take partitions until the group wants nothing more of this member."""
        self._check_open()
        while self._settled_at != (version := self._group.version):
            member = await self._seat()
            if leaving := self._group.leaving(member):
                await self._listener.on_revoked(leaving)  # may commit: they are still ours
                self._drop(leaving)
                self._group.release(member, leaving)
            if coming := self._group.claim(member):
                for place in coming:
                    self._positions[place] = self._group.committed(place)
                    self._watch(place)
                await self._listener.on_assigned(coming)
            self._check_open()
            self._settled_at = version

    async def _seat(self) -> Member:
        """Return the seat in the group: the one there is, else a new one."""
        if self._member is None or self._member not in self._group:
            if lost := tuple(self._positions):
                self._drop(lost)
                await self._listener.on_lost(lost)
                self._check_open()
            self._member = Member(
                topics=self._topics, wake=self._wake.set, positions=self._positions
            )
            self._group.join(self._member)
        return self._member

    def _take(self, max_records: int) -> dict[TopicPartition, list[Record]]:
        """Read from the partitions that are ready, in turn; all or, when one fails, none."""
        batch: dict[TopicPartition, list[Record]] = {}
        after: dict[TopicPartition, int] = {}
        left = max_records
        for place in self._ready:
            stored, position = self._find(place), self._positions[place]
            records, after[place] = stored.read(
                stored.start if position is None else position, left
            )
            if records:
                batch[place] = records
                left -= len(records)
                if left == 0:
                    break
        for place, position in after.items():
            self._positions[place] = position
            del self._ready[place]
            if position < self._find(place).end:
                self._ready[place] = None
        if after:
            self._group.moved()
        return batch

    async def _woken_before(self, deadline: float) -> bool:
        try:
            async with asyncio.timeout_at(deadline):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    def _watch(self, place: TopicPartition) -> None:
        self._find(place).watchers.add(self._on_append)
        self._on_append(place)

    def _unwatch(self, place: TopicPartition) -> None:
        self._find(place).watchers.discard(self._on_append)
        self._ready.pop(place, None)

    def _on_append(self, place: TopicPartition) -> None:
        self._ready[place] = None
        self._wake.set()

    def _drop(self, places: Collection[TopicPartition]) -> None:
        for place in places:
            self._unwatch(place)
            self._positions.pop(place, None)
            self._paused.discard(place)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the consumer is closed")
