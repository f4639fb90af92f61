"""Engine.IO: python-engineio's server with sessions of our own and one heartbeat for all.

What it changes: sessions are bounded and quiet (`EngineSocket`); one task pings all of
them; a client that does not join the namespace is closed; JSONP is not spoken.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import engineio

from vezta_stream.core.deadlines import Deadlines
from vezta_stream.gateway import codec
from vezta_stream.gateway.closing import CloseReason
from vezta_stream.gateway.engine_socket import EngineSocket, response
from vezta_stream.gateway.packets import Violation
from vezta_stream.gateway.payloads import PING
from vezta_stream.gateway.send_queue import SendQueue
from vezta_stream.metrics import GatewayMetrics

# How each transport arrives.
_SCOPES: Final = {"polling": "http", "websocket": "websocket"}

_AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[_AsgiMessage]]
Send = Callable[[_AsgiMessage], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """The limits and origins of Engine.IO sessions; `"*"` among the origins is any."""

    cors_origins: tuple[str, ...]
    max_message_bytes: int
    ping_interval_seconds: float
    ping_timeout_seconds: float
    queue_packets: int
    queue_bytes: int
    tick_seconds: float  # how precisely the heartbeat keeps time


def library_logger(name: str) -> logging.Logger:
    """Return a library's logger, speaking only of defects.

    Its INFO lines show packets, tokens included; its ERROR lines without a traceback
    are about clients' mistakes, which are counted instead.
    """
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    logger.addFilter(_is_defect)
    return logger


def _is_defect(record: logging.LogRecord) -> bool:
    return record.exc_info is not None


class EngineServer(engineio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Implements `engine_socket.Engine`. `run` must be running beside it."""

    max_http_buffer_size: int
    sockets: dict[str, EngineSocket]

    def __init__(
        self,
        *,
        options: EngineOptions,
        monotonic: Callable[[], float],
        metrics: GatewayMetrics,
        **rest: Any,
    ) -> None:
        super().__init__(
            async_mode="asgi",
            cors_allowed_origins=list(options.cors_origins),
            max_http_buffer_size=options.max_message_bytes,
            ping_interval=options.ping_interval_seconds,
            ping_timeout=options.ping_timeout_seconds,
            http_compression=False,  # on the loop, for each poll; a load balancer can do it
            monitor_clients=False,  # `run` does
            logger=library_logger("engineio.server"),
            **rest,
        )
        self._options = options
        self._monotonic = monotonic
        self._metrics = metrics
        self._deadlines = Deadlines[EngineSocket](resolution_seconds=options.tick_seconds)
        self._ending: list[EngineSocket] = []
        self._stirred = asyncio.Event()

    async def run(self) -> None:
        """Ping sessions, end those that do not answer; runs until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.tick_seconds):
                    await self._stirred.wait()
            self._stirred.clear()
            self.beat(now=self._monotonic())
            await self._close_ending()

    def beat(self, *, now: float) -> None:
        """Do what is due: ping who was quiet for the interval, end who did not answer."""
        for socket in self._deadlines.due(now=now):
            if socket.awaits_pong:
                socket.terminate(CloseReason.PING_TIMEOUT)
            elif not socket.admitted:
                socket.terminate(CloseReason.IDLE)
            else:
                socket.awaits_pong = True
                self._deadlines.set(socket, now + self._options.ping_timeout_seconds)
                socket.post(PING)

    async def drain(self) -> None:
        """End all sessions, telling their clients to reconnect elsewhere."""
        for socket in list(self.sockets.values()):
            socket.terminate(CloseReason.SHUTDOWN)
        await self._close_ending()

    async def on_message(self, socket: EngineSocket, message: str | None) -> None:
        """See `Engine.on_message`."""
        await self._trigger_event("message", socket.sid, message)

    def on_pong(self, socket: EngineSocket) -> None:
        """See `Engine.on_pong`. Pongs that nobody asked for do nothing."""
        if socket.awaits_pong and not socket.closing:
            socket.awaits_pong = False
            self._rest(socket)

    def on_violation(self, violation: Violation) -> None:
        """See `Engine.on_violation`."""
        self._metrics.malformed.labels(violation.value).inc()

    def on_ending(self, socket: EngineSocket) -> None:
        """See `Engine.on_ending`. `run` does it."""
        self._ending.append(socket)
        self._stirred.set()

    async def on_closed(self, socket: EngineSocket) -> None:
        """See `Engine.on_closed`."""
        self._deadlines.discard(socket)
        self.sockets.pop(socket.sid, None)
        self._metrics.connections.dec()
        self._metrics.disconnections.labels(socket.close_reason.value).inc()
        await self._trigger_event("disconnect", socket.sid, socket.close_reason.value)

    async def handle_request(self, scope: _AsgiMessage, receive: Receive, send: Send) -> None:
        """Serve one HTTP request or WebSocket of a client."""
        first = await receive()
        if first["type"] not in ("http.request", "websocket.connect"):
            return  # gone before it asked for anything
        waiting = [first]

        async def replay() -> _AsgiMessage:
            return waiting.pop() if waiting else await receive()

        await super().handle_request(scope, replay, send)

    async def _handle_connect(
        self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None
    ) -> object:
        if jsonp_index is not None:
            return self._bad_request("JSONP is not supported")
        if environ["asgi.scope"]["type"] != _SCOPES[transport]:
            return self._bad_request("Not the transport of this request")
        socket = self._open(transport)
        if await self._trigger_event("connect", socket.sid, environ) is False:
            await socket.close()
            return self._bad_request()
        if transport == "websocket":
            try:
                return await socket.handle_get_request(environ)
            finally:
                await socket.close()
        socket.connected = True
        return response(await socket.poll())

    def _open(self, transport: str) -> EngineSocket:
        queue = SendQueue(
            max_frames=self._options.queue_packets, max_bytes=self._options.queue_bytes
        )
        sid: str = self.generate_id()
        socket = self.sockets[sid] = EngineSocket(self, sid, queue=queue)
        self._metrics.connections.inc()
        self._rest(socket)
        handshake = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": round(self._options.ping_timeout_seconds * 1000),
            "pingInterval": round(self._options.ping_interval_seconds * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        socket.post("0" + codec.dumps(handshake))
        return socket

    def _rest(self, socket: EngineSocket) -> None:
        now = self._monotonic()
        self._deadlines.set(socket, now + self._options.ping_interval_seconds)

    async def _close_ending(self) -> None:
        while self._ending:
            await self._ending.pop().close()

    def _bad_request(self, message: str | None = None) -> Any:
        self.on_violation(Violation.BAD_REQUEST)
        return super()._bad_request(message)
