from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestor.normalisers.backend_records import (
    ABSURD,
    data,
    garbage,
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
from vezta_stream.ingestor.normalisers.notifications import NotificationNormaliser
from vezta_stream.schemas.notifications import NotificationType

NORMALISER = NotificationNormaliser()
FIELDS: dict[str, Any] = {
    "userId": "ann",
    "id": "n-1",
    "type": "price_alert",
    "title": "Ärger",
    "message": "YES is above 0.60 ✓",
    "read": False,
    "marketId": "m-1",
    "actionUrl": "/market/rain",
    "createdAt": "2026-05-04T03:02:01.000Z",
}
REQUIRED = ["userId", "id", "type", "title", "message", "createdAt"]
KEYS = list(without(FIELDS, "userId"))


def test_notification_goes_to_its_user_under_its_id_byte_for_byte() -> None:
    assert only(NORMALISER, FIELDS, key="ann") == Publication(
        Channel.USER_NOTIFICATIONS,
        "n-1",
        '{"id":"n-1","type":"price_alert","title":"Ärger","message":"YES is above 0.60 ✓",'
        '"read":false,"marketId":"m-1","actionUrl":"/market/rain",'
        '"createdAt":"2026-05-04T03:02:01.000Z"}'.encode(),
        "ann",
    )


def test_reference_example_passes_unchanged() -> None:
    assert passes_unchanged(NORMALISER, "user:notifications")


@pytest.mark.parametrize("read", [True, None, "yes", 1, [], {"at": 1}])
def test_notification_leaves_unread_whatever_the_backend_says(read: object) -> None:
    assert data(NORMALISER, FIELDS | {"read": read})["read"] is False


def test_notification_leaves_unread_when_the_backend_does_not_say() -> None:
    assert data(NORMALISER, without(FIELDS, "read"))["read"] is False


@pytest.mark.parametrize("name", ["marketId", "actionUrl"])
def test_null_means_absent(name: str) -> None:
    absent = data(NORMALISER, without(FIELDS, name))

    assert name not in absent
    assert data(NORMALISER, FIELDS | {name: None}) == absent


@pytest.mark.parametrize("kind", NotificationType)
def test_type_is_taken_in_any_letter_case(kind: NotificationType) -> None:
    assert data(NORMALISER, FIELDS | {"type": kind.value.upper()})["type"] == kind.value


@pytest.mark.parametrize("time", [1777863721, 1777863721000, "1777863721", "1777863721.0"])
def test_time_is_taken_as_epoch_too(time: object) -> None:
    said = data(NORMALISER, FIELDS | {"createdAt": time})

    assert said["createdAt"] == "2026-05-04T03:02:01.000Z"


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_required_field_is_refused(name: str) -> None:
    assert refusal(NORMALISER, record(without(FIELDS, name))) is Reason.MISSING_FIELD


@pytest.mark.parametrize("name", REQUIRED)
def test_null_is_no_value_of_a_required_field(name: str) -> None:
    assert refusal(NORMALISER, record(FIELDS | {name: None})) is Reason.BAD_VALUE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", ""),
        ("id", "x" * 257),
        ("id", 7),
        ("type", "order_eaten"),
        ("title", 7),
        ("marketId", ""),
        ("actionUrl", []),
        ("createdAt", "yesterday"),
        ("createdAt", 0),
    ],
)
def test_impossible_value_is_refused(name: str, value: object) -> None:
    assert refusal(NORMALISER, record(FIELDS | {name: value})) is Reason.BAD_VALUE


@pytest.mark.parametrize("literal", ABSURD)
def test_absurd_time_is_a_dead_letter(literal: str) -> None:
    refused = raw(with_literal(FIELDS, "createdAt", literal))

    assert refusal(NORMALISER, refused).is_dead_letter


def test_notification_under_another_users_key_is_refused() -> None:
    assert refusal(NORMALISER, record(FIELDS, key="bob")) is Reason.BAD_VALUE


@settings(deadline=None)
@given(garbage(FIELDS))
def test_garbage_is_rejected_and_nothing_worse(value: bytes) -> None:
    survives(NORMALISER, value, keys=KEYS)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_texts_pass_unchanged(title: str, message: str) -> None:
    said = data(NORMALISER, FIELDS | {"title": title, "message": message})

    assert (said["title"], said["message"]) == (title, message)
