"""The log on Apache Kafka."""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from vezta_stream.errors import LogUnavailable
from vezta_stream.log.base import RebalanceListener
from vezta_stream.log.kafka_client import answer_within
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.log.kafka_consumer import KafkaConsumer
from vezta_stream.log.kafka_offsets import Offsets
from vezta_stream.log.kafka_producer import KafkaProducer
from vezta_stream.log.kafka_reader import KafkaReader

_UNKNOWN_TOPIC = 3


class KafkaLog:
    """Implements `log.base.Log` for tasks of one event loop; `close` ends all that it made.

    One process is one worker: before each send its producers check that its consumers
    are still in touch with their groups, and raise `SessionExpired` when one is not.
    `clock` is monotonic, in seconds.
    """

    def __init__(
        self, *, connection: KafkaConnection, policy: KafkaPolicy, clock: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._clock = clock
        self._offsets = Offsets(connection=connection, policy=policy)
        self._producers: list[KafkaProducer] = []
        self._consumers: list[KafkaConsumer] = []
        self._readers: list[KafkaReader] = []
        self._admin: AIOKafkaAdminClient | None = None
        self._starting = asyncio.Lock()

    def producer(self) -> KafkaProducer:
        """Return a producer of its own."""
        producer = KafkaProducer(
            connection=self._connection, policy=self._policy, check_session=self._check_sessions
        )
        self._producers.append(producer)
        return producer

    def consumer(
        self, *, group: str, topics: Sequence[str], listener: RebalanceListener
    ) -> KafkaConsumer:
        """Return a consumer, which joins at its first poll."""
        consumer = KafkaConsumer(
            group=group,
            topics=topics,
            listener=listener,
            check_topics=self._check_topics,
            offsets=self._offsets,
            connection=self._connection,
            policy=self._policy,
            clock=self._clock,
        )
        self._consumers.append(consumer)
        return consumer

    def reader(self, topic: str) -> KafkaReader:
        """Return a reader, which connects at its first read."""
        reader = KafkaReader(
            topic,
            partitions=self.partitions,
            offsets=self._offsets,
            connection=self._connection,
            policy=self._policy,
            clock=self._clock,
        )
        self._readers.append(reader)
        return reader

    async def partitions(self, topic: str) -> int:
        """Return the topic's number of partitions. Raises KeyError for an unknown topic."""
        return (await self._counts([topic]))[topic]

    async def close(self) -> None:
        """Leave all groups and close all connections."""
        for consumer in self._consumers:
            await consumer.close()
        for producer in self._producers:
            await producer.close()
        for reader in self._readers:
            await reader.close()
        await self._offsets.close()
        if self._admin is not None:
            await self._admin.close()

    async def _check_topics(self, topics: Sequence[str]) -> None:
        await self._counts(topics)

    async def _counts(self, topics: Sequence[str]) -> dict[str, int]:
        async with answer_within(self._policy.answer_seconds):
            described = await (await self._started()).describe_topics(list(topics))
        counts = {}
        for topic in described:
            if topic["error_code"] == _UNKNOWN_TOPIC:
                raise KeyError(topic["topic"])
            if topic["error_code"]:
                raise LogUnavailable(f"{topic['topic']}: {for_code(topic['error_code'])}")
            counts[topic["topic"]] = len(topic["partitions"])
        return counts

    async def _started(self) -> AIOKafkaAdminClient:
        async with self._starting:
            if self._admin is None:
                admin = AIOKafkaAdminClient(
                    **self._connection.options(), **self._policy.client_options()
                )
                try:
                    await admin.start()
                except BaseException:
                    await admin.close()
                    raise
                self._admin = admin
        return self._admin

    def _check_sessions(self) -> bool:
        checked = [consumer.check_session() for consumer in self._consumers]  # each of them
        return all(checked)
