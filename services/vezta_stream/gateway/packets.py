"""Socket.IO packets as text: strict reading, ready-made writing. Pure.

The format is `type [attachments "-"] ["/" namespace ","] [id] [JSON]`. Binary is not
part of the contract: a binary event is recognised, so that it can be answered, and its
attachments are counted and thrown away. So is an event that makes no sense: who sent it
is told.
"""

import re
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from vezta_stream.core.channels import Channel
from vezta_stream.core.envelopes import envelope
from vezta_stream.gateway import codec

NAMESPACE: Final = "/ws"
# As many as Socket.IO's own server takes.
MAX_ATTACHMENTS: Final = 10
_MAX_NAMESPACE_LENGTH: Final = 128

_PACKET: Final = re.compile(
    r"([0-6])(?:([0-9]{1,9})-)?(?:(/[^,]*)(?:,|\Z)|(?!/))([0-9]{1,15})?(?![0-9])(.*)", re.DOTALL
)
# Socket.IO's own events: a client that sends one is not a Socket.IO client.
_RESERVED: Final = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)


class PacketType(IntEnum):
    """What a packet is for; the numbers are the protocol's."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


EVENTS: Final = (PacketType.EVENT, PacketType.BINARY_EVENT)


class Violation(StrEnum):
    """How a connection broke the protocol."""

    EMPTY = "empty"
    ENGINE_TYPE = "engine_type"
    PACKET_TYPE = "packet_type"
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    BAD_BODY = "bad_body"
    RESERVED_EVENT = "reserved_event"
    ATTACHMENT = "attachment"
    NAMESPACE = "namespace"
    NOT_CONNECTED = "not_connected"
    CONNECTED_TWICE = "connected_twice"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    FRAMING = "framing"
    OVERLAP = "overlap"
    BAD_REQUEST = "bad_request"


class Packet(NamedTuple):
    """One packet from a client. `data` is decoded JSON, fit for its type.

    CONNECT: an object or `None`. EVENT and BINARY_EVENT: a list whose first element is
    the name, or the `Violation` to answer when there is no such list. ACK: a list.
    """

    type: PacketType
    namespace: str
    id: int | None
    data: object


class Reader:
    """Reads one connection's messages into packets."""

    __slots__ = ("_attachments",)

    def __init__(self) -> None:
        self._attachments = 0  # still to come, and to be thrown away

    def feed(self, message: str | None) -> Packet | Violation | None:
        """Take one Engine.IO message, `None` standing for a binary one.

        Returns `None` when it completes nothing.
        """
        if message is None:
            if self._attachments == 0:
                return Packet(PacketType.BINARY_EVENT, NAMESPACE, None, Violation.ATTACHMENT)
            self._attachments -= 1
            return None
        if self._attachments:
            return Violation.ATTACHMENT  # text where an attachment was announced
        match = _PACKET.fullmatch(message)
        if match is None:
            return Violation.PACKET_TYPE if message else Violation.EMPTY
        kind, attachments, namespace, number, text = match.groups()
        packet = _packet(PacketType(int(kind)), namespace, number, text)
        if isinstance(packet, Violation):
            return packet
        return self._expect(packet, attachments)

    def _expect(self, packet: Packet, attachments: str | None) -> Packet | Violation:
        binary = packet.type in (PacketType.BINARY_EVENT, PacketType.BINARY_ACK)
        if not binary and attachments is None:
            return packet
        if not binary or not 1 <= int(attachments or 0) <= MAX_ATTACHMENTS:
            return Violation.ATTACHMENT
        self._attachments = int(attachments or 0)
        return packet


def _packet(
    kind: PacketType, namespace: str | None, number: str | None, text: str
) -> Packet | Violation:
    name = (namespace or "/").partition("?")[0]
    if len(name) > _MAX_NAMESPACE_LENGTH:
        return Violation.NAMESPACE
    packet = Packet(kind, name, int(number) if number is not None else None, _data(text))
    flaw = _flaw(packet)
    if kind in EVENTS and flaw in (Violation.NOT_JSON, Violation.BAD_BODY):
        return packet._replace(data=flaw)
    return flaw or packet


def _data(text: str) -> object:
    """Return what the text stands for, or that it stands for nothing."""
    try:
        return codec.loads(text) if text else None
    except ValueError:
        return Violation.NOT_JSON


def _flaw(packet: Packet) -> Violation | None:
    """What is wrong with a packet's data, given its type."""
    data = packet.data
    if isinstance(data, Violation):
        return data
    match packet.type:
        case PacketType.CONNECT:
            return None if data is None or isinstance(data, dict) else Violation.BAD_BODY
        case PacketType.DISCONNECT:
            return None if data is None else Violation.BAD_BODY
        case PacketType.EVENT | PacketType.BINARY_EVENT:
            if not isinstance(data, list) or not data or not isinstance(data[0], str):
                return Violation.BAD_BODY
            return Violation.RESERVED_EVENT if data[0] in _RESERVED else None
        case PacketType.ACK | PacketType.BINARY_ACK:
            if not isinstance(data, list) or packet.id is None:
                return Violation.BAD_BODY
            return None
        case PacketType.CONNECT_ERROR:
            return Violation.PACKET_TYPE


def connect(sid: str) -> str:
    """Return the packet that admits a client to the namespace."""
    return f"0{NAMESPACE}," + codec.dumps({"sid": sid})


def connect_error(namespace: str, body: object) -> str:
    """Return the packet that refuses a client."""
    prefix = "4" if namespace == "/" else f"4{namespace},"
    return prefix + codec.dumps(body)


def event(name: str, body: object) -> str:
    """Return the packet of an event with one argument."""
    return f"2{NAMESPACE}," + codec.dumps([name, body])


def ack(number: int, body: object) -> str:
    """Return the acknowledgement of the event that asked for it with this number."""
    return f"3{NAMESPACE},{number}" + codec.dumps([body])


def data(channel: Channel, payload: bytes) -> str:
    """Return the `data` event of a publication around the payload's own bytes.

    Raises UnicodeDecodeError for a payload that is not UTF-8.
    """
    return f'2{NAMESPACE},["data",{envelope(channel, payload).decode()}]'


def message(packet: str) -> str:
    """Return the Engine.IO packet that carries a Socket.IO packet."""
    return "4" + packet
