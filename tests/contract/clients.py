"""Clients: the real Python one, and raw ones that speak the protocol by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import socketio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.contract.node_under_test import DEADLINE_SECONDS, NodeUnderTest

NAMESPACE = "/ws"
WEBSOCKET = ("websocket",)
POLLING = ("polling",)
UPGRADE = ("polling", "websocket")

Event = tuple[str, Any]


class _Session:
    """An HTTP session that lets go of answers to a POST, which python-engineio never reads."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def post(self, *arguments: Any, **options: Any) -> aiohttp.ClientResponse:
        answer = await self._http.post(*arguments, **options)
        answer.release()
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._http, name)


class Client:
    """python-socketio's client; what arrives can be awaited in its order."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.socket = socketio.AsyncClient(reconnection=False, http_session=_Session(http))
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.socket.on("*", self._on_event, namespace=NAMESPACE)
        self.socket.on("disconnect", self._on_gone, namespace=NAMESPACE)
        self.socket.on("connect_error", self._on_refused, namespace=NAMESPACE)

    async def connect(
        self, url: str, *, auth: object = None, transports: Sequence[str] = WEBSOCKET
    ) -> None:
        """Connect to the namespace; raises socketio's ConnectionError when refused."""
        await self.socket.connect(
            url, namespaces=[NAMESPACE], auth=auth, transports=list(transports)
        )

    async def call(self, event: str, *arguments: object) -> Any:
        """Emit and return the acknowledgement."""
        return await self.socket.call(
            event, arguments, namespace=NAMESPACE, timeout=DEADLINE_SECONDS
        )

    async def emit(self, event: str, *arguments: object) -> None:
        """Emit without asking for an acknowledgement."""
        await self.socket.emit(event, arguments, namespace=NAMESPACE)

    async def subscribe(self, *channels: str) -> None:
        """Subscribe, and take the confirmations."""
        for channel in channels:
            assert await self.call("subscribe", {"channel": channel}) == {
                "event": "subscribed",
                "data": {"channel": channel},
            }
            assert await self.next() == ("subscribed", {"channel": channel})

    async def next(self) -> Event:
        """The next event that arrives."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.events.get()

    async def so_far(self) -> list[Event]:
        """All that the node had sent when asked, in order: a round trip is the barrier."""
        await self.call("barrier")
        arrived: list[Event] = []
        while True:
            event = await self.next()
            if event[0] == "error" and "barrier" in event[1]["message"]:
                return arrived
            arrived.append(event)

    async def _on_event(self, event: str, *arguments: object) -> None:
        self.events.put_nowait((event, *arguments))  # type: ignore[arg-type]  # one argument

    async def _on_gone(self, _reason: str) -> None:
        self.gone.set()

    async def _on_refused(self, body: object) -> None:
        self.events.put_nowait(("connect_error", body))


@asynccontextmanager
async def fresh_client() -> AsyncIterator[Client]:
    """A client that is not connected yet."""
    async with aiohttp.ClientSession() as http:
        client = Client(http)
        try:
            yield client
        finally:
            await client.socket.disconnect()


@asynccontextmanager
async def connected(
    node: NodeUnderTest, token: object = None, *, transports: Sequence[str] = WEBSOCKET
) -> AsyncIterator[Client]:
    """A connected client, with this token in its handshake."""
    async with fresh_client() as client:
        await client.connect(node.url, auth={"token": token}, transports=transports)
        yield client


class RawWebSocket:
    """Engine.IO over a WebSocket, frame by frame."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, *frames: str | bytes) -> None:
        """Send frames as they are."""
        for frame in frames:
            await self.connection.send(frame)

    async def receive(self) -> str | bytes:
        """The next frame; raises websockets' ConnectionClosed at the end."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.connection.recv()

    async def join(self, auth: object = None) -> None:
        """Join the namespace."""
        await self.send("40/ws," + (json.dumps(auth) if auth is not None else ""))
        answer = await self.receive()
        assert isinstance(answer, str)
        assert answer.startswith('40/ws,{"sid":'), answer

    async def close_code(self) -> int | None:
        """Wait for the end, throwing away what still arrives; returns the close code."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        return self.connection.close_code


@asynccontextmanager
async def raw_websocket(node: NodeUnderTest) -> AsyncIterator[RawWebSocket]:
    """A raw WebSocket whose Engine.IO handshake is done."""
    uri = f"ws://127.0.0.1:{node.port}/socket.io/?EIO=4&transport=websocket"
    async with connect(uri, compression=None, max_size=None) as connection:
        raw = RawWebSocket(connection)
        assert str(await raw.receive()).startswith("0{")
        yield raw


class RawPolling:
    """Engine.IO over polling, request by request."""

    def __init__(self, http: aiohttp.ClientSession, url: str, handshake: dict[str, Any]) -> None:
        self._http = http
        self._url = f"{url}&sid={handshake['sid']}"
        self.handshake = handshake

    async def post(self, body: str | bytes) -> int:
        """Send a body as it is; returns the status."""
        async with self._http.post(self._url, data=body) as answer:
            await answer.read()
            return answer.status

    async def poll(self) -> tuple[int, list[str]]:
        """Poll once; returns the status and the packets."""
        async with self._http.get(self._url) as answer:
            return answer.status, (await answer.text()).split("\x1e")

    async def arrived(self, node: NodeUnderTest) -> None:
        """Wait until a poll has arrived at the node, and waits there."""
        session = node.gateway.eio.sockets[self.handshake["sid"]]
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                if session.polling:
                    return
                await asyncio.sleep(0)

    async def join(self, auth: object = None) -> None:
        """Join the namespace."""
        body = "40/ws," + (json.dumps(auth) if auth is not None else "")
        assert await self.post(body) == 200
        status, packets = await self.poll()
        assert status == 200
        assert packets[0].startswith('40/ws,{"sid":'), packets


@asynccontextmanager
async def raw_polling(node: NodeUnderTest) -> AsyncIterator[RawPolling]:
    """A raw polling session whose Engine.IO handshake is done."""
    base = f"{node.url}/socket.io/?EIO=4&transport=polling"
    timeout = aiohttp.ClientTimeout(total=DEADLINE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        async with http.get(base) as answer:
            handshake = json.loads((await answer.text())[1:])
        yield RawPolling(http, base, handshake)
