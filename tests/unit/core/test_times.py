"""Instants."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.times import EARLIEST_MS, LATEST_MS, Instant, parse_instant, render_instant

instants = st.integers(EARLIEST_MS, LATEST_MS - 1)
zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))

NOON = 1_767_960_000_000  # 2026-01-09T12:00:00.000Z


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        str(NOON),
        Decimal(NOON),
        float(NOON),
        NOON // 1000,
        str(NOON // 1000),
        Decimal("1767960000.000"),
        "1767960000.0",
        "2026-01-09T12:00:00Z",
        "2026-01-09T12:00:00.000Z",
        "2026-01-09t12:00:00.000000001z",
        "2026-01-09 12:00:00+00:00",
        "2026-01-09T15:30:00+03:30",
        "2026-01-09T04:00:00-08:00",
    ],
)
def test_an_instant_is_read_in_every_form_that_feeds_use(value: object) -> None:
    assert parse_instant(value) == NOON


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1767960000.1239", NOON + 123),
        (Decimal("1767960000.1"), NOON + 100),
        ("1767960000123.9", NOON + 123),
        ("2026-01-09T12:00:00.1Z", NOON + 100),
        ("2026-01-09T12:00:00.123999999Z", NOON + 123),
    ],
)
def test_fractions_of_a_millisecond_are_cut_off(value: object, expected: int) -> None:
    assert parse_instant(value) == expected


@pytest.mark.parametrize(
    "value",
    [None, True, False, "", "now", [], {}, b"1767960000000", -1, "-1", " 1767960000", "1e9"]
    + ["1_767_960_000", "१७६७९६००००", "1767960000.", ".5", float("nan"), float("inf")]
    + [Decimal("NaN"), Decimal("Infinity"), "2026-01-09", "2026-01-09T12:00:00", "12:00:00Z"]
    + ["2026-13-09T12:00:00Z", "2026-02-30T12:00:00Z", "2026-01-09T24:00:00Z"]
    + ["2026-01-09T12:00:60Z", "2026-01-09T12:00:00+24:00", "2026-01-09T12:00:00.Z"]
    + ["2026-01-09T12:00:00.1234567890Z", "0000-01-09T12:00:00Z", "2026-01-09T12:00:00Z\n"],
)
def test_anything_else_is_no_time(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_instant(value)


@pytest.mark.parametrize(
    "value",
    [0, 1, EARLIEST_MS // 1000 - 1, LATEST_MS // 1000, LATEST_MS, 10**17]
    + ["1999-12-31T23:59:59.999Z", "2100-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"]
    + ["9999-12-31T23:59:59-23:59", "0000000000001", Decimal("1E+999999999"), Decimal("1E-50")],
)
def test_an_instant_outside_the_century_is_a_unit_mistake(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_instant(value)


def test_a_number_too_long_to_be_written_is_no_time() -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_instant(10**5000)


def test_the_first_and_the_last_instant_of_the_century_are_read() -> None:
    assert parse_instant("2000-01-01T00:00:00Z") == EARLIEST_MS
    assert parse_instant("2099-12-31T23:59:59.999Z") == LATEST_MS - 1


def test_an_instant_is_rendered_in_utc_with_milliseconds() -> None:
    assert render_instant(NOON + 7) == "2026-01-09T12:00:00.007Z"


@given(instants)
def test_what_is_rendered_reads_as_the_same_instant(ms: int) -> None:
    assert parse_instant(render_instant(ms)) == ms
    assert parse_instant(str(ms)) == parse_instant(ms) == ms


@given(instants, zones)
def test_every_zone_names_the_same_instant(ms: int, zone: timezone) -> None:
    local = datetime.fromtimestamp(ms // 1000, zone)

    assert parse_instant(local.isoformat()) == ms // 1000 * 1000


@given(st.text() | st.integers() | st.decimals() | st.floats())
def test_whatever_is_read_is_an_instant_of_the_century_or_refused(value: object) -> None:
    try:
        ms = parse_instant(value)
    except ValueError:
        return
    assert EARLIEST_MS <= ms < LATEST_MS


def test_rendering_agrees_with_the_standard_library() -> None:
    moment = datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC)

    assert render_instant(int(moment.timestamp() * 1000)) == "2024-02-29T23:59:59.999Z"


def test_an_instant_is_equal_by_its_milliseconds() -> None:
    assert Instant.parse(NOON) == Instant.parse("2026-01-09T12:00:00Z")
    assert hash(Instant(NOON)) == hash(Instant.parse(str(NOON)))
    assert Instant(NOON) != Instant(NOON + 1)
    assert Instant(NOON) != NOON


def test_an_instant_is_immutable_and_shows_how_to_make_it() -> None:
    instant = Instant(NOON)

    with pytest.raises(AttributeError, match="Instant is immutable"):
        instant.ms = 1
    assert str(instant) == "2026-01-09T12:00:00.000Z"
    assert repr(instant) == "Instant.parse('2026-01-09T12:00:00.000Z')"
