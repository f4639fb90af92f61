"""Clients of a test's broker: as in production, only quicker to notice."""

import asyncio
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy

POLICY: Final = KafkaPolicy(
    session_seconds=3.0,
    heartbeat_seconds=0.1,
    rebalance_seconds=5.0,
    request_seconds=10.0,
    answer_seconds=20.0,
    fetch_wait_seconds=0.1,
    fetch_bytes=4_194_304,
    batch_bytes=262_144,
    reader_fresh_seconds=0.0,
)


def connection(address: str) -> KafkaConnection:
    """Return how a broker without security is reached."""
    return KafkaConnection(
        bootstrap_servers=address,
        security_protocol="PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username=None,
        sasl_password=None,
        ca_file=None,
    )


async def create(admin: AIOKafkaAdminClient, *topics: NewTopic) -> None:
    """Create topics; returns when the broker has heard of them from its controller."""
    response = await admin.create_topics(list(topics))
    assert not any(error[1] for error in response.topic_errors), response
    async with asyncio.timeout(POLICY.answer_seconds):
        while True:
            found = await admin.describe_topics([topic.name for topic in topics])
            if not any(topic["error_code"] for topic in found):
                return
            await asyncio.sleep(0.02)
