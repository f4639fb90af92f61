"""Kalshi's frames as raw records, keyed by market ticker."""

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

# Error codes after which a subscription delivers no more: channel error, buffer overflow.
_TERMINAL_CODES: Final = frozenset({10, 25})


class Message(msgspec.Struct, frozen=True, gc=False):
    """What is read of `msg`; `sid` is there in `subscribed`, `code` in `error`."""

    market_ticker: str | None = None
    sid: int | None = None
    code: int | None = None


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a frame says about itself. `seq` counts per `sid`, over all its markets."""

    type: str = ""
    sid: int | None = None
    seq: int | None = None
    market_ticker: str | None = None
    msg: Message | None = None

    @property
    def ticker(self) -> str | None:
        """The market it is about; control records name theirs outside `msg`."""
        ticker = self.market_ticker if self.msg is None else self.msg.market_ticker
        return usable(ticker or self.market_ticker)

    @property
    def ends_subscription(self) -> bool:
        """Whether it is an error after which its subscription is dead."""
        return self.type == "error" and self.msg is not None and self.msg.code in _TERMINAL_CODES

    def element(self, part: bytes) -> Element | None:
        """Return the record of the part that this heads, `None` for an acknowledgement."""
        return None if self.type in ACKNOWLEDGEMENTS else Element(self.ticker, part)


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    """A head whose `msg` is of another shape, as in the answer that lists subscriptions."""

    type: str = ""
    sid: int | None = None
    seq: int | None = None


_HEAD: Final = msgspec.json.Decoder(Head)
_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)


def split(frame: bytes) -> list[Element]:
    """Return the frame's records in order: the one object, or the elements of an array.

    A part that is no JSON object or names no market has no key. Never raises. Sequences
    are not looked at: that is `SequenceGuard`'s work.
    """
    return split_with(_read, frame)


def read_head(part: bytes) -> Head | None:
    """Return what a part says about itself, `None` if it is no message at all."""
    try:
        return _HEAD.decode(part)
    except MALFORMED:
        pass
    try:
        envelope = _ENVELOPE.decode(part)
    except MALFORMED:
        return None
    return Head(type=envelope.type, sid=envelope.sid, seq=envelope.seq)


def _read(part: bytes) -> Element | None:
    head = read_head(part)
    return keyless(part) if head is None else head.element(part)
