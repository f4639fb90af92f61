"""Reading all of a Kafka topic, outside any group."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition as KafkaPlace

from vezta_stream.log.base import Record
from vezta_stream.log.kafka_client import answer_within, as_records, start, stop, translated
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.log.kafka_offsets import Offsets

# At once from the buffer; large, since the whole topic is wanted.
_RECORDS_AT_ONCE = 10_000


class KafkaReader:
    """Implements `log.base.Reader`: each partition in order. Connects at the first call.

    New records come in the background. The end of the topic is asked for again when the
    last answer is older than the policy's `reader_fresh_seconds`; a call in between is
    cheap and returns what has arrived.

    Raises `OffsetOutOfRange` when records were dropped that it had not yet read.
    """

    def __init__(
        self,
        topic: str,
        *,
        partitions: Callable[[str], Awaitable[int]],
        offsets: Offsets,
        connection: KafkaConnection,
        policy: KafkaPolicy,
        clock: Callable[[], float],
    ) -> None:
        self._topic = topic
        self._partitions = partitions
        self._offsets = offsets
        self._connection = connection
        self._policy = policy
        self._clock = clock
        self._client: AIOKafkaConsumer | None = None
        self._places: list[KafkaPlace] = []
        self._asked_at = float("-inf")

    async def read_to_end(self) -> Sequence[Record]:
        """See `Reader.read_to_end`. Raises KeyError when there is no such topic."""
        client = await self._started()
        found = await self._arrived(client, wait_seconds=0)
        now = self._clock()
        if now - self._asked_at < self._policy.reader_fresh_seconds:
            return found
        ends = await self._offsets.ends(self._places)
        while await self._is_behind(client, ends):
            # The deadline is for progress: a long topic may take its time.
            async with answer_within(self._policy.answer_seconds):
                while not (
                    arrived := await self._arrived(
                        client, wait_seconds=self._policy.fetch_wait_seconds
                    )
                ) and await self._is_behind(client, ends):
                    pass
            found += arrived
        self._asked_at = now
        return found

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await stop(self._client, within_seconds=self._policy.session_seconds)

    async def _started(self) -> AIOKafkaConsumer:
        if self._client is None:
            number = await self._partitions(self._topic)
            self._places = [KafkaPlace(self._topic, each) for each in range(number)]
            starts = await self._offsets.starts(self._places)
            client = AIOKafkaConsumer(**self._connection.options(), **self._policy.fetch_options())
            await start(client, within_seconds=self._policy.answer_seconds)
            self._client = client
            client.assign(self._places)
            for place, offset in starts.items():
                client.seek(place, offset)
        return self._client

    async def _arrived(self, client: AIOKafkaConsumer, *, wait_seconds: float) -> list[Record]:
        with translated():
            fetched = await client.getmany(
                timeout_ms=round(wait_seconds * 1000), max_records=_RECORDS_AT_ONCE
            )
        # The event loop must get its turn in a long topic.
        await asyncio.sleep(0)
        return [record for messages in fetched.values() for record in as_records(messages)]

    async def _is_behind(self, client: AIOKafkaConsumer, ends: Mapping[KafkaPlace, int]) -> bool:
        for place, end in ends.items():
            if await client.position(place) < end:
                return True
        return False
