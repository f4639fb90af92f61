from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.decimals import parse_units
from vezta_stream.simulator.texts import (
    BARE,
    DOLLARS,
    PADDED,
    TRIMMED,
    count_text,
    hex_text,
    size_text,
    uuid_text,
)


@pytest.mark.parametrize(
    ("mills", "trimmed", "padded", "bare"),
    [
        (0, "0", "0.00", "0"),
        (1, "0.001", "0.001", ".001"),
        (500, "0.5", "0.50", ".5"),
        (510, "0.51", "0.51", ".51"),
        (501, "0.501", "0.501", ".501"),
        (1000, "1", "1.00", "1"),
    ],
)
def test_prices_are_written_in_three_ways(mills: int, trimmed: str, padded: str, bare: str) -> None:
    assert (TRIMMED[mills], PADDED[mills], BARE[mills]) == (trimmed, padded, bare)


@pytest.mark.parametrize(
    ("mills", "texts"),
    [
        (480, ("0.48", "0.480", "0.4800")),
        (485, ("0.485", "0.485", "0.4850")),
        (1000, ("1.00", "1.000", "1.0000")),
        (0, ("0.00", "0.000", "0.0000")),
    ],
)
def test_dollars_have_two_to_four_digits_and_lose_none(mills: int, texts: tuple[str, ...]) -> None:
    assert tuple(DOLLARS[digits][mills] for digits in (2, 3, 4)) == texts


@given(st.integers(0, 1000))
def test_every_text_of_a_price_says_the_same(mills: int) -> None:
    texts = [TRIMMED, PADDED, BARE, *DOLLARS.values()]

    assert {parse_units(each[mills], 3) for each in texts} == {mills}


@given(st.integers(0, 10**15))
def test_a_size_loses_no_digit(micros: int) -> None:
    assert parse_units(size_text(micros), 6) == micros
    assert not size_text(micros).endswith(".")


@pytest.mark.parametrize(
    ("micros", "text"),
    [(300_000_000, "300.00"), (-54_000_000, "-54.00"), (-10_000, "-0.01"), (40_090_000, "40.09")],
)
def test_counts_have_two_digits_and_a_sign(micros: int, text: str) -> None:
    assert count_text(micros) == text


def test_random_texts_have_their_length_and_form() -> None:
    rng = Random(1)

    assert len(hex_text(rng, 40)) == 40
    assert UUID(uuid_text(rng)).version == 4
