"""The demo as a process: how it starts, what it replays, how it ends."""

import asyncio
import errno
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.e2e.conftest import Demo, running_demo

pytestmark = pytest.mark.e2e

SECONDS = 30
BUSY = ("market:prices", "market:orderbook")
WEBSOCKET = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
YES, NO = "1" * 77, "2" * 77
AT = 1_790_658_661_000
CATALOG = {
    "marketId": "m-1",
    "slug": "rain-tomorrow",
    "title": "Rain tomorrow?",
    "source": "polymarket",
    "conditionId": "0xc",
    "tokenIds": [YES, NO],
    "active": True,
    "updatedAt": AT,
}


def book(at: int, bid: str) -> dict[str, Any]:
    return {
        "event_type": "book",
        "market": "0xc",
        "asset_id": YES,
        "bids": [{"price": bid, "size": "10"}],
        "asks": [{"price": "0.5", "size": "5"}],
        "timestamp": str(at),
    }


async def connected(demo: Demo, *channels: str) -> tuple[socketio.AsyncClient, asyncio.Queue[Any]]:
    """Return a subscribed client and what it receives."""
    client = socketio.AsyncClient(reconnection=False)
    received: asyncio.Queue[Any] = asyncio.Queue()
    client.on("data", received.put, namespace="/ws")
    await client.connect(demo.url, namespaces=["/ws"], transports=["websocket"])
    for channel in channels:
        await client.call("subscribe", {"channel": channel}, namespace="/ws")
    return client, received


async def test_a_recording_is_replayed_through_the_whole_pipeline(tmp_path: Path) -> None:
    catalog, frames = tmp_path / "catalog.jsonl", tmp_path / "frames.jsonl"
    catalog.write_text(json.dumps(CATALOG))
    bids = ["0.41", "0.42", "0.43"]
    books = [book(AT + 4_000 * n, bid) for n, bid in enumerate(bids, start=1)]
    frames.write_text("\n".join(json.dumps(frame) for frame in [book(AT, "0.40"), *books]))
    arguments = ["--replay", str(frames), "--catalog", str(catalog), "--speed", "2"]

    with running_demo(tmp_path, *arguments) as demo:
        client, received = await connected(demo, "market:orderbook")
        last: Any = None
        async with asyncio.timeout(SECONDS):
            while last != "0.430000":
                envelope = await received.get()
                last = envelope["data"]["bids"][0]["price"]
        await client.disconnect()

    assert envelope["data"]["marketId"] == "m-1"
    assert envelope["data"]["updatedAt"] == "2026-09-29T05:11:13.000Z"


@contextmanager
def half_sent(demo: Demo) -> Iterator[None]:
    """Requests that stop in the middle: of their line, of their head, of their body."""
    line = b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"
    head = line + b"Host: x\r\nContent-Length: 100\r\n"
    with ExitStack() as open_:
        for beginning in (b"", b"PO", line, head, head + b"\r\n", head + b"\r\n4"):
            client = open_.enter_context(socket.create_connection(("127.0.0.1", demo.port)))
            client.sendall(beginning)
        yield


@contextmanager
def deaf_subscriber(demo: Demo) -> Iterator[None]:
    """A WebSocket subscribed to market data that never reads."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(("127.0.0.1", demo.port))
        deaf.sendall(WEBSOCKET)
        assert b" 101 " in deaf.recv(4_096)
        commands = [f'42/ws,["subscribe",{{"channel":"{channel}"}}]' for channel in BUSY]
        for frame in ("40/ws,", *commands):
            deaf.sendall(bytes([0x81, 0x80 | len(frame), 0, 0, 0, 0]) + frame.encode())
        yield


async def more_than_buffers_take(demo: Demo) -> None:
    """Wait until a client that reads was sent more than sockets keep for one that does not."""
    client, received = await connected(demo, *BUSY)
    size = 0
    async with asyncio.timeout(SECONDS):
        while size < 4_000_000:
            size += len(json.dumps(await received.get()))
    await client.disconnect()


@contextmanager
def waiting_poll(demo: Demo) -> Iterator[None]:
    """A poll that nobody answers, since nothing was subscribed to."""
    path = "/socket.io/?EIO=4&transport=polling"
    with urllib.request.urlopen(demo.url + path, timeout=SECONDS) as answer:
        path += "&sid=" + json.loads(answer.read()[1:])["sid"]
    with socket.create_connection(("127.0.0.1", demo.port)) as poll:
        poll.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield


async def test_ctrl_c_ends_it_cleanly_within_two_seconds(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--markets", "20") as demo:
        clients = [await connected(demo, "market:prices", "market:orderbook") for _ in range(5)]

        seconds = await asyncio.to_thread(demo.interrupt)

        assert demo.process.returncode == 0
        for client, _ in clients:
            await client.disconnect()
    log = demo.log.read_text()
    assert seconds < 2
    assert "Traceback" not in log
    assert "gateway stopped" in log


async def test_ctrl_c_waits_for_nobody(tmp_path: Path) -> None:
    with (
        running_demo(tmp_path, "--rate", "1000") as demo,
        half_sent(demo),
        waiting_poll(demo),
        deaf_subscriber(demo),
    ):
        await more_than_buffers_take(demo)

        seconds = await asyncio.to_thread(demo.interrupt)

    assert demo.process.returncode == 0
    assert seconds < 1.5
    log = demo.log.read_text()
    assert "Traceback" not in log
    assert "gateway stopped" in log


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_listens_on_both_loopbacks(demo: Demo, host: str) -> None:
    try:
        client = socket.create_connection((host, demo.port), timeout=SECONDS)
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            pytest.skip(f"this machine has no {host}")
        raise
    with client, client.makefile("rb") as answer:
        client.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer.readline() == b"HTTP/1.1 200 OK\r\n"


def test_a_taken_port_is_said_in_a_line(tmp_path: Path, demo: Demo) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "vezta_stream.cli", "demo", "--port", str(demo.port)],
        env={**demo.environment, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert completed.returncode == 1
    assert "Address already in use" in completed.stderr
    assert "Traceback" not in completed.stderr


def test_sigterm_ends_it_as_well(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--markets", "10") as demo:
        demo.process.send_signal(signal.SIGTERM)

        assert demo.process.wait(timeout=10) == 0
