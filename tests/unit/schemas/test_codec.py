"""JSON in and out."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.decimals import Price, Signed6
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import MAX_RECORD_BYTES, Word, decode_record, decoder, encode


class Colour(Word):
    """Two words, one of them in capitals."""

    RED = "red"
    GREEN = "GREEN"


class Sample(msgspec.Struct, frozen=True, rename="camel"):
    """A field of each kind that the contract has."""

    price: Price
    updated_at: Instant
    colour: Colour = Colour.RED
    note: str | None = None


samples = decoder(Sample)

RECORD = b'{"price":"0.5","updatedAt":1767960000000}'


def refused(value: bytes) -> Rejected:
    """Return why the record is refused."""
    with pytest.raises(Rejected) as caught:
        decode_record(samples, value)
    return caught.value


def test_encoding_is_compact_in_the_order_of_the_fields_with_the_contracts_digits() -> None:
    sample = Sample(Price.parse("0.5"), Instant(1_767_960_000_000), Colour.GREEN, "é ✓")

    assert encode(sample).decode() == (
        '{"price":"0.500000","updatedAt":"2026-01-09T12:00:00.000Z","colour":"GREEN","note":"é ✓"}'
    )


def test_a_type_without_a_json_form_is_not_encoded() -> None:
    with pytest.raises(NotImplementedError, match="object"):
        encode(object())


def test_a_type_that_the_contract_does_not_have_is_not_decoded() -> None:
    with pytest.raises(NotImplementedError, match="complex"):
        decoder(complex).decode(b'"1j"')


@pytest.mark.parametrize("price", [b'"0.5"', b"0.5", b'".50"', b"5e-1", b"0.5000000000000000001"])
def test_decimals_are_read_from_strings_and_numbers(price: bytes) -> None:
    sample = decode_record(samples, b'{"updatedAt":"1767960000000","price":%s}' % price)

    assert sample.price == Price.parse("0.5")


@given(st.decimals(-(10**14), 10**14, places=6))
def test_no_digit_of_a_json_number_is_lost(value: Decimal) -> None:
    decoded = decoder(Signed6).decode(f"{value:f}".encode())

    assert str(decoded) == f"{value:.6f}" or value == 0


@pytest.mark.parametrize("word", ["green", "GREEN", "Green"])
def test_a_word_is_read_in_any_letter_case_and_written_as_defined(word: str) -> None:
    sample = decode_record(samples, RECORD[:-1] + b',"colour":"%s"}' % word.encode())

    assert sample.colour is Colour.GREEN


def test_a_word_is_not_made_of_anything_but_its_spelling() -> None:
    assert refused(RECORD[:-1] + b',"colour":"blue"}').reason is Reason.BAD_VALUE
    assert refused(RECORD[:-1] + b',"colour":7}').reason is Reason.BAD_VALUE
    number: Any = 7
    with pytest.raises(ValueError, match="7 is not a valid Colour"):
        Colour(number)


def test_unknown_fields_are_ignored() -> None:
    assert decode_record(samples, RECORD[:-1] + b',"new":[1,{"x":2}]}').note is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"PONG", Reason.NOT_JSON),
        (b'{"price":', Reason.NOT_JSON),
        (b'{"price":NaN}', Reason.NOT_JSON),
        (RECORD + b"{}", Reason.NOT_JSON),
        (b'{"note":"\xff"}', Reason.NOT_JSON),
        (b"[]", Reason.NOT_OBJECT),
        (b"null", Reason.NOT_OBJECT),
        (b'"text"', Reason.NOT_OBJECT),
        (b"1", Reason.NOT_OBJECT),
        (b"{}", Reason.MISSING_FIELD),
        (b'{"price":"0.5"}', Reason.MISSING_FIELD),
        (b'{"price":"x","updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":{},"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":[],"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":null,"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":true,"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":-1,"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":1e400,"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":1e9999999999999999999,"updatedAt":1}', Reason.BAD_VALUE),
        (b'{"price":"0.5","updatedAt":{}}', Reason.BAD_VALUE),
        (b'{"price":"0.5","updatedAt":1e999999999}', Reason.BAD_VALUE),
        (b'{"price":"0.5","updatedAt":1767960000,"note":1}', Reason.BAD_VALUE),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_with_its_reason(
    value: bytes, reason: Reason
) -> None:
    assert refused(value).reason is reason


def test_a_record_that_is_too_large_is_refused_unread() -> None:
    assert refused(b" " * (MAX_RECORD_BYTES + 1)).reason is Reason.TOO_LARGE


def test_a_record_that_is_too_deep_is_refused() -> None:
    deep = b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    assert refused(deep).reason is Reason.TOO_DEEP


def test_a_field_that_is_no_object_is_a_bad_value_of_its_record() -> None:
    class Outer(msgspec.Struct):
        """A record inside a record, alone and in a list."""

        inner: Sample | None = None
        many: list[Sample] = []

    for value in (b'{"inner":1}', b'{"many":[1]}'):
        with pytest.raises(Rejected) as caught:
            decode_record(decoder(Outer), value)
        assert caught.value.reason is Reason.BAD_VALUE


def test_the_detail_of_a_refusal_is_short_whatever_is_refused() -> None:
    rejection = refused(RECORD[:-1] + b',"colour":"%s"}' % (b"x" * 100_000))

    assert rejection.reason is Reason.BAD_VALUE
    assert len(rejection.detail) < 1000


@given(
    st.binary(max_size=64)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_arrives_is_decoded_or_refused(value: bytes) -> None:
    with contextlib.suppress(Rejected):
        assert isinstance(decode_record(samples, value), Sample)
