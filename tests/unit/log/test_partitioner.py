"""Kafka's default partitioner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.log.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"abc", 479470107),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
    ],
)
def test_hashes_are_those_of_kafkas_clients(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


def test_a_negative_hash_loses_its_sign_not_its_digits() -> None:
    assert partition_of(b"21", 12) == (-973932308 & 0x7FFFFFFF) % 12


@given(st.binary(max_size=80), st.integers(1, 100))
def test_a_key_has_one_partition_among_those_there_are(key: bytes, partitions: int) -> None:
    partition = partition_of(key, partitions)

    assert 0 <= partition < partitions
    assert partition_of(bytes(bytearray(key)), partitions) == partition


def test_keys_spread_over_all_partitions() -> None:
    homes = [partition_of(f"0x{number:064x}".encode(), 12) for number in range(1200)]

    assert set(homes) == set(range(12))
    assert max(homes.count(partition) for partition in range(12)) < 150
