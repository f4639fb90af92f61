"""One Engine.IO session, without a server around it."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from engineio.exceptions import EngineIOError
from engineio.packet import MESSAGE, Packet

from vezta_stream.gateway.closing import CloseReason
from vezta_stream.gateway.engine_socket import EngineSocket
from vezta_stream.gateway.packets import Violation
from vezta_stream.gateway.send_queue import SendQueue

POLL = {"asgi.scope": {"type": "http"}}


class FakeEngine:
    """Keeps what sessions tell their server."""

    max_http_buffer_size = 100

    def __init__(self) -> None:
        self.messages: list[str | None] = []
        self.pongs = 0
        self.violations: list[Violation] = []
        self.ending: list[EngineSocket] = []
        self.closed: list[CloseReason] = []
        self.hold: asyncio.Event | None = None

    async def on_message(self, socket: EngineSocket, message: str | None) -> None:
        """Keep it, once released."""
        if self.hold is not None:
            await self.hold.wait()
        self.messages.append(message)

    def on_pong(self, socket: EngineSocket) -> None:
        """Count it."""
        self.pongs += 1

    def on_violation(self, violation: Violation) -> None:
        """Keep it."""
        self.violations.append(violation)

    def on_ending(self, socket: EngineSocket) -> None:
        """Keep it."""
        self.ending.append(socket)

    async def on_closed(self, socket: EngineSocket) -> None:
        """Keep why."""
        self.closed.append(socket.close_reason)


class FakeWebSocket:
    """The client's end of an ASGI WebSocket."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[MutableMapping[str, Any]] = []
        self.expelled: list[int] = []
        self.broken = False

    def environ(self) -> dict[str, Any]:
        """A request to upgrade."""
        return {
            "asgi.scope": {
                "type": "websocket",
                "extensions": {"vezta.expel": self.expelled.append},
            },
            "asgi.receive": self.incoming.get,
            "asgi.send": self._send,
        }

    def says(self, *messages: str | bytes) -> None:
        """Let the client send."""
        for message in messages:
            kind = "text" if isinstance(message, str) else "bytes"
            self.incoming.put_nowait({"type": "websocket.receive", kind: message})

    def leaves(self, code: int) -> None:
        """Let the client close."""
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": code})

    @property
    def heard(self) -> list[str]:
        """The frames that the client got."""
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if self.broken:
            raise OSError
        self.sent.append(message)


