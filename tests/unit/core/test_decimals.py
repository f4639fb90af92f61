"""Exact decimals."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.decimals import (
    Fixed,
    Percent,
    Price,
    Signed6,
    Size,
    Usd,
    divide_half_up,
    parse_units,
    render_units,
)

units = st.integers(-(10**21) + 1, 10**21 - 1)
plain = st.from_regex(r"[+-]?[0-9]{1,15}(\.[0-9]{0,12})?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", 500_000),
        (".48", 480_000),
        ("5.", 5_000_000),
        ("+1", 1_000_000),
        ("-0.000001", -1),
        ("-0", 0),
        ("0.0000004", 0),
        ("0.0000005", 1),
        ("-0.0000005", -1),
        ("-0.0000004", 0),
        ("0.2972581967", 297_258),
        ("0.9999995", 1_000_000),
        ("000000000000000000001", 1_000_000),
        ("999999999999999", 999_999_999_999_999_000_000),
    ],
)
def test_a_plain_decimal_is_read_and_rounded_half_up(text: str, expected: int) -> None:
    assert parse_units(text, 6) == expected


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "+.", "1e3", "NaN", "inf", " 1", "1 ", "1_0", "1,0", "0x1", "--1", "١", "1.2.3"]
    + ["1\n", "½"],
)
def test_anything_else_is_no_plain_decimal(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal"):
        parse_units(text, 6)


def test_more_than_fifteen_whole_digits_are_out_of_range() -> None:
    with pytest.raises(ValueError, match="out of range"):
        parse_units("1" + "0" * 15, 6)


def test_a_long_fraction_costs_nothing_but_its_rounding() -> None:
    assert parse_units("0." + "9" * 100_000, 6) == 1_000_000


@given(plain, st.integers(1, 9))
def test_reading_agrees_with_decimal_arithmetic(text: str, digits: int) -> None:
    exact = Decimal(text).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP)

    assert parse_units(text, digits) == int(exact)


@given(units, st.integers(1, 9))
def test_what_is_rendered_has_all_its_digits_and_reads_as_the_same(value: int, digits: int) -> None:
    text = render_units(value, 6)

    assert len(text.partition(".")[2]) == 6
    assert parse_units(text, 6) == value


@given(st.integers(), st.integers().filter(bool))
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int) -> None:
    result = divide_half_up(numerator, denominator)

    # Twice the remainder never exceeds the divisor, and a half is carried away from zero.
    left = 2 * abs(abs(numerator) - abs(result * denominator))
    assert left <= abs(denominator)
    if left == abs(denominator):
        assert abs(result * denominator) > abs(numerator)
    assert result == 0 or (result > 0) == ((numerator > 0) == (denominator > 0))


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(7, 2, 4), (-7, 2, -4), (7, -2, -4), (-7, -2, 4), (1, 3, 0), (2, 3, 1), (0, -5, 0)],
)
def test_division_examples(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_up(numerator, denominator) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.5", "0.500000"),
        (0, "0.000000"),
        (1, "1.000000"),
        (Decimal("0.48"), "0.480000"),
        (Decimal("1E-7"), "0.000000"),
        (Decimal("5E-7"), "0.000001"),
        (Decimal("0E+999999"), "0.000000"),
    ],
)
def test_a_price_is_read_from_strings_and_json_numbers(value: object, expected: str) -> None:
    assert str(Price.parse(value)) == expected


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0.5, b"0.5", [], "x", Decimal("NaN"), Decimal("Infinity")]
    + [Decimal("-Infinity"), Decimal("1E+400"), Decimal("1E-400"), 10**15, -(10**15)],
)
def test_what_is_no_number_in_range_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Signed6.parse(value)


def test_a_huge_exponent_is_refused_without_writing_it_out() -> None:
    with pytest.raises(ValueError, match="out of range"):
        Signed6.parse(Decimal("1E+999999999"))


@pytest.mark.parametrize(
    ("type_", "text"),
    [(Price, "-0.000001"), (Price, "1.000001"), (Size, "-1"), (Usd, "-0.01")],
)
def test_a_type_refuses_what_makes_no_sense_for_it(type_: type[Fixed], text: str) -> None:
    with pytest.raises(ValueError, match="its range"):
        type_.parse(text)


@pytest.mark.parametrize(
    ("type_", "text"),
    [(Price, "1.000000"), (Size, "0.000000"), (Usd, "0.00"), (Signed6, "-2.500000")]
    + [(Percent, "-12.3456")],
)
def test_a_type_renders_the_digits_of_the_contract(type_: type[Fixed], text: str) -> None:
    assert str(type_.parse(text)) == text


def test_values_are_equal_when_their_digits_and_units_are() -> None:
    assert Price.parse("0.5") == Price.parse(".50")
    assert hash(Price.parse("0.5")) == hash(Price.parse(".50"))
    assert Price.parse("0.5") != Price.parse("0.6")
    assert Usd.parse("0.5") != Percent.parse("0.5")
    assert Price.parse("0.5") != "0.500000"


def test_a_value_is_immutable_and_shows_how_to_make_it() -> None:
    price = Price.parse("0.5")

    with pytest.raises(AttributeError, match="Price is immutable"):
        price.units = 1
    assert repr(price) == "Price.parse('0.500000')"
