"""Tokens that expire on a live connection, and their refresh."""

import asyncio

import pytest

from tests.contract.clients import UPGRADE, WEBSOCKET, connected, raw_websocket
from tests.contract.node_under_test import NodeUnderTest, Options, running_node
from vezta_stream.core.channels import Channel
from vezta_stream.core.grants import TokenPolicy

TRANSPORTS = pytest.mark.parametrize("transports", [WEBSOCKET, UPGRADE], ids="-".join)


def expired(channel: str) -> tuple[str, dict[str, object]]:
    """The end of a user channel."""
    body = {"statusCode": 401, "code": "TOKEN_EXPIRED", "message": "the token has expired"}
    return ("error", {**body, "channel": channel})


@TRANSPORTS
async def test_at_expiry_user_channels_end_and_public_ones_stay(
    node: NodeUnderTest, transports: tuple[str, ...]
) -> None:
    async with connected(node, node.token("u1", ttl=60), transports=transports) as client:
        await client.subscribe("market:prices", "user:orders", "user:portfolio")
        node.clock.now += 61

        assert sorted([str(await client.next()), str(await client.next())]) == sorted(
            [str(expired("user:orders")), str(expired("user:portfolio"))]
        )
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")
        await node.publish(Channel.MARKET_PRICES, b"2")
        assert await client.so_far() == [("data", {"channel": "market:prices", "data": 2})]
        refused = await client.call("subscribe", {"channel": "user:orders"})
        assert refused["code"] == "TOKEN_EXPIRED"


async def test_not_even_the_first_moment_after_expiry_delivers(node: NodeUnderTest) -> None:
    async with connected(node, node.token("u1", ttl=60)) as client:
        await client.subscribe("user:orders")
        node.clock.now += 60.0
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")  # before the watch has looked
        node.clock.now += 1.0

        assert await client.next() == expired("user:orders")
    assert node.count("vezta_gateway_withheld_publications_total", channel="user:orders") == 1


async def test_the_leeway_prolongs_delivery() -> None:
    policy = TokenPolicy(audience=None, issuer=None, leeway_seconds=5.0)
    async with (
        running_node(Options(policy=policy)) as node,
        connected(node, node.token("u1", ttl=60)) as client,
    ):
        await client.subscribe("user:orders")
        node.clock.now += 64
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")

        assert await client.next() == ("data", {"channel": "user:orders", "data": 1})
        node.clock.now += 2
        assert await client.next() == expired("user:orders")


async def test_a_refresh_in_time_interrupts_nothing(node: NodeUnderTest) -> None:
    async with connected(node, node.token("u1", ttl=60)) as client:
        await client.subscribe("user:orders")
        answer = await client.call("authenticate", {"token": node.token("u1", ttl=900)})
        assert answer["event"] == "authenticated"
        assert await client.next() == ("authenticated", answer["data"])
        node.clock.now += 61
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")

        assert await client.so_far() == [("data", {"channel": "user:orders", "data": 1})]


async def test_the_client_is_told_when_its_token_expires(node: NodeUnderTest) -> None:
    node.clock.now = 1_800_000_000.0
    async with raw_websocket(node) as raw:
        await raw.join()
        await raw.send('42/ws,1["authenticate",{"token":"' + node.token("u1", ttl=900) + '"}]')

        body = '{"expiresAt":"2027-01-15T08:15:00.000Z"}'
        assert await raw.receive() == '43/ws,1[{"event":"authenticated","data":' + body + "}]"
        assert await raw.receive() == '42/ws,["authenticated",' + body + "]"


async def test_an_anonymous_connection_can_be_bound_once(node: NodeUnderTest) -> None:
    async with connected(node) as client:
        await client.call("authenticate", {"token": node.token("u1")})
        await client.next()
        await client.subscribe("user:orders")
        refused = await client.call("authenticate", {"token": node.token("u2")})

        assert (refused["statusCode"], refused["code"]) == (401, "TOKEN_INVALID")


@pytest.mark.parametrize("kind", ["expired", "forged", "another user's"])
async def test_a_failed_refresh_changes_nothing(node: NodeUnderTest, kind: str) -> None:
    token = {
        "expired": node.token("u1", ttl=-1),
        "forged": node.token("u1")[:-4] + "AAAA",
        "another user's": node.token("u2"),
    }[kind]
    async with connected(node, node.token("u1")) as client:
        await client.subscribe("user:orders")
        refused = await client.call("authenticate", {"token": token})
        assert await client.next() == ("error", refused)
        assert refused["code"] == ("TOKEN_EXPIRED" if kind == "expired" else "TOKEN_INVALID")
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")
        await node.publish(Channel.USER_ORDERS, b"2", user="u2")

        assert await client.so_far() == [("data", {"channel": "user:orders", "data": 1})]


async def test_after_expiry_the_same_user_may_come_back(node: NodeUnderTest) -> None:
    async with connected(node, node.token("u1", ttl=60)) as client:
        await client.subscribe("user:orders")
        node.clock.now += 61
        assert await client.next() == expired("user:orders")
        await client.call("authenticate", {"token": node.token("u1")})
        await client.next()
        await client.subscribe("user:orders")
        await node.publish(Channel.USER_ORDERS, b"1", user="u1")

        assert await client.so_far() == [("data", {"channel": "user:orders", "data": 1})]


async def test_a_narrower_token_ends_the_channels_that_it_does_not_grant(
    node: NodeUnderTest,
) -> None:
    async with connected(node, node.token("u1")) as client:
        await client.subscribe("user:orders", "user:portfolio")
        await client.call("authenticate", {"token": node.token("u1", channels=["user:orders"])})
        await client.next()
        name, body = await client.next()
        await node.publish(Channel.USER_PORTFOLIO, b"1", user="u1")
        await node.publish(Channel.USER_ORDERS, b"2", user="u1")

        assert (name, body["code"], body["channel"]) == ("error", "FORBIDDEN", "user:portfolio")
        assert await client.so_far() == [("data", {"channel": "user:orders", "data": 2})]


async def test_many_expire_at_once_and_no_other(node: NodeUnderTest) -> None:
    async with asyncio.TaskGroup() as group:

        async def visit(number: int) -> None:
            short = number % 2 == 0
            token = node.token(f"u{number}", ttl=60 if short else 900)
            async with connected(node, token) as client:
                await client.subscribe("user:orders")
                ready.append(number)
                if len(ready) == 20:
                    node.clock.now += 61
                if short:
                    assert await client.next() == expired("user:orders")
                done.append(number)
                if len(done) == 20:
                    over.set()
                await over.wait()
                assert await client.so_far() == []

        ready: list[int] = []
        done: list[int] = []
        over = asyncio.Event()
        for number in range(20):
            group.create_task(visit(number))
