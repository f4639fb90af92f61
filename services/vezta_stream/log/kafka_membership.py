"""A member's standing in its consumer group, as aiokafka knows it.

aiokafka runs rebalances in a task of its own. Here they wait until the poll takes them,
so that listeners are called inside `poll` only. What aiokafka does not offer publicly
(whether the group still knows us, when it last heard of us) is read here and nowhere
else; the behavioural suite on a real broker holds the assumptions.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import UnknownMemberIdError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest, SyncGroupRequest
from aiokafka.structs import TopicPartition as KafkaPlace

_NO_ERROR: Final = 0
_REBALANCE_IN_PROGRESS: Final = 27  # an answer to a heartbeat that prolongs the session too


class Change(NamedTuple):
    """Partitions that came, or that go as soon as `done` is set."""

    places: frozenset[KafkaPlace]
    done: asyncio.Future[None] | None

    @property
    def is_assignment(self) -> bool:
        return self.done is None


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Changes of the assignment in their order, and whether it still holds."""

    def __init__(self, client: AIOKafkaConsumer, *, clock: Callable[[], float]) -> None:
        self.changes: deque[Change] = deque()
        self._client = client
        self._clock = clock
        self._alive_at = clock()
        self._waiter: asyncio.Future[None] | None = None
        self._released = False

    def join(self, topics: Collection[str]) -> None:
        """Take part in the group from now on; the client has been started."""
        self._listen_in()
        self._client.subscribe(topics=list(topics), listener=self)

    @property
    def member_id(self) -> str:
        """Who we are in the group; empty when the group does not know us (any more)."""
        return str(self._client._coordinator.member_id)

    @property
    def is_rebalancing(self) -> bool:
        """Whether nothing may be read now, since it is being shared out anew."""
        return bool(self._client._subscription.reassignment_in_progress) or not self.member_id

    def silent_seconds(self) -> float:
        """Return for how long, at least, the group may not have heard of us."""
        return self._clock() - self._alive_at

    def abandon(self) -> None:
        """Join anew as somebody else: what was ours is lost."""
        self._client._coordinator.reset_generation()

    def raise_errors(self) -> None:
        """Raise what the background tasks failed with."""
        self._client._coordinator.check_errors()

    def not_idle(self) -> None:
        """Say that we poll: a member that does not is thrown out after minutes."""
        with self._client._subscription.fetch_context():
            pass

    async def wait(self, seconds: float) -> None:
        """Wait for records, a change or `wake`, but not longer than this."""
        self._waiter = self._client._fetcher._create_fetch_waiter()
        await asyncio.wait([self._waiter], timeout=seconds)
        waiter, self._waiter = self._waiter, None
        if not waiter.done():
            waiter.cancel()
        elif not waiter.cancelled():
            waiter.exception()  # retrieved; `raise_errors` raises it

    def wake(self) -> None:
        """End the wait."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def release(self) -> None:
        """Let aiokafka go on without anybody who polls."""
        self._released = True
        for change in self.changes:
            if change.done is not None and not change.done.done():
                change.done.set_result(None)
        self.changes.clear()

    async def on_partitions_assigned(self, assigned: Collection[KafkaPlace]) -> None:
        """Called by aiokafka. Not awaited by the poll: heartbeats begin after this only."""
        if self._released or not assigned:
            return
        # Without a position that is ours nothing may be fetched, nor a default applied.
        self._client.pause(*assigned)
        for place in assigned:
            self._client.seek(place, 0)
        self.changes.append(Change(frozenset(assigned), None))
        self.wake()

    async def on_partitions_revoked(self, revoked: Collection[KafkaPlace]) -> None:
        """Called by aiokafka, which joins again when this returns; heartbeats go on."""
        if self._released or not revoked:
            return
        done = asyncio.get_running_loop().create_future()
        self.changes.append(Change(frozenset(revoked), done))
        self.wake()
        await done

    def _listen_in(self) -> None:
        """Note when the coordinator last heard of us, and stop commits of nobody."""
        coordinator = self._client._coordinator
        send = coordinator._send_req

        async def listening(request: Any) -> Any:
            # Kafka takes a commit without member id for one by hand, if the group is empty.
            if isinstance(request, OffsetCommitRequest) and not self.member_id:
                raise UnknownMemberIdError
            sent_at = self._clock()
            response = await send(request)
            if isinstance(request, HeartbeatRequest | SyncGroupRequest) and (
                response.error_code in (_NO_ERROR, _REBALANCE_IN_PROGRESS)
            ):
                self._alive_at = max(self._alive_at, sent_at)
            return response

        coordinator._send_req = listening
