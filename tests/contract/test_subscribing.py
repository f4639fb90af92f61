"""Subscribing and unsubscribing, as the reference shows it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.clients import (
    POLLING,
    UPGRADE,
    WEBSOCKET,
    Client,
    RawWebSocket,
    connected,
    raw_websocket,
)
from tests.contract.node_under_test import NodeUnderTest
from vezta_stream.core.channels import PRIVATE, Channel

TRANSPORTS = pytest.mark.parametrize("transports", [WEBSOCKET, POLLING, UPGRADE], ids="-".join)


@pytest_asyncio.fixture
async def client(node: NodeUnderTest) -> AsyncIterator[Client]:
    """The client of user u1."""
    async with connected(node, node.token("u1")) as client:
        yield client


@TRANSPORTS
async def test_every_channel_delivers_what_is_published_on_it(
    node: NodeUnderTest, transports: tuple[str, ...]
) -> None:
    async with connected(node, node.token("u1"), transports=transports) as client:
        for channel in Channel:
            user = "u1" if channel in PRIVATE else None
            await client.subscribe(channel.value)
            await node.publish(channel, b'{"n":1}', b'{"n":2}', user=user)

            assert await client.next() == ("data", {"channel": channel.value, "data": {"n": 1}})
            assert await client.next() == ("data", {"channel": channel.value, "data": {"n": 2}})


async def test_without_an_acknowledgement_the_event_alone_confirms(client: Client) -> None:
    await client.emit("subscribe", {"channel": "market:prices"})

    assert await client.next() == ("subscribed", {"channel": "market:prices"})


async def test_unsubscribing_ends_delivery(node: NodeUnderTest, client: Client) -> None:
    await client.subscribe("market:prices")
    await node.publish(Channel.MARKET_PRICES, b"1")

    assert await client.call("unsubscribe", {"channel": "market:prices"}) == {
        "event": "unsubscribed",
        "data": {"channel": "market:prices"},
    }
    await node.publish(Channel.MARKET_PRICES, b"2")
    assert await client.so_far() == [
        ("data", {"channel": "market:prices", "data": 1}),
        ("unsubscribed", {"channel": "market:prices"}),
    ]


async def test_subscribing_twice_confirms_twice_and_delivers_once(
    node: NodeUnderTest, client: Client
) -> None:
    await client.subscribe("market:prices", "market:prices")
    await node.publish(Channel.MARKET_PRICES, b"1")

    assert await client.so_far() == [("data", {"channel": "market:prices", "data": 1})]


async def test_unsubscribing_from_what_is_not_subscribed_confirms(client: Client) -> None:
    await client.emit("unsubscribe", {"channel": "user:orders"})

    assert await client.next() == ("unsubscribed", {"channel": "user:orders"})


async def test_nothing_arrives_that_was_not_subscribed_to(
    node: NodeUnderTest, client: Client
) -> None:
    await client.subscribe("market:trades")
    for channel in Channel:
        await node.publish(channel, b"0", user="u1" if channel in PRIVATE else None)

    assert await client.so_far() == [("data", {"channel": "market:trades", "data": 0})]


def error(status: int, code: str, channel: str | None = None) -> dict[str, object]:
    """An error's body but for its message."""
    body: dict[str, object] = {"statusCode": status, "code": code}
    return body if channel is None else {**body, "channel": channel}


INVALID = error(400, "VALIDATION_ERROR")


WRONG_TYPES: list[object] = [1, None, True, [], {}, ["market:prices"], b"binary"]
# Arguments that are not of the documented shape, by event.
MISSHAPEN: dict[str, list[tuple[object, ...]]] = {
    "subscribe": [
        *((), (None,), ("market:prices",), (1,), ([],), ({},), ({}, {}), (b"binary",)),
        *(({"channel": value},) for value in WRONG_TYPES),
        *(({"channel": "market:prices"}, 1), ({"channel": "market:prices", "x": 1},)),
    ],
    "unsubscribe": [(), ({},), ({"channel": 1},)],
    "authenticate": [(), ({},), ({"token": None},), ({"token": 1},), ({"token": ""},), ("t",)],
    **{event: [({"channel": "market:prices"},)] for event in ("data", "Subscribe", "message", "")},
}
REFUSED: list[tuple[str, object, dict[str, object]]] = [
    *(
        ("subscribe", {"channel": name}, error(404, "UNKNOWN_CHANNEL", name))
        for name in ("", "x", "user:*", "market:prices ")
    ),
    ("unsubscribe", {"channel": "x"}, error(404, "UNKNOWN_CHANNEL", "x")),
    ("subscribe", {"channel": "user:orders"}, error(401, "UNAUTHORIZED", "user:orders")),
    ("authenticate", {"token": "x"}, error(401, "TOKEN_INVALID")),
]


