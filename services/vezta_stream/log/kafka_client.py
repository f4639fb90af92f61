"""What all of the log's Kafka clients share: deadlines, errors, our own types."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
    OffsetOutOfRangeError,
)
from aiokafka.structs import ConsumerRecord
from aiokafka.structs import TopicPartition as KafkaPlace

from vezta_stream.errors import LogUnavailable, OffsetOutOfRange
from vezta_stream.log.base import Record, TopicPartition


def ours(place: KafkaPlace) -> TopicPartition:
    """Return the same place in our words."""
    return TopicPartition(place.topic, place.partition)


def as_records(messages: Iterable[ConsumerRecord]) -> list[Record]:
    """Return the same records in our words."""
    return [
        Record(m.topic, m.partition, m.offset, m.key, m.value, m.headers, m.timestamp)
        for m in messages
    ]


@contextmanager
def translated() -> Iterator[None]:
    """Raise Kafka's errors as ours; those about commits keep their kind."""
    try:
        yield
    except (CommitFailedError, IllegalStateError):
        raise
    except OffsetOutOfRangeError as error:
        raise OffsetOutOfRange(f"the log does not hold {_offsets(error)}") from error
    except KafkaError as error:
        raise LogUnavailable(str(error) or repr(error)) from error


@asynccontextmanager
async def answer_within(seconds: float) -> AsyncIterator[None]:
    """As `translated`; raises `LogUnavailable` also when this takes longer than allowed."""
    try:
        with translated():
            async with asyncio.timeout(seconds):
                yield
    except TimeoutError as error:
        raise LogUnavailable(f"no answer from Kafka within {seconds} s") from error


async def start(client: AIOKafkaConsumer | AIOKafkaProducer, *, within_seconds: float) -> None:
    """Connect, or close all again. Raises `LogUnavailable`, at once when nobody listens."""
    try:
        async with answer_within(within_seconds):
            await client.start()
    except BaseException:
        await client.stop()
        raise


async def stop(client: AIOKafkaConsumer, *, within_seconds: float) -> None:
    """Leave the group and close the connections; at the deadline without good manners."""
    try:
        async with asyncio.timeout(within_seconds):
            await client.stop()
    except (TimeoutError, KafkaError):
        # It waits for a coordinator that does not answer: its tasks must not outlive us.
        coordinator, fetcher = client._coordinator, client._fetcher
        task = getattr(coordinator, "_coordination_task", None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        if fetcher is not None:
            await fetcher.close()
        await client._client.close()


def _offsets(error: OffsetOutOfRangeError) -> object:
    return error.args[0] if error.args else "the offset to read"
