import json
from decimal import Decimal
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
from vezta_stream.ingestor.normalisers.signals import SignalNormaliser

NORMALISER = SignalNormaliser()
REQUIRED: dict[str, Any] = {
    "id": "g-1",
    "type": "anomaly",
    "severity": "low",
    "headline": "Rain ☔ expected",
    "summary": "",
    "source": "news",
    "sourceName": "The Weather",
    "category": "macro",
    "createdAt": "2026-05-04T03:02:01Z",
}
FIELDS: dict[str, Any] = {
    "id": "g-1",
    "type": "anomaly",
    "severity": "low",
    "headline": "Rain ☔ expected",
    "summary": "",
    "source": "news",
    "sourceName": "The Weather",
    "sourceHandle": "@weather",
    "category": "macro",
    "lat": "-12.5",
    "lng": 179.25,
    "country": "Perú",
    "countryCode": "PE",
    "countryFlag": "🇵🇪",
    "address": "Lima",
    "marketId": "m-1",
    "side": "BUY",
    "amount": 1234.565,
    "relatedMarketIds": ["m-2", "m-3"],
    "imageUrl": "https://example.org/i.png",
    "sourceUrl": "https://example.org/",
    "sourceAvatarUrl": "https://example.org/a.png",
    "createdAt": "2026-05-04T03:02:01Z",
}
REST_NAMES = {
    "headline": "title",
    "createdAt": "publishedAt",
    "relatedMarketIds": "linkedMarkets",
}
KEYS = list(FIELDS)
OPTIONAL = [name for name in FIELDS if name not in REQUIRED]


def in_rest_spelling(fields: dict[str, Any]) -> dict[str, Any]:
    return {REST_NAMES.get(name, name): value for name, value in fields.items()}


def test_signal_goes_to_everybody_under_its_id_byte_for_byte() -> None:
    assert only(NORMALISER, FIELDS) == Publication(
        Channel.MONITOR_SIGNALS,
        "g-1",
        '{"id":"g-1","type":"anomaly","severity":"low","headline":"Rain ☔ expected",'
        '"summary":"","source":"news","sourceName":"The Weather","sourceHandle":"@weather",'
        '"category":"macro","lat":-12.5,"lng":179.25,"country":"Perú","countryCode":"PE",'
        '"countryFlag":"🇵🇪","address":"Lima","marketId":"m-1","side":"buy",'
        '"amount":"1234.57","relatedMarketIds":["m-2","m-3"],'
        '"imageUrl":"https://example.org/i.png","sourceUrl":"https://example.org/",'
        '"sourceAvatarUrl":"https://example.org/a.png",'
        '"createdAt":"2026-05-04T03:02:01.000Z"}'.encode(),
        None,
    )


def test_reference_example_passes_unchanged() -> None:
    assert passes_unchanged(NORMALISER, "monitor:signals")


def test_absent_values_are_explicit_nulls_in_the_contracts_order() -> None:
    said = data(NORMALISER, REQUIRED)

    assert list(said) == KEYS
    assert said["relatedMarketIds"] == []
    assert {said[name] for name in OPTIONAL if name != "relatedMarketIds"} == {None}


def test_nulls_mean_the_same_as_absent_values() -> None:
    nulls = FIELDS | dict.fromkeys(OPTIONAL)

    assert data(NORMALISER, nulls) == data(NORMALISER, REQUIRED)


def test_rest_spelling_gives_the_same_signal() -> None:
    assert only(NORMALISER, in_rest_spelling(FIELDS)) == only(NORMALISER, FIELDS)


def test_of_two_spellings_the_contracts_counts() -> None:
    both = FIELDS | {"title": "x", "publishedAt": 1777863722, "linkedMarkets": ["m-9"]}

    assert only(NORMALISER, both) == only(NORMALISER, FIELDS)


def test_null_in_the_contracts_spelling_leaves_the_rest_spelling_to_count() -> None:
    both = in_rest_spelling(FIELDS) | dict.fromkeys(REST_NAMES)

    assert only(NORMALISER, both) == only(NORMALISER, FIELDS)


def test_empty_list_in_the_contracts_spelling_counts() -> None:
    both = FIELDS | {"relatedMarketIds": [], "linkedMarkets": ["m-9"]}

    assert data(NORMALISER, both)["relatedMarketIds"] == []


