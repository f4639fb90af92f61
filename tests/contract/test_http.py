"""Health, readiness, metrics, and who may ask from where."""

from dataclasses import replace

import aiohttp
import pytest

from tests.contract.clients import connected
from tests.contract.node_under_test import ENGINE, NodeUnderTest, Options, running_node


async def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of a GET."""
    async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


async def test_a_node_is_alive_and_ready(node: NodeUnderTest) -> None:
    assert (await get(f"{node.url}/healthz"))[:2] == (200, "ok")
    assert (await get(f"{node.url}/readyz"))[:2] == (200, "ready")


async def test_a_node_that_is_not_ready_is_alive() -> None:
    async with running_node(Options(ready=False)) as node:
        assert (await get(f"{node.url}/healthz"))[0] == 200
        assert (await get(f"{node.url}/readyz"))[:2] == (503, "not ready")


async def test_metrics_are_served_as_text(node: NodeUnderTest) -> None:
    async with connected(node) as client:
        await client.subscribe("market:prices")
        status, body, headers = await get(f"{node.url}/metrics")

    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert "\nvezta_gateway_connections 1.0\n" in body
    assert '\nvezta_gateway_subscribers{channel="market:prices"} 1.0\n' in body


@pytest.mark.parametrize("path", ["/nothing", "/socket.iox", "/ws", "/socket.io.js"])
async def test_other_paths_do_not_exist(node: NodeUnderTest, path: str) -> None:
    assert (await get(node.url + path))[0] == 404


async def test_any_origin_may_connect_by_default(node: NodeUnderTest) -> None:
    handshake = f"{node.url}/socket.io/?EIO=4&transport=polling"
    status, _, headers = await get(handshake, Origin="https://any.example")

    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "https://any.example"


async def test_origins_can_be_restricted() -> None:
    engine = replace(ENGINE, cors_origins=("https://terminal.example",))
    async with running_node(Options(engine=engine)) as node:
        handshake = f"{node.url}/socket.io/?EIO=4&transport=polling"

        assert (await get(handshake, Origin="https://terminal.example"))[0] == 200
        assert (await get(handshake, Origin="https://evil.example"))[0] == 400
        assert (await get(handshake))[0] == 200  # not a browser


async def test_a_forwarded_host_is_not_an_origin_to_trust() -> None:
    engine = replace(ENGINE, cors_origins=("https://terminal.example",))
    async with running_node(Options(engine=engine)) as node:
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        handshake = f"{node.url}/socket.io/?EIO=4&transport=polling"

        assert (await get(handshake, Origin="https://evil.example", **forged))[0] == 400
