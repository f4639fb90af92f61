"""Where Kafka's partitions begin and end."""

import asyncio
from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition as KafkaPlace

from vezta_stream.log.kafka_client import answer_within, start, stop
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy


class Offsets:
    """Asks for offsets over a connection of its own, and connects at the first question.

    A broker answers the requests of one connection in turn: beside a consumer that waits
    for records every question would wait with it.
    """

    def __init__(self, *, connection: KafkaConnection, policy: KafkaPolicy) -> None:
        self._connection = connection
        self._policy = policy
        self._client: AIOKafkaConsumer | None = None
        self._starting = asyncio.Lock()

    async def starts(self, places: Collection[KafkaPlace]) -> Mapping[KafkaPlace, int]:
        """Return the first offset of each. Raises `LogUnavailable`."""
        async with answer_within(self._policy.answer_seconds):
            found: Mapping[KafkaPlace, int] = await (await self._started()).beginning_offsets(
                places
            )
        return found

    async def ends(self, places: Collection[KafkaPlace]) -> Mapping[KafkaPlace, int]:
        """Return the offset that the next record of each will have. Raises `LogUnavailable`."""
        async with answer_within(self._policy.answer_seconds):
            found: Mapping[KafkaPlace, int] = await (await self._started()).end_offsets(places)
        return found

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await stop(self._client, within_seconds=self._policy.session_seconds)

    async def _started(self) -> AIOKafkaConsumer:
        async with self._starting:
            if self._client is None:
                client = AIOKafkaConsumer(
                    **self._connection.options(), **self._policy.fetch_options()
                )
                await start(client, within_seconds=self._policy.answer_seconds)
                self._client = client
        return self._client
