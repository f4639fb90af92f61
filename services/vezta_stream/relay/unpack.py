"""What a channel record says: the scope it belongs to and its entry for the bus."""

from enum import StrEnum

from vezta_stream.bus.base import Entry
from vezta_stream.core import channels, wire
from vezta_stream.core.positions import Lane, Scope, SourcePosition
from vezta_stream.log.base import Record


class Unreadable(StrEnum):
    """Why a channel record cannot be published."""

    VERSION = "version"  # not of a version that this node understands
    LANE = "lane"  # its lane or source position is missing or no such thing
    KEY = "key"  # it has no key, or one that is not text
    USER = "user"  # private without a user, or public with one


class UnreadableRecord(Exception):
    """Raised for a channel record that is to be counted and passed over."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason


def unpack(record: Record) -> tuple[Scope, Entry]:
    """Return the scope and the entry of a record of a channel topic.

    Raises `UnreadableRecord` for one that says neither clearly.
    """
    headers = dict(record.headers)
    scope = _scope(record.topic, headers.get(wire.USER))
    lane, source = _origin(headers)
    return scope, Entry(lane, source, _text(record.key, Unreadable.KEY), _data(record.value))


def _scope(topic: str, user: bytes | None) -> Scope:
    channel = channels.BY_TOPIC[topic]
    if not channel.private:
        if user is not None:
            raise UnreadableRecord(Unreadable.USER)  # somebody's: the public must not get it
        return Scope(channel)
    return Scope(channel, _text(user, Unreadable.USER))


def _origin(headers: dict[str, bytes]) -> tuple[Lane, SourcePosition]:
    try:
        return (
            wire.lane_from_bytes(headers[wire.LANE]),
            wire.source_from_bytes(headers[wire.SOURCE]),
        )
    except (KeyError, ValueError):
        raise UnreadableRecord(Unreadable.LANE) from None


def _text(value: bytes | None, otherwise: Unreadable) -> str:
    """Return what must be there as text; raises `UnreadableRecord` otherwise."""
    if not value:
        raise UnreadableRecord(otherwise)
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise UnreadableRecord(otherwise) from None


def _data(value: bytes | None) -> bytes | None:
    if value is None:
        return None
    try:
        return wire.unwrap(value)
    except ValueError:
        raise UnreadableRecord(Unreadable.VERSION) from None
