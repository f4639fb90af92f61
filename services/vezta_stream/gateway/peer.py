"""One connection on the namespace: its commands in their order, its answers, its data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vezta_stream.core.channels import Channel
from vezta_stream.core.commands import Authenticate, Subscribe, Unsubscribe, parse
from vezta_stream.core.grants import Expired, Verdict
from vezta_stream.core.limits import RateLimit
from vezta_stream.core.positions import Scope
from vezta_stream.core.session import Join, Leave, Session
from vezta_stream.core.times import render_instant
from vezta_stream.errors import (
    ChannelForbidden,
    ClientError,
    TokenExpired,
)
from vezta_stream.gateway import packets
from vezta_stream.gateway.expiry import Expiries
from vezta_stream.gateway.hub import Hub
from vezta_stream.gateway.tokens import presented
from vezta_stream.metrics import GatewayMetrics


class Verifier(Protocol):
    """Says what a token grants; see `tokens.TokenVerifier`."""

    def verify(self, token: str, *, now: float) -> Verdict: ...


class Outlet(Protocol):
    """Where a connection's packets go, in order."""

    def post(self, frame: str, /) -> bool:
        """Queue an encoded Engine.IO packet; False when it will not be sent."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """What the connections of one node share.

    `clock` gives seconds since 1970, `monotonic` seconds that never jump.
    """

    hub: Hub[str]
    verifier: Verifier
    expiries: Expiries
    rate_limit: RateLimit
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    metrics: GatewayMetrics


class Peer:
    """One connection that was admitted to the namespace.

    Everything it is sent goes through one outlet, in this order: acknowledgement,
    confirmation, data; nothing of a channel follows its `unsubscribed` or its
    `TOKEN_EXPIRED`. The caller hands over one event at a time.
    """

    def __init__(self, *, outlet: Outlet, node: Node, auth: object) -> None:
        """Admit a connection with the `auth` of its connect packet.

        Raises `TokenInvalid` when the token, if there is one, is not good.
        """
        now = node.clock()
        token = presented(auth)
        verdict = node.verifier.verify(token, now=now) if token is not None else None
        self._outlet = outlet
        self._node = node
        self._session = Session(verdict)
        self._gone = False
        # What became of the token: the label of the admissions metric.
        self.outcome = "anonymous" if verdict is None else "verified"
        if isinstance(verdict, Expired):
            self.outcome = "expired"
        self._watch()

    @property
    def user(self) -> str | None:
        """Whose connection it is; `None` for an anonymous one."""
        return self._session.user

    def greet(self) -> None:
        """Say what has to be said right after the connection was confirmed."""
        if self.outcome == "expired":
            self._post(packets.event("error", TokenExpired().body()))

    async def handle(self, name: str, arguments: Sequence[object], ack: int | None) -> None:
        """Carry out one event and answer it; `ack` is the acknowledgement asked for."""
        try:
            match parse(name, arguments):
                case Subscribe(channel):
                    await self._subscribe(channel, ack)
                case Unsubscribe(channel):
                    self._unsubscribe(channel, ack)
                case Authenticate(token):
                    self._authenticate(token, ack)
        except ClientError as error:
            self.refuse(error, ack)
        else:
            self._node.metrics.commands.labels("OK").inc()

    def refuse(self, error: ClientError, ack: int | None) -> None:
        """Answer an event with an error."""
        body = error.body()
        if ack is not None:
            self._post(packets.ack(ack, body))
        self._post(packets.event("error", body))
        self._node.metrics.commands.labels(error.code).inc()

    def offer(self, scope: Scope, frame: str) -> bool:
        """Queue a publication, unless it is private and the token has expired."""
        if scope.user is not None and not self._session.may_receive(scope, now=self._node.clock()):
            self._node.metrics.withheld.labels(scope.channel.value).inc()
            return False
        return self._outlet.post(frame)

    def expire(self, *, now: float) -> None:
        """End the private subscriptions if the grant has ended."""
        self._end(self._session.expire(now=now), TokenExpired)

    def leave(self) -> None:
        """End everything: the connection is gone, or leaves the namespace."""
        self._gone = True
        self._node.expiries.forget(self)
        for scope in self._session.close():
            self._node.hub.leave(scope, self)

    async def _subscribe(self, channel: Channel, ack: int | None) -> None:
        scope = self._session.admit(channel, now=self._node.clock())
        async with self._node.hub.opened(scope):
            if self._gone:
                return
            # Asked again: the token may have expired while the bus was slow.
            outcome = self._session.subscribe(channel, now=self._node.clock())
            self._confirm("subscribed", {"channel": channel.value}, ack)
            if isinstance(outcome, Join):
                self._node.hub.join(outcome.scope, self)

    def _unsubscribe(self, channel: Channel, ack: int | None) -> None:
        outcome = self._session.unsubscribe(channel)
        if isinstance(outcome, Leave):
            self._node.hub.leave(outcome.scope, self)
        self._confirm("unsubscribed", {"channel": channel.value}, ack)

    def _authenticate(self, token: str, ack: int | None) -> None:
        verdict = self._node.verifier.verify(token, now=self._node.clock())
        outcome = self._session.authenticate(verdict)
        self._watch()
        expires_at = render_instant(round(outcome.grant.expires_at * 1000))
        self._confirm("authenticated", {"expiresAt": expires_at}, ack)
        self._end(outcome.ended, lambda *, channel: ChannelForbidden(channel))

    def _end(self, scopes: Sequence[Scope], why: Callable[..., ClientError]) -> None:
        for scope in scopes:
            self._node.hub.leave(scope, self)
            self._post(packets.event("error", why(channel=scope.channel.value).body()))

    def _watch(self) -> None:
        if self._session.valid_until is not None:
            self._node.expiries.watch(self, valid_until=self._session.valid_until)

    def _confirm(self, name: str, body: dict[str, str], ack: int | None) -> None:
        if ack is not None:
            self._post(packets.ack(ack, {"event": name, "data": body}))
        self._post(packets.event(name, body))

    def _post(self, packet: str) -> None:
        self._outlet.post(packets.message(packet))
