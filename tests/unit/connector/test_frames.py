import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.connector.frames import (
    MAX_FRAME_BYTES,
    MAX_KEY_CHARS,
    Element,
    keyless,
    parts,
    split_with,
    usable,
)
from vezta_stream.schemas.codec import MAX_RECORD_BYTES


def refuse(part: bytes) -> Element | None:
    raise AssertionError("this part should not have been read")


def take(part: bytes) -> Element | None:
    return Element("key", part)


def test_an_object_is_one_part_as_it_is() -> None:
    assert parts(b'{"a": 1}\n') == [b'{"a": 1}\n']


def test_the_elements_of_an_array_keep_their_bytes() -> None:
    assert parts(b' [{"a" : 1.50}, {"b":"\\u00e9"},7]') == [
        b'{"a" : 1.50}',
        b'{"b":"\\u00e9"}',
        b"7",
    ]


@pytest.mark.parametrize("frame", [b"", b" \n", b"PONG", b"PONG\n", b"PING", b"heartbeat", b"[]"])
def test_signs_of_life_and_empty_frames_have_no_parts(frame: bytes) -> None:
    assert parts(frame) == []


@pytest.mark.parametrize("frame", [b"[{},", b"[{}] x", b"[" * 100_000, b"hello", b"\xff"])
def test_what_is_no_json_is_one_part(frame: bytes) -> None:
    assert parts(frame) == [frame]


def test_a_frame_beyond_the_limit_is_not_parsed() -> None:
    frame = b"[1," + b" " * MAX_FRAME_BYTES + b"2]"

    assert parts(frame) == [frame]
    assert split_with(refuse, frame) == [Element(None, frame[: MAX_RECORD_BYTES + 1])]


def test_an_array_within_the_limit_is_split_however_long() -> None:
    padding = b'{"p":"' + b"x" * (MAX_RECORD_BYTES - 8) + b'"}'

    assert split_with(take, b"[" + b",".join([padding] * 3) + b"]") == [Element("key", padding)] * 3


def test_a_part_that_no_log_takes_is_not_read_and_is_cut_but_still_too_large() -> None:
    [element] = split_with(refuse, b'{"p":"' + b"x" * MAX_RECORD_BYTES + b'"}')

    assert element.key is None
    assert len(element.value) == MAX_RECORD_BYTES + 1


def test_a_part_that_gives_no_record_is_left_out() -> None:
    assert split_with(lambda part: None, b"[{},{}]") == []


def test_a_part_without_market_keeps_its_bytes() -> None:
    assert keyless(b"nonsense") == Element(None, b"nonsense")


@pytest.mark.parametrize("key", [None, "", "k" * (MAX_KEY_CHARS + 1)])
def test_an_absent_empty_or_endless_key_is_none(key: str | None) -> None:
    assert usable(key) is None


def test_a_key_of_the_greatest_length_is_used() -> None:
    assert usable("k" * MAX_KEY_CHARS) == "k" * MAX_KEY_CHARS


@given(st.binary(max_size=200) | st.text('[]{},:"0 \\u', max_size=80).map(str.encode))
def test_any_bytes_have_parts(frame: bytes) -> None:
    for part in parts(frame):
        assert part in frame
