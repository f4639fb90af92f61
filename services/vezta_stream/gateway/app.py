"""The gateway as an ASGI application: Socket.IO, health, metrics, and what is mounted beside."""

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from vezta_stream.core.channels import Channel
from vezta_stream.core.limits import RateLimit
from vezta_stream.gateway import packets
from vezta_stream.gateway.engine import EngineOptions
from vezta_stream.gateway.expiry import Expiries
from vezta_stream.gateway.hub import Hub, Source
from vezta_stream.gateway.namespace import GatewayServer
from vezta_stream.gateway.peer import Node, Verifier
from vezta_stream.gateway.rooms import IndexedManager
from vezta_stream.metrics import GatewayMetrics

SOCKETIO_PATH: Final = "/socket.io"


def create_gateway(
    *,
    bus: Source,
    verifier: Verifier,
    engine: EngineOptions,
    rate_limit: RateLimit,
    bus_timeout_seconds: float,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
    metrics: GatewayMetrics,
    rooms: IndexedManager | None = None,
) -> GatewayServer:
    """Return the Socket.IO server of one node, fed by the bus.

    `rooms` may be a `RoomManager`, which other processes reach through Redis.

    `clock` gives seconds since 1970, which tokens are measured by; `monotonic` seconds
    that never jump, for pings and rates.
    """
    hub = Hub[str](bus=bus, encode=_encode, timeout_seconds=bus_timeout_seconds, metrics=metrics)
    expiries = Expiries(clock=clock, tick_seconds=engine.tick_seconds)
    node = Node(
        hub=hub,
        verifier=verifier,
        expiries=expiries,
        rate_limit=rate_limit,
        clock=clock,
        monotonic=monotonic,
        metrics=metrics,
    )
    return GatewayServer(node=node, engine=engine, rooms=rooms)


def create_app(
    gateway: GatewayServer,
    *,
    ready: Callable[[], bool],
    registry: CollectorRegistry,
    routes: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """Return the application; `GatewayServer.run` has to be running beside it.

    `/healthz` answers while the event loop does; it depends on nothing else, so that no
    outage of others restarts nodes. `/readyz` answers 503 while `ready()` is false.
    `routes` come after all of these.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        return PlainTextResponse("ready") if ready() else PlainTextResponse("not ready", 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    http = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            *routes,
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _is_socketio(scope):
            await gateway.handle_request(scope, receive, send)
        else:
            await http(scope, receive, send)

    return app


def _encode(channel: Channel, payload: bytes) -> str:
    return packets.message(packets.data(channel, payload))


def _is_socketio(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == SOCKETIO_PATH or path.startswith(SOCKETIO_PATH + "/")
