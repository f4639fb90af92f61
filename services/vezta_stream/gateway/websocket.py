"""WebSockets: the ASGI side of one, and uvicorn's protocol class with what ASGI lacks."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Our protocol class puts a function here that ends the connection whatever its state.
EXPEL: Final = "vezta.expel"
# How long a peer may take to read the close frame before its connection is cut.
_LINGER_SECONDS: Final = 0.5
# The same when the server stops: somebody waits for that.
_LAST_LINGER_SECONDS: Final = 0.2

_BAD_HANDSHAKE: Final = (
    b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)

_Message = MutableMapping[str, Any]


class Disconnected(OSError):
    """The other side is gone; `code` is the WebSocket's close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class AsgiWebSocket:
    """One WebSocket as an ASGI server offers it. OSError means that the peer is gone."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        *,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        self._receive = receive
        self._send = send
        self._accepted = False
        self._expel: Callable[[int], None] | None = (scope.get("extensions") or {}).get(EXPEL)

    async def accept(self) -> None:
        """Complete the handshake."""
        await self._send({"type": "websocket.accept"})
        self._accepted = True

    async def receive(self) -> str | bytes:
        """Return the next message; raises `Disconnected` when there will be none."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise Disconnected(message.get("code", 1006))
        text: str | None = message.get("text")
        if text is not None:
            return text
        return bytes(message["bytes"])

    async def send(self, frame: str | bytes) -> None:
        """Write a frame; waits while the peer reads slower than we write."""
        kind = "text" if isinstance(frame, str) else "bytes"
        await self._send({"type": "websocket.send", kind: frame})

    async def close(self, code: int) -> None:
        """End the connection, within a deadline even when the peer does not read.

        One that was not accepted is refused.
        """
        if self._accepted and self._expel is not None:
            self._expel(code)
            return
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                await self._send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError, TimeoutError):
            return  # gone already, closed already, or not reading: the server cleans up


class GatewayWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which can be cut, and which reports bad text without a traceback."""

    def data_received(self, data: bytes) -> None:
        """Parse what arrived; a handshake that cannot be parsed is refused.

        uvicorn hands the whole request over at once, and forgets those that fail.
        """
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(_BAD_HANDSHAKE)
            self.transport.close()

    async def run_asgi(self) -> None:
        """Serve the connection, offering `EXPEL` to the application."""
        extensions: dict[str, Any] = dict(self.scope["extensions"] or {})
        self.scope["extensions"] = extensions | {EXPEL: self.expel}
        await super().run_asgi()

    def expel(self, code: int) -> None:
        """Send a close frame and cut the connection soon, read or not."""
        if not self.close_sent and self.handshake_complete and not self.transport.is_closing():
            self.stop_keepalive()
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._cut(_LINGER_SECONDS)

    def shutdown(self) -> None:
        """Close because the server stops; a peer that does not read must not hold it."""
        super().shutdown()
        self._cut(_LAST_LINGER_SECONDS)

    def send_receive_event_to_app(self) -> None:
        """Pass a whole message on; one of broken UTF-8 ends the connection."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def _cut(self, linger_seconds: float) -> None:
        self.transport.close()
        self.loop.call_later(linger_seconds, self.transport.abort)
