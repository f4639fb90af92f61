"""The public reference's client, unchanged, against the demo: Node, Chromium and Python."""

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.e2e.conftest import Demo
from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.schemas.codec import decoder, encode
from vezta_stream.schemas.copy_trade import CopyTrade
from vezta_stream.schemas.market import OrderBook, PriceUpdate, Trade
from vezta_stream.schemas.notifications import Notification
from vezta_stream.schemas.orders import Order
from vezta_stream.schemas.portfolio import Portfolio
from vezta_stream.schemas.signals import Signal

pytestmark = pytest.mark.e2e

CLIENT = Path(__file__).with_name("reference_client.cjs")
ALL = [channel.value for channel in Channel]
PUBLIC = [channel.value for channel in Channel if channel not in PRIVATE]
SECONDS = 45

PAYLOADS: dict[str, Any] = {
    Channel.MARKET_PRICES: PriceUpdate,
    Channel.MARKET_ORDERBOOK: OrderBook,
    Channel.MARKET_TRADES: Trade,
    Channel.MONITOR_SIGNALS: Signal,
    Channel.USER_ORDERS: Order,
    Channel.USER_NOTIFICATIONS: Notification,
    Channel.USER_PORTFOLIO: Portfolio,
    Channel.USER_COPY_TRADE: CopyTrade,
}


def run_in_node(demo: Demo, **asked: Any) -> tuple[int, list[tuple[str, Any]]]:
    """Return the client's exit code and what it saw, in order."""
    options = {"url": demo.url, "seconds": SECONDS, **asked}
    completed = subprocess.run(
        ["node", str(CLIENT), json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=SECONDS + 15,
        check=False,
    )
    lines = [json.loads(line) for line in completed.stdout.splitlines()]
    return completed.returncode, [(line["event"], line.get("body")) for line in lines]


def bodies(seen: list[tuple[str, Any]], event: str) -> list[Any]:
    return [body for name, body in seen if name == event]


def assert_is_the_contracts(envelope: dict[str, Any]) -> None:
    """Raise unless the envelope has exactly the contract's members, in form and order."""
    assert list(envelope) == ["channel", "data"]
    sent = json.dumps(envelope["data"], separators=(",", ":"), ensure_ascii=False)
    read = decoder(PAYLOADS[envelope["channel"]]).decode(sent.encode())
    assert json.loads(encode(read)) == envelope["data"]
    assert list(json.loads(encode(read))) == list(envelope["data"])


@pytest.mark.parametrize("transports", [["websocket"], ["polling", "websocket"]])
def test_node_client_receives_all_eight_channels(demo: Demo, transports: list[str]) -> None:
    code, seen = run_in_node(demo, token=demo.token("demo"), transports=transports, channels=ALL)

    assert code == 0, seen[-5:]
    assert bodies(seen, "error") == []
    assert bodies(seen, "transport") == ["websocket"]
    assert bodies(seen, "subscribed") == [{"channel": channel} for channel in ALL]
    assert bodies(seen, "ack") == [
        {"event": "subscribed", "data": {"channel": channel}} for channel in ALL
    ]
    for envelope in bodies(seen, "data"):
        assert_is_the_contracts(envelope)


def test_node_client_without_token_receives_what_is_public(demo: Demo) -> None:
    code, seen = run_in_node(demo, channels=PUBLIC, transports=["polling"])

    assert code == 0, seen[-5:]
    assert {envelope["channel"] for envelope in bodies(seen, "data")} == set(PUBLIC)


def test_node_client_without_token_is_refused_user_channels(demo: Demo) -> None:
    code, seen = run_in_node(demo, channels=["user:orders"], seconds=3)

    assert code == 1
    assert bodies(seen, "data") == []
    assert [error["code"] for error in bodies(seen, "error")] == ["UNAUTHORIZED"]


def test_node_client_with_a_forged_token_gets_a_connect_error(demo: Demo) -> None:
    forged = demo.token("demo")[:-6] + "AAAAAA"

    code, seen = run_in_node(demo, token=forged, channels=PUBLIC, seconds=5)

    assert code == 2
    (refusal,) = bodies(seen, "connect_error")
    assert refusal["data"]["statusCode"] == 401
    assert refusal["data"]["code"] == "TOKEN_INVALID"


@pytest.mark.parametrize("transports", [["websocket"], ["polling", "websocket"], ["polling"]])
async def test_python_client_receives_prices(demo: Demo, transports: list[str]) -> None:
    client = socketio.AsyncClient()
    received: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    @client.on("data", namespace="/ws")  # type: ignore[untyped-decorator]
    async def on_data(envelope: dict[str, Any]) -> None:
        if not received.done():
            received.set_result(envelope)

    await client.connect(demo.url, namespaces=["/ws"], transports=transports)
    try:
        answer = await client.call("subscribe", {"channel": "market:prices"}, namespace="/ws")
        envelope = await asyncio.wait_for(received, timeout=SECONDS)
    finally:
        await client.disconnect()

    assert answer == {"event": "subscribed", "data": {"channel": "market:prices"}}
    assert_is_the_contracts(envelope)
    assert re.fullmatch(r"[01]\.[0-9]{6}", envelope["data"]["yesPrice"])