def test_linked_markets_are_ids_or_objects_with_one() -> None:
    linked = [
        "m-1",
        {"marketId": "m-2", "id": "link-2", "title": "…"},
        {"id": "m-3"},
        {"id": "m-4", "marketId": None},
    ]

    said = data(NORMALISER, REQUIRED | {"linkedMarkets": linked})

    assert said["relatedMarketIds"] == ["m-1", "m-2", "m-3", "m-4"]


def test_linked_market_without_an_id_is_refused() -> None:
    nameless = REQUIRED | {"linkedMarkets": [{"title": "Rain"}]}

    assert refusal(NORMALISER, record(nameless)) is Reason.MISSING_FIELD


@pytest.mark.parametrize("side", ["yes", "No", "BUY", "sElL"])
def test_side_is_taken_in_any_letter_case_and_leaves_in_lower_case(side: str) -> None:
    assert data(NORMALISER, FIELDS | {"side": side})["side"] == side.lower()


def test_enumerations_are_taken_in_any_letter_case() -> None:
    shouted = {name: FIELDS[name].upper() for name in ["type", "severity", "source", "category"]}

    assert only(NORMALISER, FIELDS | shouted) == only(NORMALISER, FIELDS)


@pytest.mark.parametrize(
    ("lat", "lng", "text"),
    [
        ("90", "-180", b'"lat":90.0,"lng":-180.0'),
        (-90, 180, b'"lat":-90.0,"lng":180.0'),
        ("-0", "0.0", b'"lat":0.0,"lng":0.0'),
        (51.4779, "-0.0015", b'"lat":51.4779,"lng":-0.0015'),
        ("1.0000000004", "1.0000000005", b'"lat":1.0,"lng":1.000000001'),
    ],
)
def test_coordinates_are_json_numbers(lat: object, lng: object, text: bytes) -> None:
    assert text in (only(NORMALISER, FIELDS | {"lat": lat, "lng": lng}).data or b"")


@pytest.mark.parametrize("name", list(REQUIRED))
def test_missing_required_field_is_refused(name: str) -> None:
    assert refusal(NORMALISER, record(without(FIELDS, name))) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", ""),
        ("id", "x" * 257),
        ("type", "rumour"),
        ("severity", "medium"),
        ("category", "sport"),
        ("lat", "90.000001"),
        ("lat", -91),
        ("lng", 180.5),
        ("lng", "-181"),
        ("lat", "12° N"),
        ("side", "up"),
        ("marketId", ""),
        ("amount", -1),
        ("relatedMarketIds", "m-1"),
        ("relatedMarketIds", [None]),
        ("relatedMarketIds", [{"id": "m-1"}]),
        ("linkedMarkets", [7]),
        ("linkedMarkets", [{"id": ""}]),
        ("headline", 7),
    ],
)
def test_impossible_value_is_refused(name: str, value: object) -> None:
    assert refusal(NORMALISER, record(FIELDS | {name: value})) is Reason.BAD_VALUE


@pytest.mark.parametrize("name", ["lat", "lng", "amount", "side", "createdAt", "severity"])
@pytest.mark.parametrize("literal", ABSURD)
def test_absurd_value_is_a_dead_letter(name: str, literal: str) -> None:
    assert refusal(NORMALISER, raw(with_literal(FIELDS, name, literal))).is_dead_letter


def test_signal_may_come_under_any_key() -> None:
    assert only(NORMALISER, FIELDS, key="something else") == only(NORMALISER, FIELDS)


@settings(deadline=None)
@given(st.decimals(-90, 90, places=9), st.decimals(-180, 180, places=9))
def test_coordinates_keep_nine_digits(lat: Decimal, lng: Decimal) -> None:
    said = data(NORMALISER, FIELDS | {"lat": format(lat, "f"), "lng": format(lng, "f")})

    assert (said["lat"], said["lng"]) == (float(lat), float(lng))


@settings(deadline=None)
@given(garbage(FIELDS) | garbage(in_rest_spelling(FIELDS)))
def test_garbage_is_rejected_and_nothing_worse(value: bytes) -> None:
    survives(NORMALISER, value, keys=KEYS)


def test_whole_text_of_a_signal_passes_unchanged() -> None:
    summary = 'Line\n"quoted" \\ \x7f é 𝒳'

    said = only(NORMALISER, FIELDS | {"summary": summary}).data

    assert json.loads(said or b"{}")["summary"] == summary
