import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestor.normalisers.backend_records import (
    ABSURD,
    Fields,
    data,
    garbage,
    micros,
    only,
    passes_unchanged,
    raw,
    record,
    refusal,
    survives,
    with_literal,
    without,
)
from tests.unit.schemas.round_trip import reference_example
from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason
from vezta_stream.ingestor.normalisers.portfolio import PortfolioNormaliser

NORMALISER = PortfolioNormaliser()
POSITION: dict[str, Any] = {
    "positionId": "p-1",
    "marketId": "m-1",
    "marketTitle": "Will it rain?",
    "side": "NO",
    "shares": 40,
    "entryPrice": ".3",
    "currentPrice": 0.35,
    "value": "14",
    "unrealizedPnl": 2,
}
FIELDS: dict[str, Any] = {
    "userId": "ann",
    "totalValue": "114",
    "totalCost": 112,
    "unrealizedPnl": "2.0000004",
    "realizedPnl": -3.5,
    "dayPnl": "-6",
    "positions": [POSITION],
    "updatedAt": 1777863721,
}
KEYS = [*without(FIELDS, "userId"), "unrealizedPnlPercent", "dayPnlPercent"]


def with_position(changes: Fields) -> dict[str, Any]:
    return FIELDS | {"positions": [POSITION | dict(changes)]}


def half_up(value: Fraction) -> str:
    units = int(abs(value) * 10**4 + Fraction(1, 2))
    sign = "-" if value < 0 and units else ""
    return f"{sign}{units // 10**4}.{units % 10**4:04}"


def test_portfolio_goes_to_its_user_under_the_users_key_byte_for_byte() -> None:
    assert only(NORMALISER, FIELDS, key="ann") == Publication(
        Channel.USER_PORTFOLIO,
        "ann",
        b'{"totalValue":"114.000000","totalCost":"112.000000","unrealizedPnl":"2.000000",'
        b'"unrealizedPnlPercent":"1.7857","realizedPnl":"-3.500000","dayPnl":"-6.000000",'
        b'"dayPnlPercent":"-5.0000","positions":[{"positionId":"p-1","marketId":"m-1",'
        b'"marketTitle":"Will it rain?","side":"no","shares":"40.000000",'
        b'"entryPrice":"0.300000","currentPrice":"0.350000","value":"14.000000",'
        b'"unrealizedPnl":"2.000000","unrealizedPnlPercent":"16.6667"}],'
        b'"updatedAt":"2026-05-04T03:02:01.000Z"}',
        "ann",
    )


def test_reference_example_passes_unchanged() -> None:
    assert passes_unchanged(NORMALISER, "user:portfolio")


def test_percentages_that_are_given_are_rounded_and_passed_on() -> None:
    given_ = with_position({"unrealizedPnlPercent": "-0.00005"}) | {
        "unrealizedPnlPercent": 12.34565,
        "dayPnlPercent": "7",
    }
    said = data(NORMALISER, given_)

    assert said["unrealizedPnlPercent"] == "12.3457"
    assert said["dayPnlPercent"] == "7.0000"
    assert said["positions"][0]["unrealizedPnlPercent"] == "-0.0001"


def test_percentages_of_the_reference_example_are_computed_as_it_has_them() -> None:
    example = json.loads(reference_example("user:portfolio"))
    untold = without(example, "unrealizedPnlPercent", "dayPnlPercent") | {
        "userId": "ann",
        "positions": [
            without(position, "unrealizedPnlPercent") for position in example["positions"]
        ],
    }

    assert data(NORMALISER, untold) == example


def test_null_percentages_are_computed() -> None:
    nulls = with_position({"unrealizedPnlPercent": None}) | {
        "unrealizedPnlPercent": None,
        "dayPnlPercent": None,
    }

    assert data(NORMALISER, nulls) == data(NORMALISER, FIELDS)


@pytest.mark.parametrize("pnl", ["0", "5", "-5"])
def test_percentage_of_nothing_is_zero(pnl: str) -> None:
    nothing = with_position({"shares": 0, "unrealizedPnl": pnl}) | {
        "totalCost": 0,
        "unrealizedPnl": pnl,
        "totalValue": pnl,
        "dayPnl": pnl,
    }
    said = data(NORMALISER, nothing)

    assert said["unrealizedPnlPercent"] == "0.0000"
    assert said["dayPnlPercent"] == "0.0000"
    assert said["positions"][0]["unrealizedPnlPercent"] == "0.0000"


