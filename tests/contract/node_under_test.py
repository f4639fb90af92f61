"""A real node on a free port: uvicorn, Socket.IO, the in-memory bus, a clock to turn."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import jwt
from prometheus_client import CollectorRegistry

from vezta_stream.bus.base import Entry
from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.grants import TokenPolicy
from vezta_stream.core.limits import RateLimit
from vezta_stream.core.positions import Lane, Scope, SourcePosition
from vezta_stream.gateway.app import create_app, create_gateway
from vezta_stream.gateway.engine import EngineOptions
from vezta_stream.gateway.hub import Source
from vezta_stream.gateway.namespace import GatewayServer
from vezta_stream.gateway.rooms import IndexedManager
from vezta_stream.gateway.server import GatewayService, ServerOptions
from vezta_stream.gateway.tokens import Algorithm, TokenVerifier
from vezta_stream.metrics import GatewayMetrics

SECRET = b"made of words, and only for tests"
DEADLINE_SECONDS = 5.0

ENGINE = EngineOptions(
    cors_origins=("*",),
    max_message_bytes=65_536,
    ping_interval_seconds=25.0,
    ping_timeout_seconds=20.0,
    queue_packets=2_048,
    queue_bytes=4_194_304,
    tick_seconds=0.02,
)


@dataclass
class Clock:
    """Seconds since 1970, as the test says."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Options:
    """What a test may want otherwise."""

    engine: EngineOptions = ENGINE
    rate_limit: RateLimit = RateLimit(per_second=1_000.0, burst=10_000)
    bus_timeout_seconds: float = 2.0
    policy: TokenPolicy = TokenPolicy(audience=None, issuer=None, leeway_seconds=0.0)
    ready: bool = True


@dataclass
class NodeUnderTest:
    """A running node and its surroundings."""

    port: int
    gateway: GatewayServer
    bus: MemoryBus
    clock: Clock
    registry: CollectorRegistry
    stop: asyncio.Event
    service: "asyncio.Task[None]"
    _offsets: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: str = "u1", *, ttl: float = 900.0, **claims: object) -> str:
        """A token of this user by the node's clock."""
        body = {"sub": user, "exp": self.clock.now + ttl, **claims}
        return jwt.encode(body, SECRET, algorithm="HS256")

    async def publish(
        self, channel: Channel, *payloads: bytes, user: str | None = None, key: str = "m1"
    ) -> None:
        """Publish payloads in one batch; they are delivered when this returns."""
        lane = Lane(1, "raw", 0, key)
        entries = [
            Entry(lane, SourcePosition(next(self._offsets), 0), key, payload)
            for payload in payloads
        ]
        await self.bus.publish(Scope(channel, user), entries)

    def count(self, name: str, **labels: str) -> float:
        """The value of a metric."""
        return self.registry.get_sample_value(name, labels) or 0.0

    async def until(self, value: float, name: str, **labels: str) -> None:
        """Wait until a metric has this value."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                if self.count(name, **labels) == value:
                    return
                await asyncio.sleep(0.005)


@asynccontextmanager
async def running_node(
    options: Options | None = None,
    *,
    bus: Source | None = None,
    rooms: Callable[[GatewayMetrics], IndexedManager] | None = None,
) -> AsyncIterator[NodeUnderTest]:
    """Run a node until the block ends; `bus` stands between the node and the memory bus."""
    options = options or Options()
    epochs = itertools.count()
    memory = MemoryBus(
        new_epoch=lambda: f"epoch-{next(epochs)}", log_entries=100, idle_user_scopes=1_000
    )
    clock, registry = Clock(), CollectorRegistry()
    metrics = GatewayMetrics(registry)
    gateway = create_gateway(
        bus=bus or memory,
        verifier=TokenVerifier(algorithm=Algorithm.HS256, key=SECRET, policy=options.policy),
        engine=options.engine,
        rate_limit=options.rate_limit,
        bus_timeout_seconds=options.bus_timeout_seconds,
        clock=clock,
        monotonic=time.monotonic,
        metrics=metrics,
        rooms=rooms(metrics) if rooms is not None else None,
    )
    service = GatewayService(
        gateway,
        create_app(gateway, ready=lambda: options.ready, registry=registry),
        options=ServerOptions(
            host="127.0.0.1",
            port=0,
            max_message_bytes=options.engine.max_message_bytes,
            shutdown_seconds=0.5,
        ),
    )
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(service.run(stop))
        yield NodeUnderTest(service.port, gateway, memory, clock, registry, stop, task)
        stop.set()


def with_engine(**changes: float) -> Options:
    """Options with other Engine.IO limits."""
    return Options(engine=replace(ENGINE, **changes))  # type: ignore[arg-type]  # all numbers
