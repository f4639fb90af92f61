"""How connections end: a stopping node, dead clients, idle ones, slow ones."""

import asyncio
import json
import socket
import time

import aiohttp
import pytest

from tests.contract.clients import (
    NAMESPACE,
    POLLING,
    WEBSOCKET,
    connected,
    fresh_client,
    raw_polling,
    raw_websocket,
)
from tests.contract.node_under_test import NodeUnderTest, running_node, with_engine
from vezta_stream.core.channels import Channel

ENDED = "vezta_gateway_disconnections_total"


async def test_a_stopping_node_tells_websockets_to_reconnect(node: NodeUnderTest) -> None:
    async with raw_websocket(node) as raw:
        await raw.join()
        node.stop.set()

        assert await raw.close_code() == 1012


async def test_a_stopping_node_answers_the_poll_that_waits(node: NodeUnderTest) -> None:
    async with raw_polling(node) as raw:
        await raw.join()
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(raw.poll())
            await raw.arrived(node)
            node.stop.set()

    assert poll.result() == (200, ["1"])


async def test_open_connections_do_not_hold_a_stopping_node(node: NodeUnderTest) -> None:
    async with (
        connected(node) as one,
        connected(node, transports=POLLING) as two,
        raw_websocket(node),
        raw_polling(node),
        aiohttp.ClientSession() as http,
    ):
        await one.subscribe("market:prices")
        await two.subscribe("market:prices")
        await (await http.get(f"{node.url}/healthz")).read()  # kept alive
        started = time.monotonic()
        node.stop.set()
        await node.service

        assert time.monotonic() - started < 0.9
        assert node.count("vezta_gateway_connections") == 0
        assert node.count("vezta_gateway_bus_subscriptions") == 0


async def test_a_client_that_does_not_read_does_not_hold_a_stopping_node() -> None:
    async with running_node(with_engine(queue_bytes=50_000_000)) as node:
        stuck = await _deaf_subscriber(node)
        for _ in range(200):
            await node.publish(Channel.MARKET_PRICES, b'"' + b"x" * 100_000 + b'"')
        started = time.monotonic()
        node.stop.set()
        await node.service

        assert time.monotonic() - started < 0.9
        stuck.close()


async def test_the_reference_client_reconnects_by_itself(node: NodeUnderTest) -> None:
    async with fresh_client() as client:
        client.socket.reconnection = True
        await client.connect(node.url)
        node.stop.set()
        await node.service
        async with asyncio.timeout(5):
            await client.gone.wait()

        assert client.socket._reconnect_task is not None  # 1012 was no goodbye


@pytest.mark.parametrize("transports", [WEBSOCKET, POLLING], ids="-".join)
async def test_clients_that_answer_pings_stay(transports: tuple[str, ...]) -> None:
    options = with_engine(ping_interval_seconds=0.1, ping_timeout_seconds=0.3)
    async with running_node(options) as node, connected(node, transports=transports) as client:
        for _ in range(4):  # longer than interval and timeout together
            await asyncio.sleep(0.15)
            assert await client.so_far() == []

        assert node.count("vezta_gateway_connections") == 1


async def test_a_client_that_does_not_answer_a_ping_is_closed() -> None:
    options = with_engine(ping_interval_seconds=0.05, ping_timeout_seconds=0.05)
    async with running_node(options) as node, raw_websocket(node) as raw:
        await raw.join()

        assert await raw.receive() == "2"
        assert await raw.close_code() == 1001
        await node.until(1, ENDED, reason="ping_timeout")


async def test_a_polling_client_that_vanished_is_forgotten() -> None:
    options = with_engine(ping_interval_seconds=0.05, ping_timeout_seconds=0.05)
    async with running_node(options) as node:
        async with raw_polling(node) as raw:
            await raw.join({"token": node.token("u1")})
            await raw.post('42/ws,["subscribe",{"channel":"user:orders"}]')

        await node.until(1, ENDED, reason="ping_timeout")
        assert node.count("vezta_gateway_subscribers", channel="user:orders") == 0


