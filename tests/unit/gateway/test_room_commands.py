import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.positions import Scope
from vezta_stream.gateway.room_commands import (
    Disconnect,
    Emit,
    UnreadableCommand,
    parse_command,
    scope_of,
    user_of,
)


def test_an_emit_keeps_its_arguments_as_they_came() -> None:
    message = b'{"method":"emit","event":"data","data":[{"p": 1.50}],"namespace":"/ws",'
    command = parse_command(message + b'"room":"market:prices","skip_sid":null,"host_id":"h"}')

    assert isinstance(command, Emit)
    assert bytes(command.data[0]) == b'{"p": 1.50}'


def test_a_disconnect_is_read() -> None:
    command = parse_command(b'{"method":"disconnect","sid":"s","namespace":"/ws","host_id":"h"}')

    assert command == Disconnect(sid="s", namespace="/ws", host_id="h")


@given(st.binary(max_size=50))
def test_anything_else_is_unreadable(message: bytes) -> None:
    with pytest.raises(UnreadableCommand):
        parse_command(message)


@pytest.mark.parametrize("room", ["", "everyone", "user:orders", "user:orders:", "market:nothing"])
def test_what_is_no_room_means_nobody(room: str) -> None:
    assert scope_of(room) is None


@pytest.mark.parametrize("channel", [c for c in Channel if not c.private])
def test_a_public_channel_is_a_room(channel: Channel) -> None:
    assert scope_of(channel.value) == Scope(channel)


@given(channel=st.sampled_from(sorted(PRIVATE)), user=st.text(min_size=1))
def test_a_users_part_of_a_private_channel_is_a_room(channel: Channel, user: str) -> None:
    assert scope_of(f"{channel.value}:{user}") == Scope(channel, user)


def test_a_sid_may_stand_for_a_user() -> None:
    assert user_of("user:u:1") == "u:1"
    assert user_of("user:") is None
    assert user_of("pX3k") is None