async def test_errors_come_as_event_and_as_acknowledgement(node: NodeUnderTest) -> None:
    cases: list[tuple[str, tuple[object, ...], dict[str, object]]] = [
        *((event, arguments, INVALID) for event in MISSHAPEN for arguments in MISSHAPEN[event]),
        *((event, (argument,), expected) for event, argument, expected in REFUSED),
    ]
    async with connected(node) as client:
        for event, arguments, expected in cases:
            acknowledged: dict[str, Any] = await client.call(event, *arguments)

            assert await client.next() == ("error", acknowledged)
            message = acknowledged.pop("message")
            assert acknowledged == expected, (event, arguments)
            assert isinstance(message, str)
            assert 0 < len(message) < 200
        await client.subscribe("market:prices")


async def test_a_token_that_does_not_grant_the_channel_forbids_it(node: NodeUnderTest) -> None:
    async with connected(node, node.token(channels=["user:orders"])) as client:
        await client.subscribe("user:orders")
        refused = await client.call("subscribe", {"channel": "user:portfolio"})

    assert (refused["statusCode"], refused["code"]) == (403, "FORBIDDEN")
    assert refused["channel"] == "user:portfolio"


async def test_a_refused_command_changes_nothing(node: NodeUnderTest, client: Client) -> None:
    await client.subscribe("market:prices")
    await client.call("subscribe", {"channel": "market:prices", "snapshot": "yes"})
    await client.call("unsubscribe", {"channel": "market:price"})
    await node.publish(Channel.MARKET_PRICES, b"1")

    assert ("data", {"channel": "market:prices", "data": 1}) in await client.so_far()


async def test_commands_are_answered_in_their_order(client: Client) -> None:
    names = [channel.value for channel in Channel] * 3
    for number, name in enumerate(names):
        await client.emit("unsubscribe" if number % 2 else "subscribe", {"channel": name})

    answers = [await client.next() for _ in names]
    assert answers == [
        ("unsubscribed" if number % 2 else "subscribed", {"channel": name})
        for number, name in enumerate(names)
    ]


@pytest_asyncio.fixture
async def raw(node: NodeUnderTest) -> AsyncIterator[RawWebSocket]:
    """A raw connection in the namespace."""
    async with raw_websocket(node) as raw:
        await raw.join({"token": node.token("u1")})
        yield raw


async def test_every_byte_on_the_wire(node: NodeUnderTest, raw: RawWebSocket) -> None:
    payload = '{"marketId":"m-1","slug":"größe-✓","yesPrice":"0.500000","x" : [1.50]}'
    await raw.send('42/ws,7["subscribe",{"channel":"market:prices"}]')
    assert (
        await raw.receive() == '43/ws,7[{"event":"subscribed","data":{"channel":"market:prices"}}]'
    )
    assert await raw.receive() == '42/ws,["subscribed",{"channel":"market:prices"}]'

    await node.publish(Channel.MARKET_PRICES, payload.encode())
    assert (
        await raw.receive() == '42/ws,["data",{"channel":"market:prices","data":' + payload + "}]"
    )

    await raw.send('42/ws,0["unsubscribe",{"channel":"market:prices"}]')
    assert (
        await raw.receive()
        == '43/ws,0[{"event":"unsubscribed","data":{"channel":"market:prices"}}]'
    )
    assert await raw.receive() == '42/ws,["unsubscribed",{"channel":"market:prices"}]'

    await raw.send('42/ws,1["subscribe",{"channel":"é"}]')
    body = '"code":"UNKNOWN_CHANNEL","message":"unknown channel \'é\'","channel":"é"}'
    body = '{"statusCode":404,' + body
    assert await raw.receive() == f"43/ws,1[{body}]"
    assert await raw.receive() == f'42/ws,["error",{body}]'


async def test_acknowledgement_confirmation_and_data_keep_their_order(
    node: NodeUnderTest, raw: RawWebSocket
) -> None:
    """While publications stream in, from the first byte on."""

    async def stream() -> None:
        while True:
            await node.publish(Channel.MARKET_PRICES, b"0")
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        streaming = group.create_task(stream())
        for number in range(20):
            await raw.send(f'42/ws,{number}["subscribe",{{"channel":"market:prices"}}]')
            assert str(await raw.receive()).startswith(f"43/ws,{number}[")
            assert str(await raw.receive()).startswith('42/ws,["subscribed"')
            assert str(await raw.receive()).startswith('42/ws,["data"')
            await raw.send(f'42/ws,{number}["unsubscribe",{{"channel":"market:prices"}}]')
            while (frame := str(await raw.receive())).startswith('42/ws,["data"'):
                pass
            assert frame.startswith(f"43/ws,{number}[")
            assert str(await raw.receive()).startswith('42/ws,["unsubscribed"')
        streaming.cancel()


async def test_the_node_receives_only_what_somebody_subscribed_to(
    node: NodeUnderTest, client: Client
) -> None:
    assert node.count("vezta_gateway_bus_subscriptions") == 0
    await client.subscribe("market:prices", "user:orders")
    assert node.count("vezta_gateway_bus_subscriptions") == 2
    async with connected(node) as other:
        await other.subscribe("market:prices")
        assert node.count("vezta_gateway_bus_subscriptions") == 2
    await client.call("unsubscribe", {"channel": "market:prices"})
    await client.call("unsubscribe", {"channel": "user:orders"})

    assert node.count("vezta_gateway_bus_subscriptions") == 0