class Body:
    """A request's body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, length: int) -> bytes:
        """The whole of it."""
        assert length == len(self._body)
        return self._body


async def turns() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


def post_of(body: bytes) -> dict[str, Any]:
    """A POST with this body."""
    return {"CONTENT_LENGTH": str(len(body)), "wsgi.input": Body(body)}


@pytest.fixture
def engine() -> FakeEngine:
    """The server."""
    return FakeEngine()


@pytest.fixture
def session(engine: FakeEngine) -> EngineSocket:
    """A fresh session."""
    return EngineSocket(engine, "sid", queue=SendQueue(max_frames=4, max_bytes=1_000))


@pytest.mark.parametrize(
    ("body", "messages"),
    [(b"4a", ["a"]), (b"4a\x1e4b\x1e6\x1e4", ["a", "b", ""]), (b"bAAAA", [None]), (b"6", [])],
)
async def test_posted_packets_are_handled_in_their_order(
    engine: FakeEngine, session: EngineSocket, body: bytes, messages: list[str | None]
) -> None:
    await session.handle_post_request(post_of(body))

    assert engine.messages == messages
    assert not session.closing


async def test_a_pong_is_passed_on(engine: FakeEngine, session: EngineSocket) -> None:
    await session.handle_post_request(post_of(b"3"))

    assert engine.pongs == 1


async def test_a_goodbye_ends_the_session_without_fuss(
    engine: FakeEngine, session: EngineSocket
) -> None:
    await session.handle_post_request(post_of(b"1\x1e4a"))

    assert session.close_reason is CloseReason.CLIENT
    assert engine.messages == []  # it had said goodbye
    assert engine.ending == [session]


@pytest.mark.parametrize(
    ("environ", "violation"),
    [
        (post_of(b""), Violation.EMPTY),
        (post_of(b"9"), Violation.ENGINE_TYPE),
        (post_of(b"2"), Violation.ENGINE_TYPE),
        (post_of(b"4\xff"), Violation.NOT_UTF8),
        (post_of(b"\x1e".join([b"6"] * 17)), Violation.TOO_MANY),
        (post_of(b"4" * 101), Violation.TOO_LARGE),
        ({}, Violation.BAD_REQUEST),
        ({"CONTENT_LENGTH": "-1"}, Violation.BAD_REQUEST),
    ],
)
async def test_a_bad_post_ends_the_session(
    engine: FakeEngine, session: EngineSocket, environ: dict[str, Any], violation: Violation
) -> None:
    with pytest.raises(EngineIOError):
        await session.handle_post_request(environ)

    assert engine.violations == [violation]
    assert session.close_reason is CloseReason.MALFORMED


async def test_two_posts_at_a_time_end_the_session(
    engine: FakeEngine, session: EngineSocket
) -> None:
    engine.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(session.handle_post_request(post_of(b"4a\x1e4b")))
        await asyncio.sleep(0)
        with pytest.raises(EngineIOError):
            await session.handle_post_request(post_of(b"4c"))
        await session.close()
        engine.hold.set()

    assert first.exception() is None  # closed already: there is nothing to refuse
    assert engine.messages == ["a"]
    assert engine.violations == [Violation.OVERLAP]


async def test_a_poll_takes_what_waits(session: EngineSocket) -> None:
    session.post("4a")
    await session.send(Packet(MESSAGE, "é"))
    await session.send(Packet(MESSAGE, b"\x00"))

    assert await session.handle_get_request(POLL) == {
        "status": "200 OK",
        "headers": [("Content-Type", "text/plain; charset=UTF-8")],
        "response": "4a\x1e4é\x1ebAA==".encode(),
    }


async def test_two_polls_at_a_time_end_the_session(
    engine: FakeEngine, session: EngineSocket
) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(session.poll())
        await asyncio.sleep(0)
        with pytest.raises(EngineIOError):
            await session.poll()

    assert first.result() == ["1"]
    assert engine.violations == [Violation.OVERLAP]


async def test_a_full_queue_evicts(engine: FakeEngine, session: EngineSocket) -> None:
    assert [session.post("4x") for _ in range(6)] == [True, True, True, True, False, False]
    assert session.close_reason is CloseReason.SLOW
    assert engine.ending == [session]


async def test_closing_is_told_once(engine: FakeEngine, session: EngineSocket) -> None:
    session.terminate(CloseReason.IDLE)
    session.terminate(CloseReason.SLOW)
    await session.close()
    await session.close(wait=False, abort=True, reason="engineio's")

    assert engine.closed == [CloseReason.IDLE]


async def test_a_websocket_carries_frames_both_ways(
    engine: FakeEngine, session: EngineSocket
) -> None:
    websocket = FakeWebSocket()
    session.post("0{}")
    websocket.says("4a", b"\x00", "4b")
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(session.handle_get_request(websocket.environ()))
        await turns()
        session.post("4c")
        await turns()
        websocket.leaves(1000)

    assert serving.result() is None
    assert engine.messages == ["a", None, "b"]
    assert websocket.heard == ["0{}", "4c"]
    assert engine.closed == [CloseReason.CLIENT]


@pytest.mark.parametrize(
    ("code", "reason", "violations"),
    [
        (1001, CloseReason.CLIENT, []),
        (1006, CloseReason.TRANSPORT, []),
        (1005, CloseReason.TRANSPORT, []),
        (1002, CloseReason.MALFORMED, [Violation.FRAMING]),
        (1007, CloseReason.MALFORMED, [Violation.NOT_UTF8]),
        (1009, CloseReason.MALFORMED, [Violation.TOO_LARGE]),
    ],
)
async def test_the_close_code_says_why(
    engine: FakeEngine,
    session: EngineSocket,
    code: int,
    reason: CloseReason,
    violations: list[Violation],
) -> None:
    websocket = FakeWebSocket()
    websocket.leaves(code)
    await session.handle_get_request(websocket.environ())

    assert engine.closed == [reason]
    assert engine.violations == violations


async def test_a_large_frame_ends_the_session_under_any_server(
    engine: FakeEngine, session: EngineSocket
) -> None:
    websocket = FakeWebSocket()
    websocket.says("4" * 101)
    await session.handle_get_request(websocket.environ())

    assert engine.violations == [Violation.TOO_LARGE]
    assert websocket.expelled == [1002]


async def test_an_evicted_websocket_is_expelled(engine: FakeEngine, session: EngineSocket) -> None:
    websocket = FakeWebSocket()
    async with asyncio.TaskGroup() as group:
        group.create_task(session.handle_get_request(websocket.environ()))
        await turns()
        for _ in range(5):
            session.post("4x")

    assert websocket.expelled == [1013]
    assert engine.closed == [CloseReason.SLOW]


async def test_a_websocket_that_breaks_while_it_is_written_to_ends(
    engine: FakeEngine, session: EngineSocket
) -> None:
    websocket = FakeWebSocket()
    async with asyncio.TaskGroup() as group:
        group.create_task(session.handle_get_request(websocket.environ()))
        await turns()
        websocket.broken = True
        session.post("4x")

    assert engine.closed == [CloseReason.TRANSPORT]


async def test_a_websocket_that_is_gone_before_it_began_leaves_the_session(
    engine: FakeEngine, session: EngineSocket
) -> None:
    websocket = FakeWebSocket()
    websocket.broken = True
    await session.handle_get_request(websocket.environ())

    assert engine.closed == []  # its owner closes it


async def test_polling_turns_into_a_websocket(engine: FakeEngine, session: EngineSocket) -> None:
    websocket = FakeWebSocket()
    session.connected = True
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(session.poll())
        serving = group.create_task(session.handle_get_request(websocket.environ()))
        websocket.says("2probe")
        await turns()
        assert poll.result() == ["6"]
        meanwhile = await session.handle_get_request(POLL)
        session.post("4a")
        websocket.says("5", "4b")
        await turns()
        websocket.leaves(1000)

    assert serving.result() is None
    assert isinstance(meanwhile, dict)
    assert meanwhile["response"] == b"6"
    assert websocket.heard == ["3probe", "4a"]
    assert engine.messages == ["b"]


@pytest.mark.parametrize("words", [["4a"], ["2"], ["2probe", "4a"], ["2probe", "2probe"]])
async def test_a_failed_probe_leaves_polling_as_it_was(
    engine: FakeEngine, session: EngineSocket, words: list[str]
) -> None:
    websocket = FakeWebSocket()
    websocket.says(*words)
    session.connected = True
    await session.handle_get_request(websocket.environ())

    assert websocket.expelled == [1001]
    assert (session.upgrading, session.upgraded, session.closing) == (False, False, False)
    session.post("4a")
    assert "4a" in await session.poll()


async def test_a_probe_that_vanishes_leaves_polling_as_it_was(session: EngineSocket) -> None:
    websocket = FakeWebSocket()
    websocket.leaves(1006)
    session.connected = True
    await session.handle_get_request(websocket.environ())

    assert (session.upgrading, session.upgraded, session.closing) == (False, False, False)


async def test_one_upgrade_at_a_time(session: EngineSocket) -> None:
    first, second = FakeWebSocket(), FakeWebSocket()
    session.connected = True
    async with asyncio.TaskGroup() as group:
        group.create_task(session.handle_get_request(first.environ()))
        await asyncio.sleep(0)
        await session.handle_get_request(second.environ())
        first.leaves(1006)

    assert second.sent == [{"type": "websocket.close", "code": 1002}]
