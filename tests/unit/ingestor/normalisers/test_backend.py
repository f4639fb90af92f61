import msgspec
import pytest

from tests.unit.ingestor.normalisers.backend_records import raw, record
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.ingestor.normalisers.backend import UserReader, UserRecord, given
from vezta_stream.schemas.codec import MAX_RECORD_BYTES


class Greeting(UserRecord, frozen=True, rename="camel", kw_only=True):
    first_word: str | None = None


READER = UserReader(Greeting)


def refusal(refused: RawRecord) -> Reason:
    with pytest.raises(Rejected) as caught:
        READER.read(refused)
    return caught.value.reason


def test_record_is_read_by_its_camel_case_names_and_other_fields_are_ignored() -> None:
    greeting = READER.read(record({"userId": "ann", "firstWord": "hi", "mood": [1e300]}))

    assert (greeting.user_id, greeting.first_word) == ("ann", "hi")


def test_record_under_its_users_key_is_read() -> None:
    assert READER.read(record({"userId": "ann"}, key="ann")).user_id == "ann"


@pytest.mark.parametrize("key", ["bob", "", "Ann", " ann"])
def test_record_under_another_key_than_its_user_is_refused(key: str) -> None:
    assert refusal(record({"userId": "ann"}, key=key)) is Reason.BAD_VALUE


def test_refusal_of_another_key_names_neither_user() -> None:
    with pytest.raises(Rejected) as caught:
        READER.read(record({"userId": "ann"}, key="bob"))

    assert "ann" not in caught.value.detail
    assert "bob" not in caught.value.detail


@pytest.mark.parametrize("user", ["", "u" * 257, 7, None, True, ["ann"], {"id": "ann"}])
def test_user_is_a_string_of_1_to_256_characters(user: object) -> None:
    assert refusal(record({"userId": user})) is Reason.BAD_VALUE


def test_longest_user_is_taken() -> None:
    assert READER.read(record({"userId": "é" * 256})).user_id == "é" * 256


def test_record_without_a_user_lacks_a_field() -> None:
    assert refusal(record({"firstWord": "hi"})) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"PONG", Reason.NOT_JSON),
        (b'{"userId": NaN}', Reason.NOT_JSON),
        (b'{"userId": "ann"} {}', Reason.NOT_JSON),
        (b'{"userId": "\xff"}', Reason.NOT_JSON),
        (b"[]", Reason.NOT_OBJECT),
        (b'"ann"', Reason.NOT_OBJECT),
        (b"null", Reason.NOT_OBJECT),
        (b'{"more":' + b"[" * 100_000, Reason.TOO_DEEP),
        (b" " * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE),
    ],
)
def test_what_is_no_record_is_refused_with_its_reason(value: bytes, reason: Reason) -> None:
    assert refusal(raw(value)) is reason


def test_nothing_given_is_left_out_of_a_payload() -> None:
    assert given(None) is msgspec.UNSET
    assert given("") == ""
    assert given("x") == "x"
