"""Engine.IO packets, and payloads: several packets in one HTTP body. Pure."""

import base64
from collections.abc import Sequence
from typing import Final

from vezta_stream.gateway.packets import Violation

# Whole packets, as they are sent.
CLOSE: Final = "1"
PING: Final = "2"
PROBE: Final = "2probe"
PROBED: Final = "3probe"
UPGRADE: Final = "5"
NOOP: Final = "6"
# Python's Engine.IO client reads no more from one response, and JavaScript's sends fewer.
MAX_PACKETS: Final = 16

_SEPARATOR: Final = "\x1e"

Frame = str | bytes


def read_payload(body: bytes) -> list[str] | Violation:
    """Return the packets in a request's body, or what is wrong with it."""
    try:
        packets = body.decode().split(_SEPARATOR, MAX_PACKETS)
    except UnicodeDecodeError:
        return Violation.NOT_UTF8
    return packets if len(packets) <= MAX_PACKETS else Violation.TOO_MANY


def write_payload(frames: Sequence[Frame]) -> bytes:
    """Return the body of a response that carries these packets."""
    return _SEPARATOR.join(
        frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode()
        for frame in frames
    ).encode()
