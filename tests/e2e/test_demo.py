"""The demo as a process: how it starts, what it replays, how it ends."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.e2e.conftest import Demo, running_demo

pytestmark = pytest.mark.e2e

SECONDS = 30
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
