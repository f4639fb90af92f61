"""Serves the gateway with uvicorn, inside a process that owns signals and logging."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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
_NO_IPV6: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where to listen, as `listen` takes it, and how long open requests may take at the end."""

    host: str
    port: int
    max_message_bytes: int
    shutdown_seconds: float


def listen(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets of one port; 0 is any that is free.

    `localhost` is both loopback addresses, where the machine has both: browsers try the
    one, other clients the other. Raises OSError when an address cannot be had.
    """
    if host != "localhost":
        return [_listen(host, port)]
    with ExitStack() as undo:
        first = undo.enter_context(_listen("127.0.0.1", port))
        try:
            second = _listen("::1", first.getsockname()[1])
        except OSError as error:
            if error.errno not in _NO_IPV6:
                raise
            second = None
        undo.pop_all()
    return [first] if second is None else [first, second]


def _listen(host: str, port: int) -> socket.socket:
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
        self._sockets = listen(options.host, options.port)
        self._port: int = self._sockets[0].getsockname()[1]
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
        with ExitStack() as listening:  # closed even when serving fails
            for one in self._sockets:
                listening.enter_context(one)
            async with asyncio.TaskGroup() as group:
                background = group.create_task(self._gateway.run())
                self._server.stop = stop
                await self._server.serve(sockets=self._sockets)
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
        """Stop accepting, end the sessions, wait for open requests within the deadline.

        Connections that are still there then are cut.
        """
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()


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
        timeout_graceful_shutdown=options.shutdown_seconds,  # type: ignore[arg-type]  # any float
    )
