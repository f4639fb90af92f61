from random import Random
from typing import Any

import msgspec

from tests.unit.simulator.builders import NOW, market
from vezta_stream.schemas.codec import decoder
from vezta_stream.schemas.signals import Signal
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.signals import SignalDesk


def some(count: int = 40) -> list[InputRecord]:
    desk, markets = SignalDesk(rng=Random(1)), [market(seed=1)]
    return [desk.next(markets, NOW + n) for n in range(count)]


def decoded(records: list[InputRecord]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(each.value) for each in records]


def test_there_are_signals_of_all_types() -> None:
    assert {each["type"] for each in decoded(some())} == {
        "whale_trade",
        "momentum_shift",
        "anomaly",
        "geopolitical",
    }


def test_signals_are_keyed_by_their_id() -> None:
    for record, signal in zip(some(), decoded(some()), strict=True):
        assert record.topic is Topic.SIGNALS
        assert record.key == signal["id"]


def test_whales_have_side_and_amount() -> None:
    for signal in decoded(some()):
        if signal["type"] == "whale_trade":
            assert signal["side"] in {"yes", "no"}
            assert float(signal["amount"]) >= 12_000


def test_reports_are_from_somewhere() -> None:
    for signal in decoded(some()):
        if signal["type"] == "geopolitical":
            assert -90 <= signal["lat"] <= 90
            assert signal["country"]
            assert signal["source"] != "platform"


def test_some_reports_have_the_names_of_the_rest_api() -> None:
    signals = decoded(some())
    from_rest = [each for each in signals if "title" in each]

    assert from_rest
    assert any(each["type"] == "geopolitical" for each in signals if "headline" in each)
    for signal in from_rest:
        assert "headline" not in signal
        assert signal["linkedMarkets"]
        assert signal["publishedAt"].endswith("Z")
        assert None not in signal.values()


def test_the_others_are_as_the_contract_has_them() -> None:
    for record in some():
        if b'"headline"' in record.value:
            assert decoder(Signal).decode(record.value).id == record.key
