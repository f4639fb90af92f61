"""How exchanges write numbers: several texts for one value, made once.

Inside the simulator a price is in mills (thousandths of a dollar, 0 to 1000) and a size
in micros (millionths of a share).
"""

from random import Random
from typing import Final
from uuid import UUID

MILLS: Final = 1000
SHARE: Final = 1_000_000


def _fixed(mills: int, digits: int) -> str:
    text = f"{mills // MILLS}.{mills % MILLS:03d}0"
    return text[: 2 + digits] if mills % 10 == 0 or digits > 2 else text[:5]


# "0.5", "0.51", "0.501", "1"
TRIMMED: Final = tuple(_fixed(mills, 3).rstrip("0").rstrip(".") for mills in range(MILLS + 1))
# "0.50", "0.501"
PADDED: Final = tuple(_fixed(mills, 2) for mills in range(MILLS + 1))
# ".5", ".501"
BARE: Final = tuple(text.lstrip("0") or "0" for text in TRIMMED)
# By number of digits; two digits become three where two cannot say it.
DOLLARS: Final = {
    digits: tuple(_fixed(mills, digits) for mills in range(MILLS + 1)) for digits in (2, 3, 4)
}


def size_text(micros: int) -> str:
    """Return a size without trailing zeros: "300", "40.09"."""
    whole, fraction = divmod(micros, SHARE)
    return f"{whole}.{fraction:06d}".rstrip("0") if fraction else str(whole)


def count_text(micros: int) -> str:
    """Return a signed size with two digits: "300.00", "-54.00"."""
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{micros // SHARE}.{micros % SHARE // 10_000:02d}"


def hex_text(rng: Random, digits: int) -> str:
    """Return random hexadecimal digits, as in hashes."""
    return f"{rng.getrandbits(4 * digits):0{digits}x}"


def uuid_text(rng: Random) -> str:
    """Return a random UUID (version 4)."""
    return str(UUID(int=rng.getrandbits(128), version=4))