async def test_a_client_that_never_joins_is_closed_as_idle() -> None:
    options = with_engine(ping_interval_seconds=0.05)
    async with running_node(options) as node, raw_websocket(node) as raw, raw_polling(node):
        assert await raw.close_code() == 1008
        await node.until(2, ENDED, reason="idle")


async def test_the_announced_intervals_are_the_real_ones() -> None:
    options = with_engine(ping_interval_seconds=1.5, ping_timeout_seconds=0.75)
    async with running_node(options) as node, raw_polling(node) as raw:
        handshake = raw.handshake

    assert handshake.pop("sid")
    assert handshake == {
        "upgrades": ["websocket"],
        "pingTimeout": 750,
        "pingInterval": 1500,
        "maxPayload": 65_536,
    }


async def test_a_client_that_does_not_read_is_evicted_and_the_others_notice_nothing() -> None:
    async with running_node(with_engine(queue_bytes=1_000_000)) as node, connected(node) as healthy:
        await healthy.subscribe("market:prices")
        deaf = await _deaf_subscriber(node)
        for number in range(200):
            payload = json.dumps([number, "x" * 100_000]).encode()
            await node.publish(Channel.MARKET_PRICES, payload)
            _, body = await healthy.next()
            assert body["data"][0] == number

        await node.until(1, ENDED, reason="slow")
        assert node.count("vezta_gateway_subscribers", channel="market:prices") == 1
        deaf.close()


async def test_a_polling_client_that_does_not_poll_is_evicted() -> None:
    async with running_node(with_engine(queue_packets=16)) as node, raw_polling(node) as raw:
        await raw.join()
        await raw.post('42/ws,["subscribe",{"channel":"market:prices"}]')
        await node.publish(Channel.MARKET_PRICES, *[b"1"] * 20)

        await node.until(1, ENDED, reason="slow")
        assert (await raw.poll())[0] == 400


async def test_a_burst_within_the_bound_arrives_whole(node: NodeUnderTest) -> None:
    for transports in (WEBSOCKET, POLLING):
        async with connected(node, transports=transports) as client:
            await client.subscribe("market:trades")
            payloads = [str(number).encode() for number in range(1_000)]
            await node.publish(Channel.MARKET_TRADES, *payloads)

            received = [(await client.next())[1]["data"] for _ in payloads]
            assert received == list(range(1_000))


async def test_the_server_side_of_socketio_still_works(node: NodeUnderTest) -> None:
    async with connected(node) as client:
        sid = client.socket.get_sid(NAMESPACE)
        await node.gateway.emit("notice", {"a": "é"}, room=sid, namespace=NAMESPACE)
        assert await client.next() == ("notice", {"a": "é"})
        await node.gateway.disconnect(sid, namespace=NAMESPACE)
        async with asyncio.timeout(5):
            await client.gone.wait()


async def _deaf_subscriber(node: NodeUnderTest) -> socket.socket:
    """A WebSocket subscribed to prices that never reads again."""
    loop = asyncio.get_running_loop()
    deaf = socket.socket()
    deaf.setblocking(False)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    await loop.sock_connect(deaf, ("127.0.0.1", node.port))
    await loop.sock_sendall(deaf, _HANDSHAKE)
    assert b"101" in await loop.sock_recv(deaf, 4_096)
    before = node.count("vezta_gateway_subscribers", channel="market:prices")
    for frame in (b"40/ws,", b'42/ws,["subscribe",{"channel":"market:prices"}]'):
        await loop.sock_sendall(deaf, bytes([0x81, 0x80 | len(frame), 0, 0, 0, 0]) + frame)
    await node.until(before + 1, "vezta_gateway_subscribers", channel="market:prices")
    return deaf


_HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