def test_holding_that_cost_nothing_has_a_percentage_of_zero() -> None:
    free = with_position({"entryPrice": "0"})

    assert data(NORMALISER, free)["positions"][0]["unrealizedPnlPercent"] == "0.0000"


def test_portfolio_may_be_empty() -> None:
    assert data(NORMALISER, FIELDS | {"positions": []})["positions"] == []


@pytest.mark.parametrize("name", list(FIELDS))
def test_missing_required_field_is_refused(name: str) -> None:
    assert refusal(NORMALISER, record(without(FIELDS, name))) is Reason.MISSING_FIELD


@pytest.mark.parametrize("name", list(POSITION))
def test_missing_field_of_a_position_refuses_the_portfolio(name: str) -> None:
    lacking = FIELDS | {"positions": [POSITION, without(POSITION, name)]}

    assert refusal(NORMALISER, record(lacking)) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("positions", None),
        ("positions", {}),
        ("positions", [[]]),
        ("totalValue", None),
        ("totalValue", "1e400"),
        ("dayPnlPercent", "+-1"),
        ("updatedAt", "2026-05-04"),
    ],
)
def test_impossible_value_is_refused(name: str, value: object) -> None:
    assert refusal(NORMALISER, record(FIELDS | {name: value})) is Reason.BAD_VALUE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("positionId", ""),
        ("marketId", "x" * 257),
        ("side", "buy"),
        ("shares", "-1"),
        ("entryPrice", "1.1"),
        ("currentPrice", -0.1),
        ("unrealizedPnlPercent", "a lot"),
    ],
)
def test_impossible_value_of_a_position_refuses_the_portfolio(name: str, value: object) -> None:
    assert refusal(NORMALISER, record(with_position({name: value}))) is Reason.BAD_VALUE


@pytest.mark.parametrize("name", ["totalValue", "realizedPnl", "dayPnlPercent", "updatedAt"])
@pytest.mark.parametrize("literal", ABSURD)
def test_absurd_value_is_a_dead_letter(name: str, literal: str) -> None:
    assert refusal(NORMALISER, raw(with_literal(FIELDS, name, literal))).is_dead_letter


def test_portfolio_under_another_users_key_is_refused() -> None:
    assert refusal(NORMALISER, record(FIELDS, key="bob")) is Reason.BAD_VALUE


AMOUNT = st.integers(-(10**15), 10**15)


@settings(deadline=None)
@given(pnl=AMOUNT, cost=AMOUNT.filter(bool), day=AMOUNT, value=AMOUNT)
def test_computed_percentages_are_exact(pnl: int, cost: int, day: int, value: int) -> None:
    amounts = {
        "unrealizedPnl": micros(pnl),
        "totalCost": micros(cost),
        "dayPnl": micros(day),
        "totalValue": micros(value),
    }
    said = data(NORMALISER, FIELDS | amounts)

    assert said["unrealizedPnlPercent"] == half_up(Fraction(100 * pnl, cost))
    at_dawn = value - day
    assert said["dayPnlPercent"] == half_up(Fraction(100 * day, at_dawn) if at_dawn else Fraction())


@settings(deadline=None)
@given(pnl=AMOUNT, shares=st.integers(1, 10**15), price=st.integers(1, 10**6))
def test_computed_percentage_of_a_position_is_exact(pnl: int, shares: int, price: int) -> None:
    position = {
        "unrealizedPnl": micros(pnl),
        "shares": micros(shares),
        "entryPrice": micros(price),
    }
    said = data(NORMALISER, with_position(position))

    exact = Fraction(100 * pnl * 10**6, shares * price)
    assert said["positions"][0]["unrealizedPnlPercent"] == half_up(exact)


@settings(deadline=None)
@given(garbage(FIELDS) | garbage(POSITION).map(lambda it: b'{"positions":[' + it + b"]}"))
def test_garbage_is_rejected_and_nothing_worse(value: bytes) -> None:
    survives(NORMALISER, value, keys=KEYS)
