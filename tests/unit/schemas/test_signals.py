import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.signals import Category, Severity, Signal, SignalSource, SignalType

WHALE: dict[str, object] = {
    "id": "g-1",
    "type": "whale_trade",
    "severity": "high",
    "headline": "A large trade",
    "summary": "50,000 USD on NO",
    "source": "platform",
    "sourceName": "Vezta",
    "sourceHandle": None,
    "category": "financials",
    "lat": None,
    "lng": None,
    "country": None,
    "countryCode": None,
    "countryFlag": None,
    "address": None,
    "marketId": "m-1",
    "side": "buy",
    "amount": "50000.00",
    "relatedMarketIds": [],
    "imageUrl": None,
    "sourceUrl": None,
    "sourceAvatarUrl": None,
    "createdAt": "2026-05-04T03:02:01.007Z",
}
PLACED = WHALE | {
    "lat": -12.5,
    "lng": 179.25,
    "country": "Fiji",
    "countryCode": "FJ",
    "countryFlag": "🇫🇯",
    "relatedMarketIds": ["m-2"],
}


@pytest.mark.parametrize("example", [WHALE, PLACED])
def test_example_survives_the_way_there_and_back(example: dict[str, object]) -> None:
    assert there_and_back(Signal, compact(example)) == compact(example)


def test_reference_example_survives_the_way_there_and_back() -> None:
    example = reference_example("monitor:signals")

    assert there_and_back(Signal, example) == example


def test_what_is_not_said_of_a_signal_is_an_explicit_null() -> None:
    signal = Signal(
        id="g-1",
        type=SignalType.ANOMALY,
        severity=Severity.LOW,
        headline="h",
        summary="s",
        source=SignalSource.X,
        source_name="n",
        category=Category.TECH,
        created_at=Instant.parse("2026-05-04T03:02:01.007Z"),
    )

    assert encode(signal) == (
        b'{"id":"g-1","type":"anomaly","severity":"low","headline":"h","summary":"s",'
        b'"source":"x","sourceName":"n","sourceHandle":null,"category":"tech","lat":null,'
        b'"lng":null,"country":null,"countryCode":null,"countryFlag":null,"address":null,'
        b'"marketId":null,"side":null,"amount":null,"relatedMarketIds":[],"imageUrl":null,'
        b'"sourceUrl":null,"sourceAvatarUrl":null,"createdAt":"2026-05-04T03:02:01.007Z"}'
    )
