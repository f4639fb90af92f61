"""Another process speaks to rooms, on every node, with the stock manager and nothing else."""

import asyncio
import pickle
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio
from redis.asyncio import Redis

from tests.contract.clients import NAMESPACE, Client, connected
from tests.contract.node_under_test import DEADLINE_SECONDS, NodeUnderTest, running_node
from tests.parts.redis_buses import bus_policy, make_test_client
from vezta_stream.gateway.room_manager import RoomManager, RoomPolicy
from vezta_stream.metrics import GatewayMetrics

pytestmark = pytest.mark.redis

ENVELOPE = {"channel": "market:prices", "data": {"marketId": "m1", "name": "é", "n": [1.50, None]}}


class Outside:
    """A process of the platform that is not ours."""

    def __init__(self, url: str, channel: str) -> None:
        self.rooms: Any = socketio.AsyncRedisManager(url, channel=channel, write_only=True)
        self.channel = channel
        self.url = url

    async def emit(self, room: str | None, data: object = ENVELOPE) -> None:
        await self.rooms.emit("data", data, namespace=NAMESPACE, room=room)

    async def publish(self, message: bytes) -> None:
        async with Redis.from_url(self.url) as redis:
            await redis.publish(self.channel, message)


@pytest.fixture
async def outside(redis_url: str) -> AsyncIterator[Outside]:
    made = Outside(redis_url, f"rooms-{uuid.uuid4().hex}")
    yield made
    if made.rooms.redis is not None:
        await made.rooms.redis.aclose()


@asynccontextmanager
async def node_with_rooms(outside: Outside) -> AsyncIterator[NodeUnderTest]:
    """Run a node that the outside can reach."""
    redis = make_test_client(outside.url)
    policy = bus_policy(prefix="unused")
    managers: list[RoomManager] = []

    def rooms(metrics: GatewayMetrics) -> RoomManager:
        managers.append(
            RoomManager(
                redis=redis,
                policy=RoomPolicy(
                    channel=outside.channel,
                    waiting_commands=100,
                    timeout_seconds=2.0,
                    listener=policy.listener,
                    heartbeat=policy.heartbeat,
                ),
                metrics=metrics,
                monotonic=time.monotonic,
                sleep=asyncio.sleep,
            )
        )
        return managers[0]

    async with running_node(rooms=rooms) as node:
        running = asyncio.create_task(managers[0].run())
        async with asyncio.timeout(DEADLINE_SECONDS):
            await managers[0].listening()
        yield node
        running.cancel()
        await asyncio.wait({running})
    await redis.aclose(close_connection_pool=True)


@pytest.fixture
async def nodes(outside: Outside) -> AsyncIterator[list[NodeUnderTest]]:
    async with node_with_rooms(outside) as one, node_with_rooms(outside) as other:
        yield [one, other]


@asynccontextmanager
async def one_client_each(
    nodes: list[NodeUnderTest], user: str | None = None
) -> AsyncIterator[list[Client]]:
    """Connect to both nodes."""
    tokens = [node.token(user) if user else None for node in nodes]
    async with connected(nodes[0], tokens[0]) as one, connected(nodes[1], tokens[1]) as other:
        yield [one, other]


async def test_an_emit_to_a_channel_reaches_its_subscribers_on_every_node(
    outside: Outside, nodes: list[NodeUnderTest]
) -> None:
    async with one_client_each(nodes) as clients:
        for client in clients:
            await client.subscribe("market:prices")

        await outside.emit("market:trades", {"channel": "market:trades", "data": {}})
        await outside.emit("market:prices")

        for client in clients:
            assert await client.next() == ("data", ENVELOPE)


async def test_an_emit_to_a_user_reaches_that_user_alone(
    outside: Outside, nodes: list[NodeUnderTest]
) -> None:
    async with one_client_each(nodes, "u1") as mine, one_client_each(nodes, "u2") as theirs:
        for client in [*mine, *theirs]:
            await client.subscribe("user:orders")

        await outside.emit("user:orders:u1", {"for": "u1"})
        await outside.emit("user:orders:u2", {"for": "u2"})

        for client, user in zip([*mine, *theirs], ["u1", "u1", "u2", "u2"], strict=True):
            assert await client.next() == ("data", {"for": user})


async def test_a_user_can_be_disconnected_on_every_node(
    outside: Outside, nodes: list[NodeUnderTest]
) -> None:
    async with one_client_each(nodes, "u1") as revoked, one_client_each(nodes, "u2") as others:
        # The library's own `disconnect` needs a server; this asks the others, as it does.
        await outside.rooms.can_disconnect("user:u1", NAMESPACE)

        for client in revoked:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await client.gone.wait()
        for client in others:
            await client.subscribe("market:prices")


@pytest.mark.parametrize(
    "message",
    [
        pickle.dumps({"method": "emit", "event": "data", "data": [1], "room": "market:prices"}),
        b'{"method":"enter_room","sid":"x","room":"user:orders:u1","namespace":"/ws"}',
        b'{"method":"emit"}',
        b"[" * 10_000,
        b"\xff",
    ],
)
async def test_what_is_not_our_json_is_ignored_and_counted(
    outside: Outside, nodes: list[NodeUnderTest], message: bytes
) -> None:
    node = nodes[0]

    await outside.publish(message)

    await node.until(1, "vezta_gateway_room_commands_total", outcome="unreadable")
    async with connected(node, None) as client:
        await client.subscribe("market:prices")
        await outside.emit("market:prices")
        assert await client.next() == ("data", ENVELOPE)


async def test_nobody_can_speak_to_everybody_at_once(
    outside: Outside, nodes: list[NodeUnderTest]
) -> None:
    await outside.emit("everyone")
    await outside.emit(None)

    await nodes[0].until(1, "vezta_gateway_room_commands_total", outcome="refused")
    await nodes[0].until(1, "vezta_gateway_room_commands_total", outcome="unreadable")
