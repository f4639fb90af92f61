import json
from typing import Any

import msgspec
import pytest

from tests.unit.schemas.round_trip import sample
from vezta_stream.core.decimals import Price, Usd
from vezta_stream.schemas.catalog import CatalogEntry
from vezta_stream.schemas.codec import decoder
from vezta_stream.schemas.market import Source

ON_POLYMARKET: dict[str, Any] = {
    "marketId": "m-1",
    "slug": "will-it-rain",
    "title": "Will it rain?",
    "source": "Polymarket",
    "conditionId": "0xc0",
    "tokenIds": ["7" * 77, "8" * 77],
    "tickSize": 0.01,
    "category": "macro",
    "volume24h": 12.345,
    "active": True,
    "updatedAt": "2026-05-04T03:02:01Z",
}
ON_KALSHI: dict[str, Any] = {
    "marketId": "m-2",
    "slug": "rain-26",
    "title": "Rain in 2026",
    "source": "kalshi",
    "ticker": "RAIN-26",
    "active": False,
    "updatedAt": 1777863721,
}


def entry(fields: object) -> CatalogEntry:
    decoded: CatalogEntry = decoder(CatalogEntry).decode(json.dumps(fields).encode())
    return decoded


def test_polymarket_entry_is_read_with_exact_numbers() -> None:
    read = entry(ON_POLYMARKET)

    assert read.source is Source.POLYMARKET
    assert read.token_ids == ("7" * 77, "8" * 77)
    assert (read.tick_size, read.volume24h) == (Price.parse("0.01"), Usd.parse("12.35"))


def test_optional_fields_may_be_absent() -> None:
    read = entry(ON_KALSHI)

    assert (read.condition_id, read.token_ids, read.tick_size) == (None, None, None)
    assert (read.category, read.volume24h, read.active) == (None, None, False)


def test_external_id_is_the_exchanges_own() -> None:
    assert entry(ON_POLYMARKET).external_id == "0xc0"
    assert entry(ON_KALSHI).external_id == "RAIN-26"
    assert entry(ON_KALSHI | {"source": "polymarket"}).external_id is None


@pytest.mark.parametrize("tokens", [["7"], ["7", "8", "9"], [7, 8], "78"])
def test_tokens_are_a_pair_of_strings(tokens: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        entry(ON_POLYMARKET | {"tokenIds": tokens})


def test_sample_catalogue_is_read_whole() -> None:
    for line in sample("catalog.jsonl").splitlines():
        fields = json.loads(line)

        assert entry(fields).external_id == fields.get("conditionId", fields.get("ticker"))
