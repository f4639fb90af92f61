"""What the records of the platform's own backends have in common."""

from typing import Annotated, Generic, TypeVar

import msgspec

from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.schemas.codec import decode_record, decoder

# Ids are opaque. They become keys of topics and of the bus: never empty, never huge.
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]

T = TypeVar("T")


class UserRecord(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A record about one user and nobody else."""

    user_id: Id


UserRecordT = TypeVar("UserRecordT", bound=UserRecord)


class UserReader(Generic[UserRecordT]):
    """Reads the records of one user topic."""

    def __init__(self, type_: type[UserRecordT]) -> None:
        self._decoder = decoder(type_)

    def read(self, record: RawRecord) -> UserRecordT:
        """Return the record's content, or raise `Rejected`.

        A record under another key than its user is refused: its place in the order of
        either user is unknown, and one of the two names is wrong. A record without a key
        is taken at its word.
        """
        content: UserRecordT = decode_record(self._decoder, record.value)
        if record.key is not None and record.key != content.user_id:
            raise Rejected(Reason.BAD_VALUE, "the record's key is not its `userId`")
        return content


def given(value: T | None) -> T | msgspec.UnsetType:
    """Return `value`, or what leaves its field out of the payload when there is none."""
    return msgspec.UNSET if value is None else value
