"""What goes to and comes from the scripts and the pub/sub channels, as bytes.

A message is a version byte, the epoch, a space, the first `seq`, a line feed, and for
each publication the lengths of key and data (two 32-bit numbers), key and data.
"""

from collections.abc import Sequence
from struct import Struct
from struct import error as StructError
from typing import Final

from vezta_stream.bus.base import Batch, Entry, Item
from vezta_stream.core.positions import Lane, Scope, SourcePosition
from vezta_stream.core.wire import lane_to_bytes

_VERSION: Final = b"\x01"
_LENGTHS: Final = Struct(">II")

# How the log marks an entry that was stored without being published.
_UNPUBLISHED: Final = b"u"


class UnreadableMessage(ValueError):
    """A message of another version, or cut short."""


def publish_arguments(entries: Sequence[Entry]) -> list[bytes | str | int]:
    """Return what `publish.lua` takes for these entries: lanes, then entries."""
    lanes: dict[Lane, int] = {}
    rows: list[bytes | str | int] = []
    for lane, source, key, data in entries:
        number = lanes.setdefault(lane, len(lanes) + 1)
        if data is None:
            rows += (-number, _source(source), key, b"")
        else:
            rows += (number, _source(source), key, data)
    return [len(lanes), *map(lane_to_bytes, lanes), *rows]


def _source(source: SourcePosition) -> str:
    """Return digits of fixed width: their order as text is that of the numbers."""
    return f"{source.offset:020d}{source.output:012d}"


def read_message(scope: Scope, message: bytes) -> Batch:
    """Read what `publish.lua` publishes; raises UnreadableMessage."""
    if message[:1] != _VERSION:
        raise UnreadableMessage(f"version {message[:1]!r}")
    head = message.find(b"\n")
    epoch, _, first = message[1:head].decode().partition(" ")
    try:
        return Batch(scope, epoch, _read_items(message, head + 1, int(first)))
    except (ValueError, StructError) as error:
        raise UnreadableMessage(str(error)) from error


def _read_items(message: bytes, at: int, seq: int) -> list[Item]:
    items: list[Item] = []
    while at < len(message):
        key_bytes, data_bytes = _LENGTHS.unpack_from(message, at)
        data_at = at + _LENGTHS.size + key_bytes
        at = data_at + data_bytes
        key = message[data_at - key_bytes : data_at].decode()
        items.append(Item(seq, key, message[data_at:at]))
        seq += 1
    if at != len(message):
        raise ValueError("cut short")
    return items


def read_log_entry(entry: Sequence[object]) -> tuple[Item, bool]:
    """Read one entry of a log: the item, and whether it was published."""
    name, fields = entry
    assert isinstance(name, bytes)
    assert isinstance(fields, list)
    seq = int(name.partition(b"-")[0])
    return Item(seq, fields[1].decode(), fields[3]), _UNPUBLISHED not in fields[4::2]


def read_last_values(values: Sequence[bytes]) -> list[Item]:
    """Read keys and values as `read_last.lua` returns them, in any order, by rising `seq`."""
    pairs = zip(values[::2], values[1::2], strict=True)
    items = [_last_value(key, value) for key, value in pairs]
    items.sort()  # by seq, which comes first and is never twice
    return items


def _last_value(key: bytes, value: bytes) -> Item:
    seq, _, data = value.partition(b"\n")
    return Item(int(seq), key.decode(), data)


def joins(chain: str, epoch: str, seq: int) -> bool:
    """Whether a position of an earlier epoch is a part of this one's past.

    `chain` names earlier epochs, and up to which `seq` each survived.
    """
    return any(
        name == epoch and seq <= int(ended)
        for name, _, ended in (word.partition(":") for word in chain.split())
    )
