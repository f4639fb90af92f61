"""Connecting, by the contract's table of tokens."""

import jwt
import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.contract.clients import (
    POLLING,
    UPGRADE,
    WEBSOCKET,
    connected,
    fresh_client,
    raw_websocket,
)
from tests.contract.node_under_test import SECRET, NodeUnderTest, Options, running_node
from vezta_stream.core.grants import TokenPolicy

TRANSPORTS = pytest.mark.parametrize("transports", [WEBSOCKET, POLLING, UPGRADE], ids="-".join)


@TRANSPORTS
async def test_a_client_connects_without_a_token(
    node: NodeUnderTest, transports: tuple[str, ...]
) -> None:
    async with connected(node, transports=transports) as client:
        await client.subscribe("market:prices")

    assert client.socket.transport() == transports[-1]
    assert node.count("vezta_gateway_admissions_total", outcome="anonymous") == 1


@TRANSPORTS
async def test_a_client_connects_as_the_tokens_subject(
    node: NodeUnderTest, transports: tuple[str, ...]
) -> None:
    async with connected(node, node.token("u1"), transports=transports) as client:
        await client.subscribe("user:orders")

    assert node.count("vezta_gateway_admissions_total", outcome="verified") == 1


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": ""}, {"device": "phone"}])
async def test_no_token_is_anonymous(node: NodeUnderTest, auth: object) -> None:
    async with fresh_client() as client:
        await client.connect(node.url, auth=auth)
        refused = await client.call("subscribe", {"channel": "user:orders"})

    assert refused["code"] == "UNAUTHORIZED"


async def test_an_expired_token_connects_first_and_is_then_told(node: NodeUnderTest) -> None:
    async with raw_websocket(node) as raw:
        await raw.join({"token": node.token(ttl=-1)})

        assert await raw.receive() == (
            '42/ws,["error",{"statusCode":401,"code":"TOKEN_EXPIRED",'
            '"message":"the token has expired"}]'
        )


async def test_an_expired_token_keeps_public_data(node: NodeUnderTest) -> None:
    async with connected(node, node.token(ttl=-1)) as client:
        assert (await client.next())[1]["code"] == "TOKEN_EXPIRED"
        await client.subscribe("market:prices")

        refused = await client.call("subscribe", {"channel": "user:orders"})
        assert refused["code"] == "TOKEN_EXPIRED"


def bad_tokens(node: NodeUnderTest) -> list[object]:
    """What the table says to refuse."""
    good, soon = node.token(), node.clock.now + 60
    claims = {"sub": "u1", "exp": soon}
    return [
        *("nonsense", "a.b.c", good + "x", good[:-2], 1, ["x"], {"a": 1}, True),
        jwt.encode(claims, b"x" * 32, algorithm="HS256"),
        jwt.encode(claims, SECRET * 2, algorithm="HS512"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({"exp": soon}, SECRET, algorithm="HS256"),
        jwt.encode({"sub": "u1"}, SECRET, algorithm="HS256"),
        *(node.token(channels="user:orders"), node.token(""), node.token(nbf=soon)),
    ]


async def test_other_tokens_are_refused_with_a_connect_error(node: NodeUnderTest) -> None:
    tokens = bad_tokens(node)
    for token in tokens:
        async with fresh_client() as client:
            with pytest.raises(Refused):
                await client.connect(node.url, auth={"token": token})
            name, body = await client.next()

        assert name == "connect_error"
        assert set(body) == {"message", "data"}
        assert body["data"]["statusCode"] == 401
        assert body["data"]["code"] == "TOKEN_INVALID"
        assert body["data"]["message"] == body["message"]
    assert node.count("vezta_gateway_admissions_total", outcome="refused") == len(tokens)


async def test_audience_and_issuer_are_checked_when_configured() -> None:
    policy = TokenPolicy(audience="terminal", issuer="https://id.example", leeway_seconds=5.0)
    async with running_node(Options(policy=policy)) as node:
        for bad in (node.token(), node.token(aud="terminal"), node.token(aud="x", iss="y")):
            async with fresh_client() as client:
                with pytest.raises(Refused):
                    await client.connect(node.url, auth={"token": bad})
        good = node.token(aud="terminal", iss="https://id.example")
        async with connected(node, good) as client:
            await client.subscribe("user:orders")


async def test_a_token_is_never_logged(
    node: NodeUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = node.token("u1"), node.token("u1") + "x"
    async with connected(node, good) as client:
        await client.call("authenticate", {"token": bad})
        await client.call("authenticate", {"token": good})

    assert caplog.records
    for record in caplog.records:
        assert good not in str(record.__dict__)


async def test_another_namespace_does_not_exist(node: NodeUnderTest) -> None:
    async with raw_websocket(node) as raw:
        await raw.send("40", "40/admin,")

        assert await raw.receive() == '44{"message":"Invalid namespace"}'
        assert await raw.receive() == '44/admin,{"message":"Invalid namespace"}'
        await raw.join()


async def test_a_client_may_leave_the_namespace_and_come_back(node: NodeUnderTest) -> None:
    async with raw_websocket(node) as raw:
        await raw.join({"token": node.token("u1")})
        await raw.send('42/ws,["subscribe",{"channel":"user:orders"}]')
        await raw.receive()
        await raw.send("41/ws,")
        await raw.join()
        await raw.send('42/ws,1["subscribe",{"channel":"user:orders"}]')

        assert "UNAUTHORIZED" in str(await raw.receive())
    assert node.count("vezta_gateway_subscribers", channel="user:orders") == 0
