"""What a client may ask for, parsed strictly from what it sent."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from vezta_stream.core.channels import Channel
from vezta_stream.errors import InvalidRequest, UnknownChannel

# Names from outside are shown in messages up to this length.
_MAX_SHOWN: Final = 64
_CHANNELS: Final = {channel.value: channel for channel in Channel}


class Subscribe(NamedTuple):
    """Deliver this channel from now on."""

    channel: Channel


class Unsubscribe(NamedTuple):
    """Deliver this channel no longer."""

    channel: Channel


class Authenticate(NamedTuple):
    """Use this token from now on, without reconnecting."""

    token: str

    def __repr__(self) -> str:
        return "Authenticate(token=…)"  # tokens are never shown


Command = Subscribe | Unsubscribe | Authenticate


def parse(event: str, arguments: Sequence[object]) -> Command:
    """Return the command that an event and its decoded JSON arguments stand for.

    Exactly one argument, an object with exactly the documented fields. Raises
    `InvalidRequest` naming what is wrong, and `UnknownChannel`.
    """
    match event:
        case "subscribe":
            return Subscribe(_channel(arguments))
        case "unsubscribe":
            return Unsubscribe(_channel(arguments))
        case "authenticate":
            return Authenticate(_token(arguments))
        case _:
            raise InvalidRequest(f"unknown event {_shown(event)}")


def _channel(arguments: Sequence[object]) -> Channel:
    name = _only_field(arguments, "channel")
    channel = _CHANNELS.get(name)
    if channel is None:
        raise UnknownChannel(name)
    return channel


def _token(arguments: Sequence[object]) -> str:
    token = _only_field(arguments, "token")
    if not token:  # an empty token is none, and there is nothing to do without one
        raise InvalidRequest("field 'token' is empty")
    return token


def _only_field(arguments: Sequence[object], name: str) -> str:
    if len(arguments) != 1:
        raise InvalidRequest(f"expected one argument, got {len(arguments)}")
    body = arguments[0]
    if not isinstance(body, dict):
        raise InvalidRequest("the argument must be an object")
    if name not in body:
        raise InvalidRequest(f"field {name!r} is missing")
    for field in body:
        if field != name:
            raise InvalidRequest(f"unknown field {_shown(str(field))}")
    value = body[name]
    if not isinstance(value, str):
        raise InvalidRequest(f"field {name!r} must be a string")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…")
