from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestor.normalisers.backend_records import (
    ABSURD,
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
from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason
from vezta_stream.ingestor.normalisers.copy_trade import CopyTradeNormaliser

NORMALISER = CopyTradeNormaliser()
FIELDS: dict[str, Any] = {
    "userId": "ann",
    "event": "executed",
    "subscriptionId": "s-1",
    "targetWalletAddress": "0xfeed",
    "targetDisplayName": "Zoë",
    "orderId": "o-1",
    "marketId": "m-1",
    "marketTitle": "Will it rain?",
    "side": "no",
    "action": "sell",
    "price": "0.25",
    "quantity": 10,
    "total": "2.6",
    "sizingStrategy": "percentage",
    "originalTradeSize": 1234.5,
    "executedAt": "2026-05-04T03:02:01Z",
}
OPTIONAL = ["targetDisplayName", "orderId", "total"]
REQUIRED = [name for name in FIELDS if name not in OPTIONAL]
KEYS = list(without(FIELDS, "userId"))


def test_event_goes_to_its_user_under_its_subscription_byte_for_byte() -> None:
    assert only(NORMALISER, FIELDS, key="ann") == Publication(
        Channel.USER_COPY_TRADE,
        "s-1",
        '{"event":"executed","subscriptionId":"s-1","targetWalletAddress":"0xfeed",'
        '"targetDisplayName":"Zoë","orderId":"o-1","marketId":"m-1",'
        '"marketTitle":"Will it rain?","side":"no","action":"sell","price":"0.250000",'
        '"quantity":"10.000000","total":"2.600000","sizingStrategy":"percentage",'
        '"originalTradeSize":"1234.500000","executedAt":"2026-05-04T03:02:01.000Z"}'.encode(),
        "ann",
    )


def test_reference_example_passes_unchanged() -> None:
    assert passes_unchanged(NORMALISER, "user:copy-trade")


@pytest.mark.parametrize(
    ("price", "quantity", "total"),
    [
        ("0.25", "10", "2.500000"),
        ("0.333333", "0.000002", "0.000001"),
        ("0.5", "0.000001", "0.000001"),
        ("0.499999", "0.000001", "0.000000"),
        ("0", "5", "0.000000"),
        (1, 999999999999999, "999999999999999.000000"),
    ],
)
def test_absent_total_is_price_times_quantity_half_up(
    price: object, quantity: object, total: str
) -> None:
    untold = without(FIELDS, "total") | {"price": price, "quantity": quantity}

    assert data(NORMALISER, untold)["total"] == total
    assert data(NORMALISER, untold | {"total": None})["total"] == total


@pytest.mark.parametrize("event", ["detected", "failed", "skipped"])
def test_order_is_named_only_by_an_executed_trade(event: str) -> None:
    assert "orderId" not in data(NORMALISER, FIELDS | {"event": event})


@pytest.mark.parametrize("name", ["targetDisplayName", "orderId"])
def test_null_means_absent(name: str) -> None:
    absent = data(NORMALISER, without(FIELDS, name))

    assert name not in absent
    assert data(NORMALISER, FIELDS | {name: None}) == absent


def test_enumerations_are_taken_in_any_letter_case() -> None:
    shouted = FIELDS | {
        "event": "EXECUTED",
        "side": "No",
        "action": "SELL",
        "sizingStrategy": "Percentage",
    }

    assert data(NORMALISER, shouted) == data(NORMALISER, FIELDS)


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_required_field_is_refused(name: str) -> None:
    assert refusal(NORMALISER, record(without(FIELDS, name))) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subscriptionId", ""),
        ("orderId", "x" * 257),
        ("event", "dreamt"),
        ("side", "buy"),
        ("price", "1.000001"),
        ("price", -0.1),
        ("quantity", "-1"),
        ("quantity", "1e3"),
        ("originalTradeSize", -1),
        ("total", "much"),
        ("sizingStrategy", "bold"),
    ],
)
def test_impossible_value_is_refused(name: str, value: object) -> None:
    assert refusal(NORMALISER, record(FIELDS | {name: value})) is Reason.BAD_VALUE


@pytest.mark.parametrize("name", ["price", "quantity", "total", "executedAt", "event"])
@pytest.mark.parametrize("literal", ABSURD)
def test_absurd_value_is_a_dead_letter(name: str, literal: str) -> None:
    assert refusal(NORMALISER, raw(with_literal(FIELDS, name, literal))).is_dead_letter


def test_event_under_another_users_key_is_refused() -> None:
    assert refusal(NORMALISER, record(FIELDS, key="bob")) is Reason.BAD_VALUE


@settings(deadline=None)
@given(garbage(FIELDS))
def test_garbage_is_rejected_and_nothing_worse(value: bytes) -> None:
    survives(NORMALISER, value, keys=KEYS)


@settings(deadline=None)
@given(price=st.integers(0, 10**6), quantity=st.integers(0, 10**15))
def test_computed_total_is_within_half_a_millionth(price: int, quantity: int) -> None:
    amounts = {"price": micros(price), "quantity": micros(quantity)}
    total = data(NORMALISER, without(FIELDS, "total") | amounts)["total"]

    error = price * quantity - int(total.replace(".", "")) * 10**6
    assert -(10**6) <= 2 * error < 10**6
