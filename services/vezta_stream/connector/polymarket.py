"""Polymarket's frames as raw records, keyed by condition id.

There are no sequence numbers, so there is nothing to guard: a loss cannot be seen here.
"""

from typing import Final

import msgspec

from vezta_stream.connector.frames import (
    ACKNOWLEDGEMENTS,
    MALFORMED,
    Element,
    keyless,
    split_with,
    usable,
)


class _Head(msgspec.Struct, gc=False):
    """All that is read of an element; `type` as JSON, because other messages may use it."""

    market: str | None = None
    type: msgspec.Raw = msgspec.Raw(b"")


_HEAD: Final = msgspec.json.Decoder(_Head)
_ACKNOWLEDGEMENTS: Final = frozenset(f'"{word}"'.encode() for word in ACKNOWLEDGEMENTS)


def split(frame: bytes) -> list[Element]:
    """Return the frame's records in order: the elements of an array, or the one object.

    A part that is no JSON object or names no market has no key. Never raises.
    """
    return split_with(_read, frame)


def _read(part: bytes) -> Element | None:
    try:
        head = _HEAD.decode(part)
    except MALFORMED:
        return keyless(part)
    key = usable(head.market)
    if key is None and bytes(head.type) in _ACKNOWLEDGEMENTS:
        return None
    return Element(key, part)
