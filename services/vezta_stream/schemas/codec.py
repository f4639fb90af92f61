"""JSON encoding and decoding of the contract's types.

Encoding gives compact UTF-8 with keys in the order of the fields. Decoding accepts
what feeds and backends send for decimals and times (numbers or strings) and keeps the
digits of JSON numbers exactly: no float is made on the way.
"""

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self

import msgspec

from vezta_stream.core.decimals import Fixed
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.core.times import Instant

# Longest record taken: an exchange's largest known book is a tenth of this.
MAX_RECORD_BYTES = 1_048_576
_MAX_DETAIL = 300


class Word(StrEnum):
    """An enumeration of the contract; accepted in any letter case, emitted as written here."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str):
            folded = value.lower()
            for member in cls:
                if member.value.lower() == folded:
                    return member
        return None


def encode(value: object) -> bytes:
    """Return `value` as compact JSON."""
    return _ENCODER.encode(value)


def decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    """Return a decoder of `type_` that understands the contract's scalar types."""
    return msgspec.json.Decoder(type_, dec_hook=_from_json, float_hook=_exact)


def decode_record(decoder_: msgspec.json.Decoder[Any], value: bytes) -> Any:
    """Decode one raw record or raise `Rejected` with the reason that the contract names."""
    if len(value) > MAX_RECORD_BYTES:
        raise Rejected(Reason.TOO_LARGE, f"{len(value)} bytes")
    try:
        return decoder_.decode(value)
    except msgspec.ValidationError as error:
        refusal = error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from None
    try:  # a wrong type is found before the rest is read: it may not be JSON at all
        msgspec.json.decode(value, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(error) from None
    # The library quotes what it refuses, which may be the whole record.
    raise _rejection(str(refusal)[:_MAX_DETAIL])


def _unreadable(error: Exception) -> Rejected:
    if isinstance(error, RecursionError):
        return Rejected(Reason.TOO_DEEP)
    return Rejected(Reason.NOT_JSON, str(error)[:_MAX_DETAIL])


def _rejection(message: str) -> Rejected:
    if message.startswith("Object missing required field"):
        return Rejected(Reason.MISSING_FIELD, message)
    if message.startswith("Expected `object`") and "`$." not in message and "`$[" not in message:
        return Rejected(Reason.NOT_OBJECT, message)
    return Rejected(Reason.BAD_VALUE, message)


def _exact(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except InvalidOperation:  # an exponent beyond what even Decimal holds
        return Decimal("NaN")  # refused, with its path, by the type that reads it


def _to_json(value: object) -> object:
    if isinstance(value, Fixed | Instant):
        return str(value)
    raise NotImplementedError(f"no JSON form of {type(value).__name__}")


def _from_json(type_: type[Any], value: object) -> object:
    if issubclass(type_, Fixed | Instant):
        return type_.parse(value)
    raise NotImplementedError(f"no reading of {type_.__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_to_json)
