"""Appending to Kafka: idempotent, acknowledged by all replicas, and fatal when not."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from vezta_stream.errors import LogUnavailable, ProduceFailed, SessionExpired
from vezta_stream.log.base import Draft, TopicPartition
from vezta_stream.log.kafka_client import start
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.log.partitioner import partition_of


class KafkaProducer:
    """Implements `log.base.Producer`. Connects at the first send.

    A send that was not acknowledged within the deadline leaves it unknown what was
    appended: from then on every send raises `ProduceFailed`, so that nothing can follow
    behind a hole. For the same reason a partition has one batch under way.

    `check_session` is asked before each send; when it says no, `SessionExpired` is raised
    and nothing was sent. Records without key and partition go to all partitions in turn.
    """

    def __init__(
        self,
        *,
        connection: KafkaConnection,
        policy: KafkaPolicy,
        check_session: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._check_session = check_session
        self._client: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._keyless = count()
        self._failed: str | None = None

    async def send(self, drafts: Sequence[Draft]) -> None:
        """See `Producer.send`."""
        if self._failed is not None:
            raise ProduceFailed(f"an earlier send failed: {self._failed}")
        if not drafts:
            return
        if not self._check_session():
            raise SessionExpired("out of touch with the group for longer than the session")
        try:
            async with asyncio.timeout(self._policy.answer_seconds):
                await self._deliver(await self._started(), drafts)
        except (KafkaError, LogUnavailable, TimeoutError, _Unplaceable) as error:
            self._failed = str(error) or repr(error)
            raise ProduceFailed(self._failed) from error

    async def close(self) -> None:
        """Close the connections; what no send waits for any more is not appended."""
        self._failed = self._failed or "closed"
        if self._client is None:
            return
        # Without its sender, stopping does not wait for what cannot be delivered.
        await self._client._sender.close()
        await self._client.stop()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._client is None:
                client = AIOKafkaProducer(
                    enable_idempotence=True,
                    acks="all",
                    max_batch_size=self._policy.batch_bytes,
                    **self._connection.options(),
                    **self._policy.client_options(),
                )
                await start(client, within_seconds=self._policy.answer_seconds)
                self._client = client
            return self._client

    async def _deliver(self, client: AIOKafkaProducer, drafts: Sequence[Draft]) -> None:
        """Send one batch of each partition at a time until all are acknowledged."""
        waiting = await self._batches(client, drafts)
        while waiting:
            sent = []
            for place, batches in waiting.items():
                batch = batches.pop(0)
                sent.append(await client.send_batch(batch, place.topic, partition=place.partition))
            done, _ = await asyncio.wait(sent)
            for future in done:
                future.exception()  # all retrieved, whichever is raised
            for future in sent:
                future.result()
            waiting = {place: batches for place, batches in waiting.items() if batches}

    async def _batches(
        self, client: AIOKafkaProducer, drafts: Sequence[Draft]
    ) -> dict[TopicPartition, list[BatchBuilder]]:
        counts = {topic: await _partitions(client, topic) for topic in {d.topic for d in drafts}}
        placed: dict[TopicPartition, list[Draft]] = {}
        for draft in drafts:
            placed.setdefault(self._place(draft, counts[draft.topic]), []).append(draft)
        now_ms = time.time_ns() // 1_000_000
        return {place: _fill(client, its_drafts, now_ms) for place, its_drafts in placed.items()}

    def _place(self, draft: Draft, partitions: int) -> TopicPartition:
        if draft.partition is not None:
            if not 0 <= draft.partition < partitions:
                raise _Unplaceable(f"no partition {draft.partition} in topic {draft.topic}")
            return TopicPartition(draft.topic, draft.partition)
        if draft.key is not None:
            return TopicPartition(draft.topic, partition_of(draft.key, partitions))
        return TopicPartition(draft.topic, next(self._keyless) % partitions)


class _Unplaceable(Exception):
    """The draft names a partition that its topic does not have."""


async def _partitions(client: AIOKafkaProducer, topic: str) -> int:
    return len(await client.partitions_for(topic))


def _fill(client: AIOKafkaProducer, drafts: Iterable[Draft], now_ms: int) -> list[BatchBuilder]:
    """Pack drafts into as few batches as they need; one that is too large gets its own."""
    batch = client.create_batch()
    batches = [batch]
    for draft in drafts:
        if _append(batch, draft, now_ms):
            continue
        batch = client.create_batch()
        batches.append(batch)
        if not _append(batch, draft, now_ms):
            raise _Unplaceable(f"a record for {draft.topic} does not fit into any batch")
    return batches


def _append(batch: BatchBuilder, draft: Draft, now_ms: int) -> bool:
    appended = batch.append(
        timestamp=now_ms, key=draft.key, value=draft.value, headers=list(draft.headers)
    )
    return appended is not None
