"""One Engine.IO session: a polling one, a WebSocket, or the former turning into the latter."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from engineio.exceptions import EngineIOError

from vezta_stream.gateway.closing import CloseReason
from vezta_stream.gateway.packets import Violation
from vezta_stream.gateway.payloads import (
    CLOSE,
    MAX_PACKETS,
    NOOP,
    PROBE,
    PROBED,
    UPGRADE,
    Frame,
    read_payload,
    write_payload,
)
from vezta_stream.gateway.send_queue import SendQueue
from vezta_stream.gateway.websocket import AsgiWebSocket, Disconnected

# Frames written between two looks at the queue.
_WRITE_LIMIT: Final = 64
_UPGRADE_SECONDS: Final = 10.0
# What a WebSocket close code says about the message that caused it.
_VIOLATION_OF: Final = {
    1002: Violation.FRAMING,
    1007: Violation.NOT_UTF8,
    1009: Violation.TOO_LARGE,
}
_GOODBYES: Final = frozenset({1000, 1001})


class Engine(Protocol):
    """What a session needs of the server that it belongs to."""

    max_http_buffer_size: int

    async def on_message(self, socket: "EngineSocket", message: str | None) -> None:
        """A message arrived; `None` stands for a binary one."""

    def on_pong(self, socket: "EngineSocket") -> None:
        """The client answered a ping, or claims to."""

    def on_violation(self, violation: Violation) -> None:
        """A client broke the protocol; its session ends."""

    def on_ending(self, socket: "EngineSocket") -> None:
        """The session is to be closed by somebody who can wait for it."""

    async def on_closed(self, socket: "EngineSocket") -> None:
        """The session has ended; called once."""


class EngineSocket:
    """Implements what `engineio.AsyncServer` expects of its sockets.

    Messages are handled one after another, in the order of their arrival. What is to be
    sent goes through one bounded queue; a session whose queue is full is evicted, which
    closes the transport, so that the client reconnects.
    """

    def __init__(self, engine: Engine, sid: str, *, queue: SendQueue) -> None:
        self.sid = sid
        self.session: dict[str, object] = {}
        self.connected = False
        self.upgrading = False
        self.upgraded = False
        self.closing = False
        self.closed = False
        self.close_reason = CloseReason.TRANSPORT
        # Whether the client has joined the namespace; who does not is closed as idle.
        self.admitted = False
        self.awaits_pong = False
        self._engine = engine
        self._queue = queue
        self.polling = False
        self._posting = False
        self._reader: asyncio.Task[None] | None = None

    def post(self, frame: Frame) -> bool:
        """Queue an encoded Engine.IO packet; returns False when it will not be sent."""
        if self._queue.offer(frame):
            return True
        self.terminate(CloseReason.SLOW)
        return False

    async def send(self, packet: Any) -> None:
        """Queue an Engine.IO packet object; what python-socketio's own emit calls."""
        self.post(packet.encode())

    def violate(self, violation: Violation) -> None:
        """Count a breach of protocol and end the session."""
        self._engine.on_violation(violation)
        self.terminate(CloseReason.MALFORMED)

    def terminate(self, reason: CloseReason) -> None:
        """Begin the end: nothing is sent any more, the transport closes. Never waits."""
        if self.closing:
            return
        self.closing = True
        self.close_reason = reason
        self._queue.close(last=CLOSE)  # for a poll that waits; a WebSocket's writer is gone
        if self._reader is not None:
            self._reader.cancel()
        else:
            self._engine.on_ending(self)

    async def close(self, wait: bool = True, abort: bool = False, reason: object = None) -> None:
        """End the session. The arguments are engineio's and make no difference."""
        self.terminate(CloseReason.SERVER)
        if not self.closed:
            self.closed = True
            await self._engine.on_closed(self)

    async def receive(self, packet: str | bytes) -> None:
        """Handle one Engine.IO packet; a bad one ends the session."""
        if isinstance(packet, bytes) or packet.startswith("b"):
            await self._engine.on_message(self, None)
            return
        match packet[:1]:
            case "4":
                await self._engine.on_message(self, packet[1:])
            case "3":
                self._engine.on_pong(self)
            case "1":
                self.terminate(CloseReason.CLIENT)
            case "6":
                pass
            case kind:
                self.violate(Violation.ENGINE_TYPE if kind else Violation.EMPTY)

    async def handle_get_request(self, environ: Mapping[str, Any]) -> object:
        """Answer a poll with what waits, or turn the request into a WebSocket."""
        if environ["asgi.scope"]["type"] == "websocket":
            await self._serve_websocket(environ)
            return None
        if self.upgrading or self.upgraded:
            return response([NOOP])  # everything else goes to the WebSocket
        return response(await self.poll())

    async def poll(self) -> Sequence[Frame]:
        """Wait for something to send. Raises EngineIOError for a second poll at a time."""
        if self.polling:
            self.violate(Violation.OVERLAP)
            raise EngineIOError
        self.polling = True
        try:
            return await self._queue.take(limit=MAX_PACKETS)
        finally:
            self.polling = False

    async def handle_post_request(self, environ: Mapping[str, Any]) -> None:
        """Handle a body of packets. Raises EngineIOError when it ended the session badly."""
        if self._posting:
            self.violate(Violation.OVERLAP)  # their order would be anybody's guess
        else:
            self._posting = True
            try:
                await self._receive_body(environ)
            finally:
                self._posting = False
        if self.closing and not self.closed and self.close_reason is not CloseReason.CLIENT:
            raise EngineIOError

    async def _receive_body(self, environ: Mapping[str, Any]) -> None:
        length = environ.get("CONTENT_LENGTH", "")
        if not length.isdecimal():
            return self.violate(Violation.BAD_REQUEST)
        if int(length) > self._engine.max_http_buffer_size:
            return self.violate(Violation.TOO_LARGE)
        packets = read_payload(await environ["wsgi.input"].read(int(length)))
        if isinstance(packets, Violation):
            return self.violate(packets)
        for packet in packets:
            if not self.closing:
                await self.receive(packet)

    async def _serve_websocket(self, environ: Mapping[str, Any]) -> None:
        websocket = AsgiWebSocket(
            environ["asgi.scope"], receive=environ["asgi.receive"], send=environ["asgi.send"]
        )
        if self.upgrading or self.upgraded:
            return await websocket.close(CloseReason.MALFORMED.code)
        try:
            await websocket.accept()
            upgraded = not self.connected or await self._upgrade(websocket)
        except OSError:
            return None
        if upgraded:
            await self._exchange(websocket)
        else:
            await websocket.close(CloseReason.TRANSPORT.code)

    async def _upgrade(self, websocket: AsgiWebSocket) -> bool:
        """Take the session over from polling, as the protocol's probe prescribes."""
        self.upgrading = True
        try:
            async with asyncio.timeout(_UPGRADE_SECONDS):
                if await websocket.receive() != PROBE:
                    return False
                await websocket.send(PROBED)
                self.post(NOOP)  # ends the poll that waits
                return await websocket.receive() == UPGRADE and not self.closing
        except TimeoutError:
            return False
        finally:
            self.upgrading = False

    async def _exchange(self, websocket: AsgiWebSocket) -> None:
        self.connected = self.upgraded = True
        try:
            async with asyncio.TaskGroup() as group:
                self._reader = reader = group.create_task(self._read(websocket))
                writer = group.create_task(self._write(websocket))
                await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
                reader.cancel()
                writer.cancel()
        finally:
            self.terminate(CloseReason.TRANSPORT)
            await websocket.close(self.close_reason.code)
            await self.close()

    async def _read(self, websocket: AsgiWebSocket) -> None:
        while not self.closing:
            try:
                message = await websocket.receive()
            except Disconnected as gone:
                return self._on_gone(gone.code)
            if len(message) > self._engine.max_http_buffer_size:
                return self.violate(Violation.TOO_LARGE)
            await self.receive(message)

    def _on_gone(self, code: int) -> None:
        if code in _VIOLATION_OF:
            self.violate(_VIOLATION_OF[code])
        elif code in _GOODBYES:
            self.terminate(CloseReason.CLIENT)
        else:
            self.terminate(CloseReason.TRANSPORT)

    async def _write(self, websocket: AsgiWebSocket) -> None:
        try:
            while (frames := await self._queue.take(limit=_WRITE_LIMIT)) and not self.closing:
                for frame in frames:
                    await websocket.send(frame)
        except OSError:
            return  # the reader knows why


def response(frames: Sequence[Frame]) -> dict[str, object]:
    """Return the answer to a poll, as engineio passes responses around."""
    return {
        "status": "200 OK",
        "headers": [("Content-Type", "text/plain; charset=UTF-8")],
        "response": write_payload(frames),
    }
