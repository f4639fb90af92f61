"""A user's publications reach that user's connections and nobody else's."""

import asyncio
import random

from tests.contract.clients import Client, connected
from tests.contract.node_under_test import NodeUnderTest
from vezta_stream.core.channels import PRIVATE, Channel

USERS = [f"user:{number}" for number in range(12)]
SIMILAR = [
    "user:1 ",
    "user:01",
    "USER:1",
    "user:1/",
    "user:1\u200a",
    "user:*",
    "*",
    "user:1:orders",
]
CHANNELS = sorted(PRIVATE)


async def test_no_publication_ever_reaches_another_user(node: NodeUnderTest) -> None:
    """Random subscribes, unsubscribes and publications; every payload names its owner."""
    rng = random.Random(7)
    names: list[str | None] = [*USERS, *USERS, *SIMILAR[:4], None, None, None]
    async with asyncio.TaskGroup() as group:
        visits = [group.create_task(_visit(node, name, rng.random())) for name in names]
        publishing = group.create_task(_publish(node))
        received = [await visit for visit in visits]
        publishing.cancel()

    assert sum(map(len, received)) > 1_000  # the test must be able to fail
    for name, owners in zip(names, received, strict=True):
        # One who came without a name may have taken one, once.
        assert len(set(owners)) <= 1
        assert name is None or set(owners) <= {name}


async def _visit(node: NodeUnderTest, name: str | None, seed: float) -> list[str]:
    """Do what comes to mind for a while; returns whose private data arrived."""
    rng = random.Random(seed)
    async with connected(node, node.token(name) if name else None) as client:
        for _ in range(30):
            command = rng.choice(["subscribe", "subscribe", "unsubscribe"])
            await client.emit(command, {"channel": rng.choice(CHANNELS).value})
            if rng.random() < 0.1:
                await client.emit("authenticate", {"token": node.token(rng.choice(USERS))})
            await asyncio.sleep(0.005)
        return _owners(await client.so_far())


def _owners(events: list[tuple[str, dict[str, object]]]) -> list[str]:
    return [str(body["data"]) for event, body in events if event == "data"]


async def _publish(node: NodeUnderTest) -> None:
    while True:
        for user in (*USERS, *SIMILAR):
            for channel in CHANNELS:
                await node.publish(channel, f'"{user}"'.encode(), user=user)
        await asyncio.sleep(0.005)


async def test_names_that_look_alike_are_different_users(node: NodeUnderTest) -> None:
    async with connected(node, node.token("user:1")) as client:
        await client.subscribe(*(channel.value for channel in CHANNELS))
        for user in [name for name in SIMILAR if name.isprintable()]:
            for channel in CHANNELS:
                await node.publish(channel, b'"leak"', user=user)

        assert await client.so_far() == []


async def test_a_new_user_of_a_reused_connection_gets_nothing_of_the_old_one(
    node: NodeUnderTest,
) -> None:
    async with connected(node, node.token("u1")) as first:
        await first.subscribe("user:orders")
    async with connected(node, node.token("u2")) as second:
        await second.subscribe("user:orders")
        await node.publish(Channel.USER_ORDERS, b'"u1"', user="u1")
        await node.publish(Channel.USER_ORDERS, b'"u2"', user="u2")

        assert await second.so_far() == [("data", {"channel": "user:orders", "data": "u2"})]


async def test_all_connections_of_a_user_get_what_is_theirs(node: NodeUnderTest) -> None:
    async with connected(node, node.token("u1")) as one, connected(node, node.token("u1")) as two:
        clients: list[Client] = [one, two]
        for client in clients:
            await client.subscribe("user:orders")
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")

        for client in clients:
            assert await client.so_far() == [("data", {"channel": "user:orders", "data": 1})]
