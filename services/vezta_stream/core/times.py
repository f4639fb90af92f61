"""Instants: accepted in the forms that feeds use, rendered as the contract writes them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Self

# Anything outside is a unit mistake or garbage, not a time at which something traded.
EARLIEST_MS: Final = 946_684_800_000  # 2000-01-01
LATEST_MS: Final = 4_102_444_800_000  # 2100-01-01
# Numbers below are seconds, numbers from here on milliseconds: 1e11 s is the year 5138.
_MILLISECONDS_FROM: Final = 100_000_000_000
_MAX_EXPONENT: Final = 40

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NUMBER = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,9})?")


def parse_instant(value: object) -> int:
    """Return ms since 1970 of epoch seconds, epoch ms (numbers or digits) or RFC 3339.

    Fractions of a millisecond are cut off. Raises ValueError for anything else,
    and for instants outside the years 2000 to 2099.
    """
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) == 13:
            return _checked(int(value))  # what exchanges nearly always send
        if _NUMBER.fullmatch(value):
            return _from_number(value)
        return _checked(_from_rfc3339(value))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("not a time")
    if isinstance(value, Decimal) and abs(value.adjusted()) > _MAX_EXPONENT:
        raise ValueError("time out of range")  # its plain digits could fill the memory
    return _from_number(format(value, "f") if not isinstance(value, int) else str(value))


def render_instant(ms: int) -> str:
    """Return `ms` since 1970 as ISO 8601 UTC with milliseconds and `Z`."""
    seconds, millis = divmod(ms, 1000)
    return f"{_to_the_second(seconds)}.{millis:03d}Z"


class Instant:
    """A moment, in ms since 1970. `str()` gives the contract's form. Immutable."""

    __slots__ = ("ms",)

    ms: int

    def __init__(self, ms: int) -> None:
        object.__setattr__(self, "ms", ms)

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read what `parse_instant` accepts; raises ValueError for anything else."""
        return cls(parse_instant(value))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Instant is immutable")

    def __str__(self) -> str:
        return render_instant(self.ms)

    def __repr__(self) -> str:
        return f"Instant.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instant) and self.ms == other.ms

    def __hash__(self) -> int:
        return hash(self.ms)


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def _from_number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a time")
    whole, _, fraction = text.partition(".")
    number = int(whole)
    if number >= _MILLISECONDS_FROM:
        return _checked(number)
    return _checked(number * 1000 + int((fraction + "000")[:3]))


def _from_rfc3339(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone
    whole = datetime.fromisoformat(f"{day}T{clock}{zone}")
    seconds = (whole - _EPOCH) // timedelta(seconds=1)
    return seconds * 1000 + int(((fraction or "") + "000")[:3])


def _checked(ms: int) -> int:
    if not EARLIEST_MS <= ms < LATEST_MS:
        raise ValueError("time out of range")
    return ms
