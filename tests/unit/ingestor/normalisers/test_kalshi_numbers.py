"""Kalshi's numbers: dollars where they are, else cents; empty is absent."""

from decimal import Decimal

import pytest

from vezta_stream.core.decimals import MICROS
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers import kalshi_numbers as numbers


@pytest.mark.parametrize(
    ("dollars", "cents", "price"),
    [
        ("0.960", None, 960_000),
        ("0.0800", None, 80_000),
        ("0.123456", None, 123_456),
        ("0.1234565", None, 123_457),
        (None, 45, 450_000),
        ("", 45, 450_000),
        ("0.455", 45, 455_000),
        ("0.0000", 45, 0),
        (None, "45.5", 455_000),
        ("0.5" + "0" * 60, None, 500_000),
        (Decimal("0.5"), None, 500_000),
        (1, None, MICROS),
        (None, None, None),
        ("", "", None),
    ],
)
def test_a_price_is_in_dollars_else_in_cents(
    dollars: object, cents: object, price: int | None
) -> None:
    assert numbers.price(dollars, cents) == price


@pytest.mark.parametrize("dollars", ["1.000001", "-0.01", "x", "NaN", True, [], {}])
def test_a_price_lies_between_nought_and_one(dollars: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        numbers.price(dollars, None)


@pytest.mark.parametrize(
    ("dollars", "size", "price"),
    [
        ("0.5", "10.00", 500_000),
        ("0.5", None, 500_000),
        ("0.5", "", 500_000),
        ("0.5", "0.00", None),
        ("0.0000", "10.00", None),
        ("1.0000", "10.00", None),
        ("", "10.00", None),
    ],
)
def test_a_side_is_empty_at_size_nought_or_a_price_that_nobody_quotes(
    dollars: str, size: str | None, price: int | None
) -> None:
    assert numbers.side_price(dollars, None, size) == price


@pytest.mark.parametrize("dollars", ["0", "1", "1.0000"])
def test_a_level_lies_strictly_between_nought_and_one(dollars: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        numbers.level_price(dollars, None)


def test_a_level_has_a_price() -> None:
    assert numbers.level_price("", 5) == 50_000
    with pytest.raises(Rejected) as caught:
        numbers.level_price("", None)
    assert caught.value.reason is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("fixed_point", "whole", "units"),
    [("-54.00", None, -54 * MICROS), (None, -54, -54 * MICROS), ("0.01", 1, 10_000)],
)
def test_a_count_is_signed_and_may_be_fractional(
    fixed_point: object, whole: object, units: int
) -> None:
    assert numbers.count(fixed_point, whole) == units


def test_a_count_must_be_told() -> None:
    with pytest.raises(Rejected) as caught:
        numbers.count("", None)
    assert caught.value.reason is Reason.MISSING_FIELD


def test_a_size_is_not_negative() -> None:
    assert numbers.size("0.00", None) == 0
    with pytest.raises(ValueError, match="negative"):
        numbers.size("-0.01", None)


def test_a_ladder_is_in_the_newest_form_there_is() -> None:
    assert numbers.ladder([("0.50", "1.00")], [("0.40", 9)], [(30, 9)]) == {500_000: MICROS}
    assert numbers.ladder(None, [("0.40", 9)], [(30, 9)]) == {400_000: 9 * MICROS}
    assert numbers.ladder(None, None, [(30, 9)]) == {300_000: 9 * MICROS}


def test_an_absent_ladder_is_empty() -> None:
    assert numbers.ladder(None, None, None) == {}
    assert numbers.ladder([], None, [(30, 9)]) == {}
