"""Engine.IO payloads."""

from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.gateway.packets import Violation
from vezta_stream.gateway.payloads import MAX_PACKETS, read_payload, write_payload

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e"))


@given(frames=st.lists(texts, min_size=1, max_size=MAX_PACKETS))
def test_what_is_written_is_read(frames: list[str]) -> None:
    assert read_payload(write_payload(frames)) == frames


def test_binary_frames_are_written_as_base64() -> None:
    assert write_payload(["4a", b"\xff\x00"]) == b"4a\x1eb/wA="


def test_too_many_packets_are_refused() -> None:
    assert read_payload(b"\x1e".join([b"6"] * (MAX_PACKETS + 1))) is Violation.TOO_MANY
    assert read_payload(b"\x1e" * 65_000) is Violation.TOO_MANY


def test_what_is_not_text_is_refused() -> None:
    assert read_payload(b"4\xff") is Violation.NOT_UTF8
