"""One connection's conversation, without a socket."""

import json
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.unit.gateway.fake_bus import FakeBus
from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.grants import Expired, Grant, Verdict, Verified
from vezta_stream.core.limits import RateLimit
from vezta_stream.core.positions import Scope
from vezta_stream.errors import RateLimited, TokenInvalid
from vezta_stream.gateway.expiry import Expiries
from vezta_stream.gateway.hub import Hub
from vezta_stream.gateway.peer import Node, Peer
from vezta_stream.metrics import GatewayMetrics


class Tokens:
    """Tokens that say in clear what they grant: `user until [channel…]`, or `expired`."""

    def verify(self, token: str, *, now: float) -> Verdict:
        """Read the token."""
        user, *rest = token.split()
        if user == "forged":
            raise TokenInvalid("forged")
        if user == "expired":
            return Expired()
        until, *names = rest
        channels = frozenset(map(Channel, names)) if names else PRIVATE
        return Verified(Grant(user, channels, float(until), float(until)))


class Conversation:
    """A peer, and all that it was sent."""

    def __init__(self, auth: object = None) -> None:
        self.now = 1_000.0
        self.bus = FakeBus()
        self.registry = CollectorRegistry()
        self.sent: list[str] = []
        metrics = GatewayMetrics(self.registry)
        self.expiries = Expiries(clock=lambda: self.now, tick_seconds=1.0)
        hub = Hub[str](
            bus=self.bus,
            encode=lambda _, payload: payload.decode(),
            timeout_seconds=5.0,
            metrics=metrics,
        )
        node = Node(
            hub=hub,
            verifier=Tokens(),
            expiries=self.expiries,
            rate_limit=RateLimit(1.0, 1),
            clock=lambda: self.now,
            monotonic=lambda: self.now,
            metrics=metrics,
        )
        self.peer = Peer(outlet=self, node=node, auth=auth)

    def post(self, frame: str, /) -> bool:
        """Take a packet."""
        self.sent.append(frame)
        return True

    async def say(self, event: str, body: object, ack: int | None = None) -> None:
        """Let the client emit an event."""
        await self.peer.handle(event, [body], ack)

    def heard(self) -> list[Any]:
        """What was sent since the last call: `[event, body]`, acknowledgements as `[id, body]`."""
        heard: list[Any] = []
        for frame in self.sent:
            kind, _, rest = frame.partition("/ws,")
            number = rest[: rest.index("[")] if "[" in rest else ""
            packet = json.loads(rest[len(number) :]) if kind else frame
            heard.append([int(number), *packet] if number else packet)
        self.sent.clear()
        return heard


async def test_the_acknowledgement_comes_before_the_confirmation() -> None:
    talk = Conversation()
    await talk.say("subscribe", {"channel": "market:prices"}, ack=7)

    body = {"channel": "market:prices"}
    assert talk.heard() == [[7, {"event": "subscribed", "data": body}], ["subscribed", body]]


async def test_an_error_is_acknowledged_as_well() -> None:
    talk = Conversation()
    await talk.say("subscribe", {"channel": "user:orders"}, ack=7)

    (number, acknowledged), (name, body) = talk.heard()
    assert (number, name) == (7, "error")
    assert acknowledged == body
    assert body["code"] == "UNAUTHORIZED"


async def test_data_follows_its_confirmation_and_ends_with_the_other() -> None:
    talk = Conversation()
    scope = Scope(Channel.MARKET_PRICES)
    await talk.say("subscribe", {"channel": "market:prices"})
    talk.bus.publish(scope, b"1")
    await talk.say("unsubscribe", {"channel": "market:prices"})
    talk.bus.publish(scope, b"2")

    assert [frame[:16] for frame in talk.sent] == ['42/ws,["subscrib', "1", '42/ws,["unsubscr']


