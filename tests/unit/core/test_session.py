"""One connection's state machine."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.grants import Expired, Grant, Verified
from vezta_stream.core.positions import Scope
from vezta_stream.core.session import Authenticated, Join, Leave, Session, Unchanged
from vezta_stream.errors import (
    ChannelForbidden,
    ClientError,
    TokenExpired,
    TokenInvalid,
    Unauthorized,
)

NOW = 1000.0
PRICES, ORDERS, PORTFOLIO = Channel.MARKET_PRICES, Channel.USER_ORDERS, Channel.USER_PORTFOLIO


def verified(
    user: str = "u1", *, until: float = NOW + 60, channels: frozenset[Channel] = PRIVATE
) -> Verified:
    """A good token."""
    return Verified(Grant(user, channels, until, until))


@pytest.mark.parametrize("channel", sorted(set(Channel) - PRIVATE))
def test_public_channels_need_no_token(channel: Channel) -> None:
    assert Session(None).subscribe(channel, now=NOW) == Join(Scope(channel))


@pytest.mark.parametrize("channel", sorted(PRIVATE))
def test_private_channels_need_a_token(channel: Channel) -> None:
    with pytest.raises(Unauthorized):
        Session(None).subscribe(channel, now=NOW)


@pytest.mark.parametrize("channel", sorted(PRIVATE))
def test_a_private_subscription_is_to_the_users_own_scope(channel: Channel) -> None:
    assert Session(verified("u1")).subscribe(channel, now=NOW) == Join(Scope(channel, "u1"))


def test_a_token_that_expired_before_connect_is_reported_as_expired() -> None:
    session = Session(Expired())

    assert session.user is None
    with pytest.raises(TokenExpired) as refused:
        session.subscribe(ORDERS, now=NOW)
    assert refused.value.channel == "user:orders"


def test_a_token_that_expired_meanwhile_grants_nothing_new() -> None:
    session = Session(verified(until=NOW))

    with pytest.raises(TokenExpired):
        session.subscribe(ORDERS, now=NOW)


def test_a_narrowed_token_forbids_the_other_channels() -> None:
    session = Session(verified(channels=frozenset({ORDERS})))

    assert isinstance(session.subscribe(ORDERS, now=NOW), Join)
    with pytest.raises(ChannelForbidden):
        session.subscribe(PORTFOLIO, now=NOW)


def test_expiry_is_looked_at_before_the_grant() -> None:
    session = Session(verified(until=NOW, channels=frozenset()))

    with pytest.raises(TokenExpired):
        session.subscribe(ORDERS, now=NOW)


def test_subscribing_twice_changes_nothing() -> None:
    session = Session(None)
    session.subscribe(PRICES, now=NOW)

    assert session.subscribe(PRICES, now=NOW) == Unchanged()


def test_admitting_does_not_subscribe() -> None:
    session = Session(None)

    assert session.admit(PRICES, now=NOW) == Scope(PRICES)
    assert session.scopes == ()


def test_unsubscribing_leaves_once() -> None:
    session = Session(None)
    session.subscribe(PRICES, now=NOW)

    assert session.unsubscribe(PRICES) == Leave(Scope(PRICES))
    assert session.unsubscribe(PRICES) == Unchanged()


def test_expiry_ends_private_subscriptions_and_keeps_public_ones() -> None:
    session = Session(verified(until=NOW + 60))
    session.subscribe(PRICES, now=NOW)
    session.subscribe(ORDERS, now=NOW)

    assert session.expire(now=NOW + 59) == ()
    assert session.expire(now=NOW + 60) == (Scope(ORDERS, "u1"),)
    assert session.expire(now=NOW + 61) == ()
    assert session.scopes == (Scope(PRICES),)


def test_an_anonymous_session_never_expires() -> None:
    session = Session(None)

    assert session.valid_until is None
    assert session.expire(now=NOW) == ()


def test_a_refresh_keeps_subscriptions_beyond_the_old_expiry() -> None:
    session = Session(verified(until=NOW + 60))
    session.subscribe(ORDERS, now=NOW)
    fresh = verified(until=NOW + 900)

    assert session.authenticate(fresh) == Authenticated(fresh.grant, ())
    assert session.valid_until == NOW + 900
    assert session.expire(now=NOW + 61) == ()


def test_a_narrower_refresh_ends_what_it_does_not_grant() -> None:
    session = Session(verified())
    for channel in (PRICES, ORDERS, PORTFOLIO):
        session.subscribe(channel, now=NOW)

    outcome = session.authenticate(verified(channels=frozenset({ORDERS})))

    assert outcome.ended == (Scope(PORTFOLIO, "u1"),)
    assert session.scopes == (Scope(PRICES), Scope(ORDERS, "u1"))


@pytest.mark.parametrize("at_connect", [None, Expired()])
def test_an_anonymous_session_can_be_bound_once(at_connect: Expired | None) -> None:
    session = Session(at_connect)
    session.authenticate(verified("u1"))

    assert session.user == "u1"
    assert session.subscribe(ORDERS, now=NOW) == Join(Scope(ORDERS, "u1"))
    with pytest.raises(TokenInvalid):
        session.authenticate(verified("u2"))


def test_an_expired_session_stays_its_users() -> None:
    session = Session(verified("u1", until=NOW))

    with pytest.raises(TokenInvalid):
        session.authenticate(verified("u2"))
    session.authenticate(verified("u1"))
    assert session.subscribe(ORDERS, now=NOW) == Join(Scope(ORDERS, "u1"))


@pytest.mark.parametrize("bad", [verified("u2", until=NOW + 900), Expired()])
def test_a_failed_refresh_changes_nothing(bad: Verified | Expired) -> None:
    session = Session(verified("u1", until=NOW + 60))
    session.subscribe(ORDERS, now=NOW)

    with pytest.raises(ClientError):
        session.authenticate(bad)
    assert (session.user, session.valid_until) == ("u1", NOW + 60)
    assert session.scopes == (Scope(ORDERS, "u1"),)


def test_a_private_publication_may_be_received_only_by_its_user_and_in_time() -> None:
    session = Session(verified("u1", until=NOW + 60))

    assert session.may_receive(Scope(PRICES), now=NOW + 999)
    assert session.may_receive(Scope(ORDERS, "u1"), now=NOW)
    assert not session.may_receive(Scope(ORDERS, "u1"), now=NOW + 60)
    assert not session.may_receive(Scope(ORDERS, "u2"), now=NOW)
    assert not Session(None).may_receive(Scope(ORDERS, "u1"), now=NOW)


def test_closing_ends_everything() -> None:
    session = Session(verified())
    session.subscribe(PRICES, now=NOW)
    session.subscribe(ORDERS, now=NOW)

    assert session.close() == (Scope(PRICES), Scope(ORDERS, "u1"))
    assert session.close() == ()


class Life(RuleBasedStateMachine):
    """Whatever happens in whatever order, nobody is subscribed to what is not theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(None)
        self.now = NOW
        self.joined: set[Scope] = set()
        self.owner: str | None = None

    @rule(channel=st.sampled_from(Channel))
    def subscribe(self, channel: Channel) -> None:
        try:
            outcome = self.session.subscribe(channel, now=self.now)
        except ClientError:
            return
        if isinstance(outcome, Join):
            assert outcome.scope not in self.joined
            self.joined.add(outcome.scope)

    @rule(channel=st.sampled_from(Channel))
    def unsubscribe(self, channel: Channel) -> None:
        outcome = self.session.unsubscribe(channel)
        if isinstance(outcome, Leave):
            self.joined.remove(outcome.scope)
        assert all(scope.channel is not channel for scope in self.joined)

    @rule(
        user=st.sampled_from(["u1", "u2"]),
        ttl=st.floats(1, 100),
        channels=st.frozensets(st.sampled_from(sorted(PRIVATE))),
    )
    def authenticate(self, user: str, ttl: float, channels: frozenset[Channel]) -> None:
        try:
            outcome = self.session.authenticate(
                verified(user, until=self.now + ttl, channels=channels)
            )
        except TokenInvalid:
            assert self.owner not in (None, user)
            return
        self.owner = user
        self.joined -= set(outcome.ended)

    @rule(step=st.floats(0, 50))
    def pass_time(self, step: float) -> None:
        self.now += step
        self.joined -= set(self.session.expire(now=self.now))

    @invariant()
    def subscriptions_are_the_owners_and_in_time(self) -> None:
        assert set(self.session.scopes) == self.joined
        for scope in self.joined:
            assert scope.user is None or scope.user == self.owner
            assert self.session.may_receive(scope, now=self.now)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=20)
