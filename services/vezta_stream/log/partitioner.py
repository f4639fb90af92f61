"""Which partition a key belongs to: Kafka's default rule, so that both twins agree."""

from functools import lru_cache
from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_UINT32: Final = 0xFFFF_FFFF
_POSITIVE: Final = 0x7FFF_FFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition, 0 to `partitions` - 1, that all records of this key share."""
    return (murmur2(key) & _POSITIVE) % partitions


# Keys are markets and users, met again and again; hashing one costs as much as appending it.
@lru_cache(maxsize=65_536)
def murmur2(key: bytes) -> int:
    """Return the 32-bit MurmurHash2 of `key` with Kafka's seed, unsigned."""
    length = len(key)
    whole = length - length % 4
    value = _SEED ^ length
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * _MULTIPLIER & _UINT32
        word = (word ^ word >> 24) * _MULTIPLIER & _UINT32
        value = (value * _MULTIPLIER & _UINT32) ^ word
    if whole < length:
        value = (value ^ int.from_bytes(key[whole:], "little")) * _MULTIPLIER & _UINT32
    value = (value ^ value >> 13) * _MULTIPLIER & _UINT32
    return value ^ value >> 15
