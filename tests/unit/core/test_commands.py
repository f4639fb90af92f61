"""Parsing what clients ask for."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.channels import Channel
from vezta_stream.core.commands import Authenticate, Subscribe, Unsubscribe, parse
from vezta_stream.errors import InvalidRequest, UnknownChannel

EVENTS = ("subscribe", "unsubscribe", "authenticate")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_can_be_subscribed_to_and_unsubscribed_from(channel: Channel) -> None:
    body = {"channel": channel.value}

    assert parse("subscribe", [body]) == Subscribe(channel)
    assert parse("unsubscribe", [body]) == Unsubscribe(channel)


def test_authenticate_carries_its_token() -> None:
    assert parse("authenticate", [{"token": "a.b.c"}]) == Authenticate("a.b.c")


def test_a_token_is_never_shown() -> None:
    assert "secret" not in repr(Authenticate("secret"))


@pytest.mark.parametrize("event", ["", "Subscribe", "publish", "data", "message", "x" * 10_000])
def test_an_unknown_event_is_refused_with_a_short_message(event: str) -> None:
    with pytest.raises(InvalidRequest, match="unknown event") as refused:
        parse(event, [{"channel": "market:prices"}])

    assert len(str(refused.value)) < 100


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("arguments", [[], [{}, {}], [{"channel": "market:prices"}, None]])
def test_exactly_one_argument_is_expected(event: str, arguments: list[object]) -> None:
    with pytest.raises(InvalidRequest, match="expected one argument"):
        parse(event, arguments)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("body", [None, True, 1, 1.5, "market:prices", [], ["channel"], b"x"])
def test_the_argument_must_be_an_object(event: str, body: object) -> None:
    with pytest.raises(InvalidRequest, match="must be an object"):
        parse(event, [body])


@pytest.mark.parametrize(("event", "field"), [("subscribe", "channel"), ("authenticate", "token")])
def test_a_missing_field_is_named(event: str, field: str) -> None:
    with pytest.raises(InvalidRequest, match=f"'{field}' is missing"):
        parse(event, [{"Channel": "market:prices"}])


@pytest.mark.parametrize(("event", "field"), [("subscribe", "channel"), ("authenticate", "token")])
@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["market:prices"], b"x"])
def test_a_field_of_the_wrong_type_is_named(event: str, field: str, value: object) -> None:
    with pytest.raises(InvalidRequest, match=f"'{field}' must be a string"):
        parse(event, [{field: value}])


def test_an_unknown_field_is_named_and_cut_short() -> None:
    with pytest.raises(InvalidRequest, match="unknown field 'xxx") as refused:
        parse("subscribe", [{"channel": "market:prices", "x" * 10_000: 1}])

    assert len(str(refused.value)) < 100


def test_an_empty_token_cannot_authenticate() -> None:
    with pytest.raises(InvalidRequest, match="'token' is empty"):
        parse("authenticate", [{"token": ""}])


@pytest.mark.parametrize("name", ["", "market", "market:price", "Market:prices", "user:*", "**"])
def test_a_channel_that_does_not_exist_is_unknown(name: str) -> None:
    with pytest.raises(UnknownChannel) as refused:
        parse("subscribe", [{"channel": name}])

    assert refused.value.channel == name


@given(event=st.sampled_from(EVENTS) | st.text(), arguments=st.lists(json_values, max_size=3))
def test_whatever_arrives_gives_a_command_or_a_client_error(
    event: str, arguments: list[object]
) -> None:
    with suppress(InvalidRequest, UnknownChannel):
        assert isinstance(parse(event, arguments), Subscribe | Unsubscribe | Authenticate)
