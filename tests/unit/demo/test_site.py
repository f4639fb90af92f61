"""What the demo serves beside Socket.IO."""

import asyncio
import json
from typing import NamedTuple

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from vezta_stream.demo import site


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


async def ask(method: str, path: str, token: site.DemoToken | None = None) -> Answer:
    """Put one request to an application with the demo's routes."""
    app = Starlette(routes=site.routes((lambda: token) if token else None))
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    sent: list[Message] = []

    requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not requests:
            await asyncio.Event().wait()  # the client stays
        return requests.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], headers, body.decode())


async def test_the_page_loads_nothing_from_elsewhere() -> None:
    answer = await ask("GET", "/")

    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'src="http' not in answer.text


async def test_the_browser_client_is_the_one_from_npm() -> None:
    answer = await ask("GET", "/vendor/socket.io.esm.min.js")

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "Socket.IO v4" in answer.text[:100]


async def test_a_missing_browser_client_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "_CLIENT", site._HERE / "nowhere.js")

    answer = await ask("GET", "/vendor/socket.io.esm.min.js")

    assert answer.status == 404
    assert "npm ci" in answer.text


async def test_a_token_is_issued_and_not_cached() -> None:
    answer = await ask(
        "POST", "/demo/token", site.DemoToken("t", "demo", "2026-01-01T00:00:00.000Z")
    )

    expected = {"token": "t", "user": "demo", "expiresAt": "2026-01-01T00:00:00.000Z"}
    assert json.loads(answer.text) == expected
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_signing_key_there_are_no_tokens() -> None:
    assert (await ask("POST", "/demo/token")).status == 404
