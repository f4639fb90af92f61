"""The ASGI side of a WebSocket under servers that lack our extension."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from vezta_stream.gateway import websocket
from vezta_stream.gateway.websocket import AsgiWebSocket, Disconnected


class Server:
    """Plays the ASGI server."""

    def __init__(self, *incoming: dict[str, Any], failure: Exception | None = None) -> None:
        self._incoming = list(incoming)
        self._failure = failure
        self.sent: list[MutableMapping[str, Any]] = []

    async def receive(self) -> MutableMapping[str, Any]:
        """The next message."""
        return self._incoming.pop(0)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Keep it, or fail."""
        if self._failure is not None:
            raise self._failure
        self.sent.append(message)

    def websocket(self) -> AsgiWebSocket:
        """The application's side."""
        return AsgiWebSocket({"type": "websocket"}, receive=self.receive, send=self.send)


async def test_text_and_bytes_arrive_as_what_they_are() -> None:
    server = Server(
        {"type": "websocket.receive", "text": "a", "bytes": None},
        {"type": "websocket.receive", "bytes": b"b"},
        {"type": "websocket.receive", "text": ""},
    )
    socket = server.websocket()

    assert [await socket.receive() for _ in range(3)] == ["a", b"b", ""]


@pytest.mark.parametrize(("message", "code"), [({"code": 1001}, 1001), ({}, 1006)])
async def test_the_end_is_an_error_with_its_code(message: dict[str, int], code: int) -> None:
    with pytest.raises(Disconnected) as gone:
        await Server({"type": "websocket.disconnect", **message}).websocket().receive()

    assert gone.value.code == code


async def test_frames_are_sent_as_what_they_are() -> None:
    server = Server()
    socket = server.websocket()
    await socket.accept()
    await socket.send("a")
    await socket.send(b"b")
    await socket.close(1012)

    assert server.sent == [
        {"type": "websocket.accept"},
        {"type": "websocket.send", "text": "a"},
        {"type": "websocket.send", "bytes": b"b"},
        {"type": "websocket.close", "code": 1012},
    ]


@pytest.mark.parametrize("failure", [OSError(), RuntimeError("closed already"), TimeoutError()])
async def test_closing_what_is_closed_does_nothing(failure: Exception) -> None:
    await Server(failure=failure).websocket().close(1000)


async def test_closing_does_not_wait_for_a_peer_that_does_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "_LINGER_SECONDS", 0.01)

    async def never(_: MutableMapping[str, Any]) -> None:
        await asyncio.Event().wait()

    socket = AsgiWebSocket({"extensions": None}, receive=Server().receive, send=never)
    async with asyncio.timeout(5):
        await socket.close(1000)
