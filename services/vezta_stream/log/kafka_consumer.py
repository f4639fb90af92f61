"""A member of a consumer group on Kafka."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import TopicPartition as KafkaPlace

from vezta_stream.errors import CommitRefused
from vezta_stream.log.base import RebalanceListener, Record, TopicPartition
from vezta_stream.log.kafka_client import answer_within, as_records, ours, start, stop, translated
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.log.kafka_membership import Change, Membership
from vezta_stream.log.kafka_offsets import Offsets


class KafkaConsumer:
    """Implements `log.base.Consumer`. For one task that polls; it joins at the first poll.

    When the group shares out anew, all partitions are revoked and those that stay are
    assigned again; nothing is polled in between. Partitions of equal number of topics of
    equal size have one owner. An exception raised by the listener leaves `poll`: a
    revocation is then tried again at the next one, an assignment is not.

    `LogUnavailable` leaves every method when Kafka does not answer in time.
    """

    def __init__(
        self,
        *,
        group: str,
        topics: Sequence[str],
        listener: RebalanceListener,
        check_topics: Callable[[Sequence[str]], Awaitable[None]],
        offsets: Offsets,
        connection: KafkaConnection,
        policy: KafkaPolicy,
        clock: Callable[[], float],
    ) -> None:
        self._group = group
        self._topics = topics
        self._listener = listener
        self._check_topics = check_topics
        self._offsets = offsets
        self._connection = connection
        self._policy = policy
        self._clock = clock
        self._client: AIOKafkaConsumer | None = None
        self._membership: Membership | None = None
        self._owned: set[TopicPartition] = set()
        self._paused: set[TopicPartition] = set()
        self._closed = False

    @property
    def group(self) -> str:
        """The consumer group."""
        return self._group

    @property
    def member_id(self) -> str:
        """Who this is in the group; empty when the group does not know it."""
        return "" if self._membership is None else self._membership.member_id

    async def poll(
        self, *, max_records: int, timeout_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """See `Consumer.poll`. Yields to the event loop even when records are there.

        Raises KeyError, at the first call, when there is no such topic.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        await asyncio.sleep(0)
        client, membership = await self._joined()
        while True:
            with translated():
                membership.raise_errors()
            await self._settle(client, membership)
            if batch := await self._take(client, membership, max_records):
                return batch
            left = deadline - loop.time()
            if left <= 0:
                return {}
            await membership.wait(left)
            self._check_open()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """See `Consumer.commit`."""
        if not offsets:
            return
        if self._client is None or not self._owned.issuperset(offsets):
            raise CommitRefused(f"not assigned: {sorted(offsets.keys() - self._owned)}")
        try:
            async with answer_within(self._policy.answer_seconds):
                await self._client.commit(
                    {KafkaPlace(*place): offset for place, offset in offsets.items()}
                )
        except (CommitFailedError, IllegalStateError) as error:
            raise CommitRefused(str(error)) from error

    def pause(self, *partitions: TopicPartition) -> None:
        """See `Consumer.pause`. Partitions that are not assigned are passed over."""
        self._paused.update(self._owned.intersection(partitions))

    def resume(self, *partitions: TopicPartition) -> None:
        """See `Consumer.resume`. What was fetched meanwhile is there at once."""
        self._paused.difference_update(partitions)
        if self._membership is not None:
            self._membership.wake()

    async def lag(self) -> Mapping[TopicPartition, int]:
        """See `Consumer.lag`. Counts offsets: holes of a compaction included."""
        places = [KafkaPlace(*place) for place in self._owned]
        if self._client is None or not places:
            return {}
        lags = {}
        ends = await self._offsets.ends(places)
        async with answer_within(self._policy.answer_seconds):
            for place in places:
                if place in self._owned:
                    lags[ours(place)] = ends[place] - await self._client.position(place)
        return lags

    async def close(self) -> None:
        """See `Consumer.close`. The listener is not called; closing twice is allowed."""
        if self._closed:
            return
        self._closed = True
        self._drop(tuple(self._owned))
        if self._membership is not None:
            self._membership.release()
            self._membership.wake()
        if self._client is not None:
            await stop(self._client, within_seconds=self._policy.session_seconds)

    def check_session(self) -> bool:
        """Return whether what is assigned is certainly still ours; if not, it is given up.

        Others may take over when the group has heard nothing for the session's length.
        """
        membership = self._membership
        if membership is None or not self._owned:
            return True
        if membership.member_id and membership.silent_seconds() < self._policy.session_seconds:
            return True
        membership.abandon()
        return False

    async def _joined(self) -> tuple[AIOKafkaConsumer, Membership]:
        self._check_open()
        if self._client is None or self._membership is None:
            await self._check_topics(self._topics)
            client = AIOKafkaConsumer(
                group_id=self._group,
                partition_assignment_strategy=(RangePartitionAssignor,),
                **self._connection.options(),
                **self._policy.group_options(),
            )
            await start(client, within_seconds=self._policy.answer_seconds)
            self._client = client
            self._membership = Membership(client, clock=self._clock)
            self._membership.join(self._topics)
        return self._client, self._membership

    async def _settle(self, client: AIOKafkaConsumer, membership: Membership) -> None:
        """Tell the listener what came and what goes, in order."""
        while membership.changes:
            change = membership.changes[0]
            if change.is_assignment:
                membership.changes.popleft()
                await self._take_over(client, change)
            else:
                await self._give_up(membership, change)
            self._check_open()

    async def _take_over(self, client: AIOKafkaConsumer, change: Change) -> None:
        await self._go_to_start(client, change.places)
        places = {ours(place) for place in change.places}
        self._owned.update(places)
        await self._listener.on_assigned(places)

    async def _give_up(self, membership: Membership, change: Change) -> None:
        if going := self._owned & {ours(place) for place in change.places}:
            if membership.member_id:
                await self._listener.on_revoked(going)  # may commit: they are still ours
                self._drop(going)
            else:
                self._drop(going)
                await self._listener.on_lost(going)
        if membership.changes and membership.changes[0] is change:
            membership.changes.popleft()
        if change.done is not None and not change.done.done():
            change.done.set_result(None)

    async def _go_to_start(self, client: AIOKafkaConsumer, places: Iterable[KafkaPlace]) -> None:
        """Place every partition at its committed offset, else at its first record."""
        async with answer_within(self._policy.answer_seconds):
            starts = {place: await client.committed(place) for place in places}
        fresh = [place for place, offset in starts.items() if offset is None]
        starts.update(await self._offsets.starts(fresh))
        for place, offset in starts.items():
            client.seek(place, offset)
            client.resume(place)

    async def _take(
        self, client: AIOKafkaConsumer, membership: Membership, max_records: int
    ) -> dict[TopicPartition, list[Record]]:
        if membership.is_rebalancing:
            return {}
        # What is paused stays fetched and is there when resumed; aiokafka's own pausing
        # would throw it away and wait for the next fetch.
        wanted = [KafkaPlace(*place) for place in self._owned - self._paused]
        if not wanted:
            membership.not_idle()
            return {}
        with translated():
            fetched = await client.getmany(
                *(wanted if self._paused else ()), timeout_ms=0, max_records=max_records
            )
        return {ours(place): as_records(messages) for place, messages in fetched.items()}

    def _drop(self, places: Collection[TopicPartition]) -> None:
        self._owned.difference_update(places)
        self._paused.difference_update(places)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the consumer is closed")
