"""When the bus is slow or away."""

import asyncio

from tests.contract.clients import connected
from tests.contract.node_under_test import NodeUnderTest, Options, running_node
from vezta_stream.bus.base import Receive, Subscription
from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.errors import BusUnavailable


class FaultyBus:
    """Subscribes through the real one, when it is allowed to."""

    def __init__(self) -> None:
        self.real: MemoryBus | None = None
        self.away = False
        # Channels whose subscriptions wait until their event is set.
        self.slow: dict[Channel, asyncio.Event] = {}

    async def subscribe(self, scope: Scope, receive: Receive) -> Subscription:
        """Subscribe late, or not at all."""
        if self.away:
            raise BusUnavailable("away")
        if scope.channel in self.slow:
            await self.slow[scope.channel].wait()
        assert self.real is not None
        return await self.real.subscribe(scope, receive)


def attach(bus: FaultyBus, node: NodeUnderTest) -> None:
    """Put the faults before the node's own bus."""
    bus.real = node.bus


async def test_a_bus_that_is_away_makes_the_channel_unavailable_for_the_moment() -> None:
    bus = FaultyBus()
    async with running_node(bus=bus) as node, connected(node) as client:
        attach(bus, node)
        bus.away = True
        refused = await client.call("subscribe", {"channel": "market:prices"})
        assert (refused["statusCode"], refused["code"]) == (503, "UNAVAILABLE")
        assert refused["channel"] == "market:prices"
        assert await client.next() == ("error", refused)
        bus.away = False
        await client.subscribe("market:prices")
        await node.publish(Channel.MARKET_PRICES, b"1")

        assert await client.so_far() == [("data", {"channel": "market:prices", "data": 1})]


async def test_a_bus_that_does_not_answer_is_unavailable_after_the_timeout() -> None:
    bus = FaultyBus()
    bus.slow[Channel.MARKET_PRICES] = asyncio.Event()
    async with (
        running_node(Options(bus_timeout_seconds=0.05), bus=bus) as node,
        connected(node) as one,
        connected(node) as two,
    ):
        attach(bus, node)
        async with asyncio.TaskGroup() as group:
            calls = [
                group.create_task(client.call("subscribe", {"channel": "market:prices"}))
                for client in (one, two)
            ]

    assert [call.result()["code"] for call in calls] == ["UNAVAILABLE"] * 2


async def test_who_waits_for_the_bus_keeps_its_order_and_makes_nobody_wait() -> None:
    bus = FaultyBus()
    released = bus.slow[Channel.MARKET_PRICES] = asyncio.Event()
    async with running_node(bus=bus) as node, connected(node) as waiting, connected(node) as other:
        attach(bus, node)
        await waiting.emit("subscribe", {"channel": "market:prices"})
        await waiting.emit("subscribe", {"channel": "market:trades"})
        await waiting.emit("unsubscribe", {"channel": "market:prices"})
        await other.subscribe("market:trades")
        assert waiting.events.empty()
        released.set()

        assert [await waiting.next() for _ in range(3)] == [
            ("subscribed", {"channel": "market:prices"}),
            ("subscribed", {"channel": "market:trades"}),
            ("unsubscribed", {"channel": "market:prices"}),
        ]


async def test_a_confirmed_subscription_misses_nothing() -> None:
    bus = FaultyBus()
    released = bus.slow[Channel.MARKET_PRICES] = asyncio.Event()
    async with running_node(bus=bus) as node, connected(node) as client:
        attach(bus, node)
        await client.emit("subscribe", {"channel": "market:prices"})
        await node.publish(Channel.MARKET_PRICES, b"0")  # before it is confirmed
        released.set()
        assert await client.next() == ("subscribed", {"channel": "market:prices"})
        await node.publish(Channel.MARKET_PRICES, b"1")

        assert await client.next() == ("data", {"channel": "market:prices", "data": 1})


async def test_a_client_that_left_while_it_waited_leaves_nothing_behind() -> None:
    bus = FaultyBus()
    released = bus.slow[Channel.USER_ORDERS] = asyncio.Event()
    async with running_node(bus=bus) as node:
        attach(bus, node)
        async with connected(node, node.token("u1")) as client:
            await client.emit("subscribe", {"channel": "user:orders"})
            await node.until(1, "vezta_gateway_bus_subscriptions")
        released.set()
        await node.until(0, "vezta_gateway_bus_subscriptions")

        assert node.count("vezta_gateway_subscribers", channel="user:orders") == 0


async def test_a_token_that_expires_while_the_bus_is_slow_does_not_subscribe() -> None:
    bus = FaultyBus()
    released = bus.slow[Channel.USER_ORDERS] = asyncio.Event()
    async with running_node(bus=bus) as node, connected(node, node.token("u1", ttl=60)) as client:
        attach(bus, node)
        await client.emit("subscribe", {"channel": "user:orders"})
        await node.until(1, "vezta_gateway_bus_subscriptions")
        node.clock.now += 61
        released.set()
        name, body = await client.next()

        assert (name, body["code"], body["channel"]) == ("error", "TOKEN_EXPIRED", "user:orders")
