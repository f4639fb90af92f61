"""A replay as a user sees it: it waits for somebody, and loses nothing of a burst."""

import asyncio
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.e2e.conftest import Demo, running_demo

pytestmark = pytest.mark.e2e

SECONDS = 60
TRADES = 20_000
AT = 1_790_658_661_000


def trade(number: int) -> dict[str, Any]:
    return {
        "type": "trade",
        "sid": 2,
        "msg": {
            "trade_id": f"t{number}",
            "market_ticker": "RAIN-TOMORROW",
            "yes_price_dollars": "0.4500",
            "no_price_dollars": "0.5500",
            "count_fp": "2.00",
            "taker_side": "no",
            "ts_ms": AT + number // 100,
        },
    }


def recording(path: Path, trades: int) -> Path:
    path.write_text("\n".join(json.dumps(trade(number)) for number in range(trades)))
    return path


async def subscribed(demo: Demo, channel: str) -> tuple[socketio.AsyncClient, asyncio.Queue[Any]]:
    client = socketio.AsyncClient(reconnection=False)
    received: asyncio.Queue[Any] = asyncio.Queue()
    client.on("data", received.put, namespace="/ws")
    await client.connect(demo.url, namespaces=["/ws"], transports=["websocket"])
    await client.call("subscribe", {"channel": channel}, namespace="/ws")
    return client, received


def read(demo: Demo, path: str) -> str:
    """Return what a GET answers; raises unless it is 200 within two seconds."""
    with urllib.request.urlopen(f"{demo.url}{path}", timeout=2) as answer:
        return str(answer.read().decode())


def relayed(demo: Demo) -> int:
    """Return how many trades the bus took so far."""
    pattern = r'^vezta_relay_publications_total\{channel="market:trades"\} (\S+)$'
    found = re.search(pattern, read(demo, "/metrics"), re.MULTILINE)
    return int(float(found[1])) if found else 0


async def test_a_burst_is_relayed_whole_and_the_service_answers_meanwhile(tmp_path: Path) -> None:
    path = recording(tmp_path / "burst.jsonl", TRADES)

    with running_demo(tmp_path, "--replay", str(path), "--speed", "100") as demo:
        client, received = await subscribed(demo, "market:trades")
        async with asyncio.timeout(SECONDS):
            first = await received.get()
            while await asyncio.to_thread(relayed, demo) < TRADES:
                await asyncio.to_thread(read, demo, "/healthz")
        assert demo.process.poll() is None
        await client.disconnect()

    assert first["data"]["id"] == "t0"
    assert "Traceback" not in demo.log.read_text()


async def test_a_short_recording_waits_for_whoever_subscribes_first(tmp_path: Path) -> None:
    path = recording(tmp_path / "short.jsonl", 3)

    with running_demo(tmp_path, "--replay", str(path)) as demo:
        client, received = await subscribed(demo, "market:trades")
        async with asyncio.timeout(SECONDS):
            seen = [await received.get() for _ in range(3)]
        await client.disconnect()

    assert [each["data"]["id"] for each in seen] == ["t0", "t1", "t2"]


def test_a_recording_begins_within_seconds_when_nobody_comes(tmp_path: Path) -> None:
    path = recording(tmp_path / "short.jsonl", 3)
    started = time.monotonic()

    with running_demo(tmp_path, "--replay", str(path)) as demo:
        while relayed(demo) < 3:
            assert time.monotonic() - started < SECONDS
            time.sleep(0.1)  # another process: there is nothing to wait on

    assert time.monotonic() - started > 10