@pytest.mark.parametrize(
    ("auth", "outcome", "user"),
    [
        (None, "anonymous", None),
        ({}, "anonymous", None),
        ({"token": "u1 2000"}, "verified", "u1"),
        ({"token": "expired"}, "expired", None),
    ],
)
def test_the_handshake_decides_who_it_is(auth: object, outcome: str, user: str | None) -> None:
    talk = Conversation(auth)

    assert (talk.peer.outcome, talk.peer.user) == (outcome, user)


@pytest.mark.parametrize("auth", [{"token": "forged"}, {"token": 1}, "text", []])
def test_a_bad_handshake_admits_nobody(auth: object) -> None:
    with pytest.raises(TokenInvalid):
        Conversation(auth)


def test_only_an_expired_token_is_greeted() -> None:
    for auth, greetings in (({"token": "expired"}, 1), ({"token": "u1 2000"}, 0), (None, 0)):
        talk = Conversation(auth)
        talk.peer.greet()

        assert len(talk.sent) == greetings


async def test_expiry_ends_private_channels_with_an_error_each() -> None:
    talk = Conversation({"token": "u1 2000"})
    for name in ("market:prices", "user:orders"):
        await talk.say("subscribe", {"channel": name})
    talk.heard()
    talk.now = 2_001.0
    talk.expiries.expire_due()
    talk.bus.publish(Scope(Channel.USER_ORDERS, "u1"), b"leak")
    talk.bus.publish(Scope(Channel.MARKET_PRICES), b"1")

    assert talk.sent.pop() == "1"
    ((name, body),) = talk.heard()
    assert (name, body["code"], body["channel"]) == ("error", "TOKEN_EXPIRED", "user:orders")


async def test_between_expiry_and_its_notice_nothing_private_is_queued() -> None:
    talk = Conversation({"token": "u1 2000"})
    await talk.say("subscribe", {"channel": "user:orders"})
    talk.heard()
    talk.now = 2_000.0
    talk.bus.publish(Scope(Channel.USER_ORDERS, "u1"), b"leak")

    assert talk.sent == []


async def test_a_publication_of_another_user_is_never_queued() -> None:
    talk = Conversation({"token": "u1 2000"})

    assert not talk.peer.offer(Scope(Channel.USER_ORDERS, "u2"), "leak")
    assert talk.sent == []


async def test_a_refresh_moves_the_end() -> None:
    talk = Conversation({"token": "u1 2000"})
    await talk.say("subscribe", {"channel": "user:orders"})
    await talk.say("authenticate", {"token": "u1 3000"})
    talk.heard()
    talk.now = 2_500.0
    talk.expiries.expire_due()
    talk.bus.publish(Scope(Channel.USER_ORDERS, "u1"), b"1")

    assert talk.sent == ["1"]


async def test_a_narrower_refresh_is_confirmed_before_it_takes_channels_away() -> None:
    talk = Conversation({"token": "u1 2000"})
    await talk.say("subscribe", {"channel": "user:orders"})
    talk.heard()
    await talk.say("authenticate", {"token": "u1 3000 user:portfolio"})

    (confirmed, expiry), (name, body) = talk.heard()
    assert (confirmed, expiry) == ("authenticated", {"expiresAt": "1970-01-01T00:50:00.000Z"})
    assert (name, body["code"], body["channel"]) == ("error", "FORBIDDEN", "user:orders")


async def test_leaving_takes_it_out_of_everything() -> None:
    talk = Conversation({"token": "u1 2000"})
    for channel in Channel:
        await talk.say("subscribe", {"channel": channel.value})
    talk.heard()
    talk.peer.leave()
    for channel in Channel:
        talk.bus.publish(Scope(channel, "u1" if channel in PRIVATE else None), b"1")

    assert talk.sent == []
    assert len(talk.expiries) == 0


def test_a_refusal_from_outside_is_counted_by_its_code() -> None:
    talk = Conversation()
    talk.peer.refuse(RateLimited(), 3)

    assert [message[0] for message in talk.heard()] == [3, "error"]
    counted = talk.registry.get_sample_value(
        "vezta_gateway_commands_total", {"code": "RATE_LIMITED"}
    )
    assert counted == 1
