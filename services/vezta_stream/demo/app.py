"""The whole service in one process: the embedded composition."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import CollectorRegistry

from vezta_stream.core.grants import TokenPolicy
from vezta_stream.core.limits import RateLimit
from vezta_stream.core.times import render_instant
from vezta_stream.demo import pipeline, site
from vezta_stream.demo.world import DEMO_USER, World
from vezta_stream.gateway.app import create_app, create_gateway
from vezta_stream.gateway.engine import EngineOptions
from vezta_stream.gateway.server import GatewayService, ServerOptions
from vezta_stream.gateway.tokens import Algorithm, TokenVerifier, issue
from vezta_stream.metrics import GatewayMetrics
from vezta_stream.process import run_services, stop_on_signals, until_stopped
from vezta_stream.settings import (
    GatewaySettings,
    IngestorSettings,
    JwtAlgorithm,
    TokenSettings,
)

TOKEN_SECONDS: Final = 15 * 60
_GRACE_SECONDS: Final = 1.5


async def serve(
    world: World,
    *,
    gateway: GatewaySettings,
    tokens: TokenSettings,
    ingestor: IngestorSettings,
    on_listening: Callable[[int], None],
) -> None:
    """Run until SIGINT or SIGTERM, then stop within two seconds.

    Raises OSError when the port is taken; a failure of any part ends the whole.
    """
    registry = CollectorRegistry()
    built = pipeline.build(clock=world.clock, settings=ingestor, registry=registry)
    node = _node(built, gateway, tokens, registry)
    on_listening(node.port)
    with stop_on_signals() as stop:
        await run_services(
            node.run,
            *(until_stopped(service) for service in built.services),
            until_stopped(_feeding(world, built)),
            stop=stop,
            grace_seconds=_GRACE_SECONDS,
        )


def _feeding(world: World, built: pipeline.Pipeline) -> Callable[[], Awaitable[None]]:
    async def feed() -> None:
        await world.run(built.log.producer(), built.audience)

    return feed


def _node(
    built: pipeline.Pipeline,
    settings: GatewaySettings,
    tokens: TokenSettings,
    registry: CollectorRegistry,
) -> GatewayService:
    key = tokens.jwt_key()
    server = create_gateway(
        bus=built.audience,
        verifier=TokenVerifier(
            algorithm=Algorithm(tokens.jwt_algorithm),
            key=key,
            policy=TokenPolicy(tokens.jwt_audience, tokens.jwt_issuer, tokens.jwt_leeway_seconds),
        ),
        engine=EngineOptions(
            cors_origins=settings.cors_origins,
            max_message_bytes=settings.max_message_bytes,
            ping_interval_seconds=settings.ping_interval_seconds,
            ping_timeout_seconds=settings.ping_timeout_seconds,
            queue_packets=settings.queue_packets,
            queue_bytes=settings.queue_bytes,
            tick_seconds=0.1,
        ),
        rate_limit=RateLimit(settings.commands_per_second, settings.commands_burst),
        bus_timeout_seconds=settings.bus_timeout_seconds,
        clock=time.time,
        monotonic=time.monotonic,
        metrics=GatewayMetrics(registry),
    )
    # Only a shared secret can sign: with a public key, tokens come from elsewhere.
    can_sign = tokens.jwt_algorithm is JwtAlgorithm.HS256
    routes = site.routes((lambda: _demo_token(tokens, key)) if can_sign else None)
    return GatewayService(
        server,
        create_app(server, ready=lambda: True, registry=registry, routes=routes),
        options=ServerOptions(
            host=settings.host,
            port=settings.port,
            max_message_bytes=settings.max_message_bytes,
            shutdown_seconds=settings.shutdown_seconds,
        ),
    )


def _demo_token(tokens: TokenSettings, key: bytes) -> site.DemoToken:
    expires_at = int(time.time()) + TOKEN_SECONDS
    token = issue(
        sub=DEMO_USER,
        expires_at=expires_at,
        secret=key,
        audience=tokens.jwt_audience,
        issuer=tokens.jwt_issuer,
    )
    return site.DemoToken(token, DEMO_USER, render_instant(expires_at * 1000))
