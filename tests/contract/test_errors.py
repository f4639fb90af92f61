"""What clients read in an error, word for word."""

import pytest

from tests.contract.clients import connected
from tests.contract.node_under_test import NodeUnderTest


def body(status: int, code: str, message: str, channel: str | None = None) -> dict[str, object]:
    """The body of an error."""
    told: dict[str, object] = {"statusCode": status, "code": code, "message": message}
    return told if channel is None else {**told, "channel": channel}


@pytest.mark.parametrize(
    ("event", "arguments", "expected"),
    [
        ("subscribe", [{"channel": "user:orders"}], body(
            401, "UNAUTHORIZED", "channel 'user:orders' needs a token", "user:orders")),
        ("subscribe", [{"channel": "user:secrets"}], body(
            404, "UNKNOWN_CHANNEL", "unknown channel 'user:secrets'", "user:secrets")),
        ("subscribe", [], body(400, "VALIDATION_ERROR", "expected one argument, got 0")),
        ("subscribe", [[]], body(400, "VALIDATION_ERROR", "the argument must be an object")),
        ("subscribe", [{}], body(400, "VALIDATION_ERROR", "field 'channel' is missing")),
        ("authenticate", [{"token": "x"}], body(
            401, "TOKEN_INVALID", "the token is malformed")),
    ],
)  # fmt: skip
async def test_an_anonymous_client_is_told(
    node: NodeUnderTest, event: str, arguments: list[object], expected: dict[str, object]
) -> None:
    async with connected(node) as client:
        assert await client.call(event, *arguments) == expected
        assert await client.next() == ("error", expected)


async def test_a_channel_that_the_token_does_not_grant_is_named(node: NodeUnderTest) -> None:
    token = node.token(channels=["user:portfolio"])
    async with connected(node, token) as client:
        assert await client.call("subscribe", {"channel": "user:orders"}) == body(
            403, "FORBIDDEN", "the token does not grant channel 'user:orders'", "user:orders"
        )


async def test_a_channel_whose_token_has_expired_is_named(node: NodeUnderTest) -> None:
    async with connected(node, node.token(ttl=-60)) as client:
        expired = body(401, "TOKEN_EXPIRED", "the token has expired")

        assert await client.next() == ("error", expired)
        assert await client.call("subscribe", {"channel": "user:orders"}) == {
            **expired,
            "channel": "user:orders",
        }
