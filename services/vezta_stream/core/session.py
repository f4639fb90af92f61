"""One connection's state: who it is, and what it is subscribed to."""

from typing import NamedTuple

from vezta_stream.core.channels import Channel
from vezta_stream.core.grants import Expired, Grant, Verdict, Verified
from vezta_stream.core.positions import Scope
from vezta_stream.errors import ChannelForbidden, TokenExpired, TokenInvalid, Unauthorized


class Join(NamedTuple):
    """The subscription is new: deliver the scope from now on."""

    scope: Scope


class Leave(NamedTuple):
    """The subscription ended: deliver the scope no longer."""

    scope: Scope


class Unchanged(NamedTuple):
    """What was asked for was so already."""


class Authenticated(NamedTuple):
    """The grant was replaced. `ended` are the subscriptions that the new one does not give."""

    grant: Grant
    ended: tuple[Scope, ...]


class Session:
    """Decides what one connection may do; owns its set of subscriptions.

    An anonymous connection can be bound to a user once; it stays that user's. Times are
    in seconds since 1970, passed in as `now`.
    """

    __slots__ = ("_grant", "_lapsed", "_scopes")

    def __init__(self, verdict: Verdict | None) -> None:
        """Open with what is known of the token at connect; `None` when there was none."""
        self._grant = verdict.grant if isinstance(verdict, Verified) else None
        self._lapsed = isinstance(verdict, Expired)
        self._scopes: dict[Channel, Scope] = {}

    @property
    def user(self) -> str | None:
        """Whose connection this is; `None` for an anonymous one."""
        return self._grant.user if self._grant else None

    @property
    def valid_until(self) -> float | None:
        """When the grant ends; `None` without one."""
        return self._grant.valid_until if self._grant else None

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What is subscribed to."""
        return tuple(self._scopes.values())

    def may_receive(self, scope: Scope, *, now: float) -> bool:
        """Whether a publication of this scope may be sent at `now`."""
        if scope.user is None:
            return True
        return (
            self._grant is not None
            and self._grant.user == scope.user
            and self._grant.is_live(now=now)
        )

    def admit(self, channel: Channel, *, now: float) -> Scope:
        """Return what a subscription to the channel delivers; changes nothing.

        Raises `Unauthorized`, `TokenExpired` or `ChannelForbidden`.
        """
        if not channel.private:
            return Scope(channel)
        if self._grant is None:
            raise TokenExpired(channel=channel) if self._lapsed else Unauthorized(channel)
        if not self._grant.is_live(now=now):
            raise TokenExpired(channel=channel)
        if channel not in self._grant.channels:
            raise ChannelForbidden(channel)
        return Scope(channel, self._grant.user)

    def subscribe(self, channel: Channel, *, now: float) -> Join | Unchanged:
        """Add the channel to the subscriptions; raises as `admit` does."""
        scope = self.admit(channel, now=now)
        if channel in self._scopes:
            return Unchanged()
        self._scopes[channel] = scope
        return Join(scope)

    def unsubscribe(self, channel: Channel) -> Leave | Unchanged:
        """Remove the channel from the subscriptions."""
        scope = self._scopes.pop(channel, None)
        return Unchanged() if scope is None else Leave(scope)

    def authenticate(self, verdict: Verdict) -> Authenticated:
        """Replace the grant, keeping the subscriptions that the new one gives as well.

        Raises `TokenExpired`, or `TokenInvalid` for another user's token; then nothing
        has changed.
        """
        if isinstance(verdict, Expired):
            raise TokenExpired
        grant = verdict.grant
        if self._grant is not None and self._grant.user != grant.user:
            raise TokenInvalid("the token is another user's")
        self._grant = grant
        lost = [c for c in self._scopes if c.private and c not in grant.channels]
        return Authenticated(grant, tuple(self._scopes.pop(channel) for channel in lost))

    def expire(self, *, now: float) -> tuple[Scope, ...]:
        """End and return the private subscriptions if the grant has ended; else nothing."""
        if self._grant is None or self._grant.is_live(now=now):
            return ()
        private = [channel for channel in self._scopes if channel.private]
        return tuple(self._scopes.pop(channel) for channel in private)

    def close(self) -> tuple[Scope, ...]:
        """End and return all subscriptions."""
        scopes = self.scopes
        self._scopes.clear()
        return scopes
