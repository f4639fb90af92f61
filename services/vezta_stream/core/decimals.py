"""Exact decimals as scaled integers; never float.

The contract writes every price, size, amount and percentage as a JSON string with a
fixed number of fraction digits. Inside, such a value is an integer of units
(millionths for six digits), so arithmetic on it is exact.
"""

import re
from decimal import Decimal
from typing import ClassVar, Final, Self

MICROS: Final = 1_000_000
# Larger values are garbage, not money: the whole world trades less than this.
_MAX_WHOLE_DIGITS: Final = 15
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)


def parse_units(text: str, digits: int) -> int:
    """Return the plain decimal `text` in units of 10^-digits, rounded half up.

    Half up means away from zero at the middle. Accepts `.48` and `5.`; raises
    ValueError for exponents, NaN, infinities, spaces, underscores, other scripts'
    digits and values of more than 15 whole digits.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise ValueError("not a plain decimal")
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if not whole and not fraction:
        raise ValueError("not a plain decimal")
    if len(whole.lstrip("0")) > _MAX_WHOLE_DIGITS:
        raise ValueError("number out of range")
    kept = fraction[:digits].ljust(digits, "0")
    units = int((whole + kept) or "0")
    if len(fraction) > digits and fraction[digits] >= "5":
        units += 1
    return -units if sign == "-" else units


def render_units(units: int, digits: int) -> str:
    """Return `units` of 10^-digits with exactly `digits` (at least 1) fraction digits."""
    text = str(abs(units)).rjust(digits + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half up (away from zero at the middle)."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


class Fixed:
    """An exact decimal with a fixed number of fraction digits.

    Subclasses fix the digits and the values that make sense. Immutable, hashable,
    comparable within its own type; `str()` gives the contract's digits.
    """

    __slots__ = ("units",)

    digits: ClassVar[int]
    lowest: ClassVar[int | None] = None
    highest: ClassVar[int | None] = None

    units: int

    def __init__(self, units: int) -> None:
        if self.lowest is not None and units < self.lowest:
            raise ValueError("number below its range")
        if self.highest is not None and units > self.highest:
            raise ValueError("number above its range")
        object.__setattr__(self, "units", units)

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read a JSON number (int or Decimal) or a plain decimal string, rounded half up.

        Raises ValueError for anything else and for values outside the type's range.
        """
        if isinstance(value, str):
            return cls(parse_units(value, cls.digits))
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValueError("not a number")
        if isinstance(value, int):
            if abs(value) >= 10**_MAX_WHOLE_DIGITS:
                raise ValueError("number out of range")
            return cls(value * 10**cls.digits)
        if not value.is_finite() or not -40 < value.adjusted() < _MAX_WHOLE_DIGITS:
            if value == 0:
                return cls(0)
            raise ValueError("number out of range")
        return cls(parse_units(format(value, "f"), cls.digits))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __str__(self) -> str:
        return render_units(self.units, self.digits)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fixed) and (self.digits, self.units) == (other.digits, other.units)

    def __hash__(self) -> int:
        return hash((self.digits, self.units))


class Signed6(Fixed):
    """Money or a price change: six digits, either sign."""

    __slots__ = ()
    digits = 6


class Size(Fixed):
    """A quantity: six digits, never negative."""

    __slots__ = ()
    digits = 6
    lowest = 0


class Price(Fixed):
    """A price between 0 and 1, six digits."""

    __slots__ = ()
    digits = 6
    lowest = 0
    highest = MICROS


class Usd(Fixed):
    """An amount in USD, two digits, never negative."""

    __slots__ = ()
    digits = 2
    lowest = 0


class Percent(Fixed):
    """A percentage, four digits, either sign."""

    __slots__ = ()
    digits = 4
