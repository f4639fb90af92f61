"""The log's suites on a real Kafka broker."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.protocol.group import LeaveGroupRequest
from aiokafka.structs import TopicPartition as KafkaPlace

from tests.behaviour.log_group_suite import LogGroupSuite
from tests.behaviour.log_harness import DEADLINE_SECONDS
from tests.behaviour.log_suite import LogSuite
from tests.kafka.clients import POLICY, connection, create
from vezta_stream.log.base import Consumer, Record, TopicPartition, TopicSpec
from vezta_stream.log.kafka import KafkaLog
from vezta_stream.log.kafka_consumer import KafkaConsumer


class KafkaLogHarness:
    """Implements `LogHarness`."""

    quiet_seconds = 0.3

    def __init__(self, address: str, admin: AIOKafkaAdminClient) -> None:
        self.log = KafkaLog(connection=connection(address), policy=POLICY, clock=time.monotonic)
        self._address = address
        self._admin = admin

    async def create(self, *specs: TopicSpec) -> None:
        await create(self._admin, *(_new(spec) for spec in specs))

    async def truncate(self, place: TopicPartition, *, before: int) -> None:
        await self._admin.delete_records({KafkaPlace(*place): RecordsToDelete(before)})

    async def compact(self, topic: str) -> None:
        """Close the segment, since none that is written to is compacted, and wait.

        What closes it is the end of an empty transaction: no reader sees it.
        """
        await _end_empty_transaction(self._address, topic)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                if not _has_older(await self.log.reader(topic).read_to_end()):
                    return
                await asyncio.sleep(0.1)

    async def expire(self, consumer: Consumer) -> None:
        """Have it leave without its knowledge, as the group does when a session ends."""
        assert isinstance(consumer, KafkaConsumer)
        node = await self._admin.find_coordinator(consumer.group)
        request = LeaveGroupRequest(consumer.group, consumer.member_id)
        response = await self._admin._send_request_to_node(node, request)
        assert response.error_code == 0


def _new(spec: TopicSpec) -> NewTopic:
    configs = {"cleanup.policy": "delete"}
    if spec.compacted:
        configs = {
            "cleanup.policy": "compact",
            "min.cleanable.dirty.ratio": "0.0",
            "segment.ms": "1",
        }
    return NewTopic(spec.name, spec.partitions, 1, topic_configs=configs)


async def _end_empty_transaction(address: str, topic: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, transactional_id=topic)
    await producer.start()
    try:
        async with producer.transaction():
            producer._txn_manager.maybe_add_partition_to_txn(KafkaPlace(topic, 0))
    finally:
        await producer.stop()


def _has_older(records: Sequence[Record]) -> bool:
    """Return whether a key has more than its newest record."""
    return len({record.key for record in records}) < len(records)


@pytest.mark.kafka
class TestKafkaLog(LogSuite, LogGroupSuite):
    @pytest.fixture
    async def harness(self, kafka_address: str) -> AsyncIterator[KafkaLogHarness]:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
        await admin.start()
        harness = KafkaLogHarness(kafka_address, admin)
        try:
            yield harness
        finally:
            await harness.log.close()
            await admin.close()
