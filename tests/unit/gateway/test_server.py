"""Listening."""

import errno
import socket

import pytest

from vezta_stream.gateway import server
from vezta_stream.gateway.server import listen


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def test_accepted_connections_do_not_hold_small_frames_back() -> None:
    (listening,) = listen("127.0.0.1", 0)
    with listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_an_address_that_is_taken_is_an_error() -> None:
    (listening,) = listen("127.0.0.1", 0)
    with listening, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listening.getsockname()[1])


@needs_ipv6
def test_a_host_with_colons_is_an_ipv6_address() -> None:
    (listening,) = listen("::1", 0)
    with listening:
        assert listening.family is socket.AF_INET6


@needs_ipv6
def test_localhost_is_both_loopbacks_on_one_port() -> None:
    first, second = listen("localhost", 0)
    with first, second:
        port = first.getsockname()[1]
        assert first.getsockname() == ("127.0.0.1", port)
        assert second.getsockname()[:2] == ("::1", port)


@needs_ipv6
def test_localhost_is_taken_when_either_is() -> None:
    for host in ("127.0.0.1", "::1"):
        (taken,) = listen(host, 0)
        port = taken.getsockname()[1]
        with taken, pytest.raises(OSError, match="in use"):
            listen("localhost", port)
        for sockets in (listen("127.0.0.1", port), listen("::1", port)):  # nothing was kept
            sockets[0].close()


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
def test_localhost_is_one_address_without_ipv6(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    listen_on = server._listen

    def without_ipv6(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(number, "no such address")
        return listen_on(host, port)

    monkeypatch.setattr(server, "_listen", without_ipv6)

    (only,) = listen("localhost", 0)
    with only:
        assert only.getsockname()[0] == "127.0.0.1"
