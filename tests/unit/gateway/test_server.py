"""Listening."""

import socket

import pytest

from vezta_stream.gateway.server import listen


def test_accepted_connections_do_not_hold_small_frames_back() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_an_address_that_is_taken_is_an_error() -> None:
    with listen("127.0.0.1", 0) as listening, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listening.getsockname()[1])


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_a_host_with_colons_is_an_ipv6_address() -> None:
    with listen("::1", 0) as listening:
        assert listening.family is socket.AF_INET6
