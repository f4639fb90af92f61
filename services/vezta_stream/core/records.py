"""Raw records as normalisers see them, and why one may be refused."""

from enum import StrEnum
from typing import NamedTuple


class RawRecord(NamedTuple):
    """What a raw topic's record says, without the log around it.

    `received_at` is when the frame reached us, in ms since 1970. `use_yes_price` says
    whether Kalshi's NO-side prices in it are YES-leg prices already.
    """

    key: str | None
    value: bytes
    received_at: int
    use_yes_price: bool = False


class Reason(StrEnum):
    """Why a record gave no publication."""

    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    MISSING_FIELD = "missing_field"
    BAD_VALUE = "bad_value"
    UNKNOWN_MARKET = "unknown_market"
    UNKNOWN_TYPE = "unknown_type"
    DUPLICATE = "duplicate"
    STALE = "stale"
    RESOLVED = "resolved"

    @property
    def is_dead_letter(self) -> bool:
        """Whether the record is kept as a dead letter; the others are only counted."""
        return self not in _COUNTED_ONLY


_COUNTED_ONLY = frozenset({Reason.UNKNOWN_TYPE, Reason.DUPLICATE, Reason.STALE, Reason.RESOLVED})


class Rejected(Exception):
    """Raised by a normaliser for a record that gives no publication.

    The normaliser's state is then as if the record had not been there.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
