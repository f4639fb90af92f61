"""The heartbeat, and what the library's logger may say."""

import logging
from collections.abc import MutableMapping
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from vezta_stream.gateway.closing import CloseReason
from vezta_stream.gateway.engine import EngineOptions, EngineServer, library_logger
from vezta_stream.gateway.engine_socket import EngineSocket
from vezta_stream.metrics import GatewayMetrics

OPTIONS = EngineOptions(
    cors_origins=("*",),
    max_message_bytes=65_536,
    ping_interval_seconds=25.0,
    ping_timeout_seconds=20.0,
    queue_packets=100,
    queue_bytes=100_000,
    tick_seconds=1.0,
)


class Setup:
    """An engine whose time is told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.registry = CollectorRegistry()
        self.engine = EngineServer(
            options=OPTIONS, monotonic=lambda: self.now, metrics=GatewayMetrics(self.registry)
        )

    async def session(self, *, admitted: bool = True) -> EngineSocket:
        """A polling session whose handshake was taken."""
        await self.engine._handle_connect({"asgi.scope": {"type": "http"}}, "polling")
        socket = list(self.engine.sockets.values())[-1]
        socket.admitted = admitted
        return socket

    def beat(self, *, after: float) -> None:
        """Let time pass and the heart beat."""
        self.now += after
        self.engine.beat(now=self.now)


@pytest.fixture
def setup() -> Setup:
    """An engine."""
    return Setup()


async def test_who_is_quiet_for_the_interval_is_pinged(setup: Setup) -> None:
    socket = await setup.session()
    setup.beat(after=24.0)
    assert not socket.awaits_pong
    setup.beat(after=1.0)

    assert await socket.poll() == ["2"]


async def test_who_answers_is_pinged_again(setup: Setup) -> None:
    socket = await setup.session()
    for _ in range(3):
        setup.beat(after=25.0)
        assert await socket.poll() == ["2"]
        setup.now += 19.0
        await socket.receive("3")
        setup.beat(after=1.0)
        assert not socket.closing
        setup.now -= 1.0


async def test_who_does_not_answer_is_closed(setup: Setup) -> None:
    socket = await setup.session()
    setup.beat(after=25.0)
    setup.beat(after=19.0)
    assert not socket.closing
    setup.beat(after=1.0)

    assert socket.close_reason is CloseReason.PING_TIMEOUT


async def test_pongs_that_nobody_asked_for_do_not_delay_the_ping(setup: Setup) -> None:
    socket = await setup.session()
    setup.now += 20.0
    await socket.receive("3")
    setup.beat(after=5.0)

    assert socket.awaits_pong


async def test_who_did_not_join_in_time_is_closed(setup: Setup) -> None:
    socket = await setup.session(admitted=False)
    setup.beat(after=25.0)

    assert socket.close_reason is CloseReason.IDLE


async def test_draining_closes_everybody(setup: Setup) -> None:
    sockets = [await setup.session() for _ in range(3)]
    await setup.engine.drain()

    assert {socket.close_reason for socket in sockets} == {CloseReason.SHUTDOWN}
    assert setup.engine.sockets == {}
    assert setup.registry.get_sample_value("vezta_gateway_connections") == 0


async def test_nothing_is_kept_of_a_closed_session(setup: Setup) -> None:
    socket = await setup.session()
    await socket.close()
    setup.beat(after=1_000.0)

    assert setup.engine.sockets == {}


async def test_a_request_whose_client_is_gone_is_dropped(setup: Setup) -> None:
    async def gone() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: MutableMapping[str, Any]) -> None:
        pytest.fail("there is nobody to answer")

    await setup.engine.handle_request({"type": "http"}, gone, send)


def test_the_library_speaks_only_of_defects(caplog: pytest.LogCaptureFixture) -> None:
    logger = library_logger("engineio.test")
    logger.info("packet with a token")
    logger.error("a client's mistake")
    try:
        raise KeyError
    except KeyError:
        logger.exception("a defect")

    assert [record.getMessage() for record in caplog.records] == ["a defect"]
    assert library_logger("engineio.test").level == logging.ERROR
