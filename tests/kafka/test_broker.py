"""The broker that the other tests stand on."""

import socket

import pytest


@pytest.mark.kafka
def test_the_broker_accepts_connections(kafka_address: str) -> None:
    host, _, port = kafka_address.rpartition(":")

    socket.create_connection((host, int(port)), timeout=5).close()
