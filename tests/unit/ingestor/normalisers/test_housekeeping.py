"""What exchanges send about the connection."""

import pytest

from vezta_stream.ingestor.normalisers.housekeeping import is_sign_of_life


@pytest.mark.parametrize("value", [b"PING", b"PONG", b"heartbeat", b" PONG\r\n"])
def test_keep_alives_are_signs_of_life(value: bytes) -> None:
    assert is_sign_of_life(value)


@pytest.mark.parametrize("value", [b"", b"pong", b"PONGPONG", b'"PONG"', b" " * 100_000 + b"PONG"])
def test_anything_else_is_not(value: bytes) -> None:
    assert not is_sign_of_life(value)
