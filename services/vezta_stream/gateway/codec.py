"""JSON as Socket.IO needs it: a stand-in for the `json` module, built on msgspec.

Compact, non-ASCII characters as themselves, and a `msgspec.Raw` in a value is embedded
byte for byte. Whatever goes wrong is a ValueError: no text from outside (deep nesting,
numbers out of range, lone surrogates, NaN) makes anything else of it.
"""

from typing import Any

import msgspec


def dumps(value: object, **_options: object) -> str:
    """Return `value` as JSON; floats that JSON does not know become null."""
    return encode(value).decode()


def encode(value: object) -> bytes:
    """Return `value` as JSON in UTF-8; floats that JSON does not know become null."""
    try:
        return msgspec.json.encode(value)
    except (ValueError, RecursionError):
        raise ValueError("no JSON for this value") from None


def loads(text: str | bytes, **_options: object) -> Any:
    """Return what the JSON text stands for."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
