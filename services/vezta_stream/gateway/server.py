"""Serves the gateway with uvicorn, inside a process that owns signals and logging."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from vezta_stream.gateway.http import GatewayHttp
from vezta_stream.gateway.namespace import GatewayServer
from vezta_stream.gateway.websocket import GatewayWebSocket

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

# Longer than the 60 s after which load balancers drop idle connections: the side that
# may close first should not be the one that is sent requests.
_KEEP_ALIVE_SECONDS: Final = 75


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where to listen (port 0: any that is free), and how long the end may take."""

    host: str
    port: int
    max_message_bytes: int
    shutdown_seconds: int


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    # Connections inherit it. asyncio sees no TCP in a socket that does not name its
    # protocol, and without it a second small frame waits 40 ms for the first's ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class GatewayService:
    """One node: listens from its construction on, serves while `run` is running."""

    def __init__(self, gateway: GatewayServer, app: ASGIApp, *, options: ServerOptions) -> None:
        """Bind the address; raises OSError when it cannot be had."""
        self._gateway = gateway
        self._socket = listen(options.host, options.port)
        self._port: int = self._socket.getsockname()[1]
        self._server = _Server(_config(app, options), drain=gateway.drain)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then end all connections and return.

        Takes at most the configured time and some tenths of a second. Raises what made
        it fail.
        """
        logger.info("gateway listening", port=self.port)
        with self._socket:  # closed even when serving fails
            async with asyncio.TaskGroup() as group:
                background = group.create_task(self._gateway.run())
                self._server.stop = stop
                await self._server.serve(sockets=[self._socket])
                background.cancel()
        logger.info("gateway stopped")


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, ending our sessions before it ends itself."""

    def __init__(self, config: uvicorn.Config, *, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain
        self.stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop would look for it ten times a second."""
        while not self.stop.is_set():
            await self.on_tick(0)  # renews the Date header
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end the sessions, wait for open requests within the deadline."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)


def _config(app: ASGIApp, options: ServerOptions) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=GatewayHttp,
        ws=GatewayWebSocket,
        ws_max_size=options.max_message_bytes,
        ws_per_message_deflate=False,  # gigabytes at some thousand connections, and bombs
        ws_ping_interval=None,  # Engine.IO has its own
        ws_ping_timeout=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here asks for a client's address
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=options.shutdown_seconds,
    )
