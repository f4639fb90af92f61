"""HTTP requests that no client of ours sends, byte by byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest

from tests.contract.clients import connected
from tests.contract.node_under_test import DEADLINE_SECONDS, NodeUnderTest, running_node
from vezta_stream.core.channels import Channel
from vezta_stream.gateway import http

URL = b"/socket.io/?EIO=4&transport="
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def request(
    method: bytes, url: bytes, *headers: bytes, version: bytes = b"1.1", body: bytes = b""
) -> bytes:
    """A request; headers end with their line feeds."""
    return b"%s %s HTTP/%s\r\nHost: x\r\n%s\r\n%s" % (method, url, version, b"".join(headers), body)


def websocket(*headers: bytes, method: bytes = b"GET", body: bytes = b"") -> bytes:
    """A WebSocket handshake, with more headers."""
    return request(method, URL + b"websocket", UPGRADE, *headers, body=body)


BAD_WEBSOCKETS = [
    websocket(method=b"POST"),
    websocket(method=b"PUT"),
    websocket(method=b"HEAD"),
    websocket(b"Content-Length: 5\r\n", method=b"POST", body=b"hello"),
    websocket(b"Content-Length: 3\r\n", body=b"abc"),
    websocket(b"Transfer-Encoding: chunked\r\n"),
    websocket(b"Sec-WebSocket-Protocol: \xff\r\n"),
    websocket(UPGRADE),
    websocket(*[b"X-%d: y\r\n" % number for number in range(300)]),
    websocket(b"X: " + b"y" * 20_000 + b"\r\n"),
    websocket().replace(b"Version: 13", b"Version: 8"),
    websocket().replace(b"dGhl", b"!!!!"),
    websocket().replace(b"transport=websocket", b"transport=polling"),
    websocket().replace(b"transport=websocket", b"transport=websocket&x=" + b"y" * 20_000),
    request(b"GET", URL + b"websocket", b"Upgrade: websocket\r\n"),
    request(b"GET", URL + b"websocket", b"Upgrade: h2c\r\nConnection: upgrade\r\n"),
]
BAD_REQUESTS = [
    request(b"CONNECT", b"x:1"),
    request(b"GET", b"/\xff"),
    request(b"GET", b"/healthz?\xff"),
    request(b"GET", b"/healthz", b"X-\xff: y\r\n"),
    request(b"GET", b"/healthz", version=b"9.9"),
    request(b"GET", URL + b"polling&sid=%00%0d%0a"),
    request(b"GET", b"/socket.io/../metrics"),
    request(b"POST", URL + b"polling", b"Content-Length: -1\r\n", body=b"abc"),
    request(b"POST", URL + b"polling", b"Content-Length: " + b"9" * 30 + b"\r\n"),
    request(b"POST", URL + b"polling", b"Transfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"),
    request(b"GET", b"*"),
    request(b"OPTIONS", b"*"),
    *(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ),
]


@asynccontextmanager
async def asking(
    node: NodeUnderTest, *parts: bytes
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which these bytes were sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    writer.writelines(parts)
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_requests_that_make_no_sense_are_refused(node: NodeUnderTest) -> None:
    """The check that nothing is logged as an error is in `conftest`."""
    async with connected(node) as bystander:
        await bystander.subscribe("market:prices")
        for bad in [*BAD_WEBSOCKETS, *BAD_REQUESTS]:
            async with asking(node, bad) as (reader, _):
                assert (await reader.readline()).startswith(b"HTTP/1.1 4"), bad
        await node.publish(Channel.MARKET_PRICES, b"1")

        assert await bystander.next() == ("data", {"channel": "market:prices", "data": 1})


@pytest.mark.parametrize("bad", BAD_WEBSOCKETS[:10], ids=range(10))
async def test_a_refused_websocket_is_closed(node: NodeUnderTest, bad: bytes) -> None:
    async with asking(node, bad) as (reader, _):
        await reader.read()  # ends

    assert node.count("vezta_gateway_connections") == 0


@pytest.mark.parametrize("line", [b"X-Endless: ", b"X: y\r\n"])
async def test_a_head_without_end_is_refused(node: NodeUnderTest, line: bytes) -> None:
    endless = line * (200_000 // len(line))
    async with asking(node, b"GET /healthz HTTP/1.1\r\n", endless) as (reader, _):
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"GET", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_a_head_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.05)
    async with running_node() as node, asking(node, beginning) as (reader, _):
        with suppress(ConnectionError):
            assert await reader.read() == b""  # ends


async def test_nor_is_the_head_of_a_second_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.05)
    first = request(b"GET", b"/healthz")
    async with running_node() as node, asking(node, first) as (reader, writer):
        assert await reader.readuntil(b"\r\n\r\nok")
        await asyncio.sleep(0.1)  # idle connections may stay
        writer.write(first)
        assert await reader.readuntil(b"\r\n\r\nok")
        writer.write(b"\r\n")
        with suppress(ConnectionError):
            assert await reader.read() == b""  # ends


async def test_heads_as_browsers_and_balancers_make_them_are_fine(node: NodeUnderTest) -> None:
    headers = {f"X-{number}": "x" * 1_000 for number in range(20)}
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(3):
            async with session.post(f"{node.url}/healthz", data=b"x" * 60_000) as answer:
                assert answer.status == 405
            async with session.get(f"{node.url}/healthz") as answer:
                assert answer.status == 200


async def test_a_client_that_goes_in_the_middle_of_its_request_is_forgotten(
    node: NodeUnderTest,
) -> None:
    half = request(b"POST", URL + b"polling&sid=x", b"Content-Length: 100\r\n", body=b"abc")
    for _ in range(10):
        async with asking(node, half):
            pass
    async with asking(node, request(b"GET", b"/healthz")) as (reader, _):
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
