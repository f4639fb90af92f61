"""From one received frame to raw records, as far as both exchanges agree.

Nothing here raises on any bytes: what cannot be understood becomes a record without a
key, its bytes unchanged, for the ingestor to refuse with its reason.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from vezta_stream.schemas.codec import MAX_RECORD_BYTES

# Exchanges send frames of up to about 2 MiB; what is far larger is not even parsed.
MAX_FRAME_BYTES: Final = 8 * 1_048_576
# Identifiers have less than a hundred characters: longer ones are garbage, and would
# make every record carry them twice.
MAX_KEY_CHARS: Final = 256

# What `msgspec` raises on bytes that do not fit: wrong UTF-8 is a ValueError.
MALFORMED: Final = (msgspec.MsgspecError, ValueError, RecursionError)

# Answers to our own commands, and signs of life: neither records nor rejections.
ACKNOWLEDGEMENTS: Final = frozenset({"subscribed", "unsubscribed", "ok", "heartbeat"})
_SIGNS_OF_LIFE: Final = frozenset({b"", b"PING", b"PONG", b"heartbeat"})

_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Element(NamedTuple):
    """One raw record to produce: its market's key where it has one, and its bytes."""

    key: str | None
    value: bytes


def parts(frame: bytes) -> list[bytes]:
    """Return the bytes of each element of an array frame, or the frame itself.

    Each element's bytes are as received. Empty frames and the exchanges' textual signs
    of life give nothing. A frame over `MAX_FRAME_BYTES` is one part.
    """
    if frame.startswith(b"{") or len(frame) > MAX_FRAME_BYTES:
        return [frame]
    stripped = frame.strip()
    if stripped in _SIGNS_OF_LIFE:
        return []
    if not stripped.startswith(b"["):
        return [frame]
    try:
        return [bytes(raw) for raw in _ARRAY.decode(frame)]
    except MALFORMED:
        return [frame]


def split_with(read: Callable[[bytes], Element | None], frame: bytes) -> list[Element]:
    """Return the records of a frame in order; `read` gives one part's, or `None` for none."""
    elements = []
    for part in parts(frame):
        element = keyless(part) if len(part) > MAX_RECORD_BYTES else read(part)
        if element is not None:
            elements.append(element)
    return elements


def keyless(part: bytes) -> Element:
    """Return a part that cannot be attributed to a market as a record.

    Over `MAX_RECORD_BYTES` it is cut to one byte more: the ingestor refuses it as too
    large all the same, and no log has to take megabytes.
    """
    return Element(None, part[: MAX_RECORD_BYTES + 1])


def usable(key: str | None) -> str | None:
    """Return `key` if it can be a record's key, else `None`."""
    return key if key and len(key) <= MAX_KEY_CHARS else None
