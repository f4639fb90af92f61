"""What other processes may ask of a node's rooms, and which subscribers a room means. Pure."""

from typing import Final

import msgspec

from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.positions import Scope

# The sid that stands for all connections of a user.
USER_PREFIX: Final = "user:"


class Command(msgspec.Struct, frozen=True, tag_field="method", kw_only=True):
    """One message of the stock manager's channel."""

    namespace: str
    host_id: str = ""


class Emit(Command, frozen=True, tag="emit"):
    """Send an event with its arguments, JSON as it came, to a room."""

    event: str
    data: list[msgspec.Raw]
    room: str
    binary: bool = False


class Disconnect(Command, frozen=True, tag="disconnect"):
    """End one connection, or all of a user."""

    sid: str


class UnreadableCommand(ValueError):
    """Not JSON, or nothing that others may ask for."""


_decoder: Final[msgspec.json.Decoder[Emit | Disconnect]] = msgspec.json.Decoder(Emit | Disconnect)


def parse_command(message: bytes) -> Emit | Disconnect:
    """Read a message; raises UnreadableCommand. Nothing but JSON is ever decoded."""
    try:
        return _decoder.decode(message)
    except (ValueError, RecursionError) as error:
        raise UnreadableCommand(str(error)) from error


def scope_of(room: str) -> Scope | None:
    """Return whose subscribers a room means: `market:prices`, `user:orders:{userId}`."""
    try:
        channel = Channel(room)
    except ValueError:
        for private in PRIVATE:
            prefix = private.value + ":"
            if room.startswith(prefix) and len(room) > len(prefix):
                return Scope(private, room[len(prefix) :])
        return None
    return None if channel.private else Scope(channel)


def user_of(sid: str) -> str | None:
    """Return the user that a sid stands for; `None` for one connection's."""
    return sid[len(USER_PREFIX) :] or None if sid.startswith(USER_PREFIX) else None
