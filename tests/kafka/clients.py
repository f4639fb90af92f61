"""Clients of a test's broker: as in production, only quicker to notice."""

from typing import Final

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
