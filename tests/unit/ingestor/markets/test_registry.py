"""Which Vezta market an exchange's market is."""

from typing import Any

import pytest

from tests.builders.markets import (
    CONDITION,
    MARKET,
    NO,
    TICKER,
    YES,
    as_bytes,
    catalog_entry,
    kalshi_entry,
    registry,
    without,
)
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.schemas.market import Source


def refusal(known: Registry, **fields: Any) -> Reason:
    """Return why a catalog record is refused."""
    with pytest.raises(Rejected) as caught:
        known.apply(as_bytes(catalog_entry(**fields)))
    return caught.value.reason


def test_a_polymarket_entry_is_found_by_its_condition() -> None:
    known = registry(catalog_entry(tickSize="0.001", volume24h="1234.565", category="crypto"))

    assert known.find(Source.POLYMARKET, CONDITION) == Identity(
        source=Source.POLYMARKET,
        external_id=CONDITION,
        market_id=MARKET,
        slug="rain-tomorrow",
        title="Rain tomorrow?",
        tokens=(YES, NO),
        category="crypto",
        tick_size=1_000,
        volume24h=123_457,
        inactive_since=None,
    )


def test_a_kalshi_entry_is_found_by_its_ticker() -> None:
    known = registry(kalshi_entry())

    found = known.find(Source.KALSHI, TICKER)
    assert found is not None
    assert found == known.find_or_derive(TICKER)
    assert (found.market_id, found.tokens) == (MARKET, None)
    assert known.find(Source.POLYMARKET, TICKER) is None


def test_an_inactive_entry_says_since_when() -> None:
    [found] = registry(catalog_entry(active=False))

    assert found.inactive_since == 1_790_553_600_000


def test_a_kalshi_market_without_entry_is_named_after_its_ticker() -> None:
    # UUIDv5 of "kalshi:KXRAIN-26SEP29-T1" in the namespace of the rules, worked out apart.
    derived = registry().find_or_derive(TICKER)

    assert derived.market_id == "3d88e908-2798-58a2-bc5d-f68fc835a7d9"
    assert (derived.slug, derived.title) == (TICKER, TICKER)


def test_a_newer_entry_replaces_an_older_one() -> None:
    known = registry(catalog_entry(), catalog_entry(slug="renamed"))

    assert [found.slug for found in known] == ["renamed"]
    assert len(known) == 1


def test_a_removed_entry_is_not_found_any_more() -> None:
    known = registry(catalog_entry())
    known.remove("nonsense")
    known.remove(f"kalshi:{CONDITION}")
    assert len(known) == 1

    known.remove(f"polymarket:{CONDITION}")
    known.remove(f"polymarket:{CONDITION}")
    assert known.find(Source.POLYMARKET, CONDITION) is None


def test_an_unpublished_market_may_still_get_another_id() -> None:
    known = registry(catalog_entry(), catalog_entry(marketId="another"))

    assert [found.market_id for found in known] == ["another"]


def test_a_published_market_may_not() -> None:
    known = registry(catalog_entry())
    [found] = known
    known.published(found)

    assert refusal(known, marketId="another") is Reason.BAD_VALUE
    assert [kept.market_id for kept in known] == [MARKET]


def test_a_published_market_keeps_its_id_when_the_catalog_forgets_it() -> None:
    known = registry(kalshi_entry())
    known.published(known.find_or_derive(TICKER))
    known.remove(f"kalshi:{TICKER}")

    assert known.find_or_derive(TICKER).market_id == MARKET


def test_a_derived_id_that_was_published_sticks_too() -> None:
    known = registry()
    known.published(known.find_or_derive(TICKER))
    with pytest.raises(Rejected):
        known.apply(as_bytes(kalshi_entry()))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"conditionId": None}, Reason.MISSING_FIELD),
        ({"conditionId": ""}, Reason.MISSING_FIELD),
        ({"source": "kalshi"}, Reason.MISSING_FIELD),
        ({"tokenIds": None}, Reason.MISSING_FIELD),
        ({"tokenIds": [YES]}, Reason.BAD_VALUE),
        ({"tokenIds": [YES, YES]}, Reason.BAD_VALUE),
        ({"tokenIds": [YES, ""]}, Reason.BAD_VALUE),
        ({"marketId": ""}, Reason.BAD_VALUE),
        ({"marketId": None}, Reason.MISSING_FIELD),
        ({"source": "manifold"}, Reason.BAD_VALUE),
        ({"tickSize": "0"}, Reason.BAD_VALUE),
        ({"tickSize": "1"}, Reason.BAD_VALUE),
        ({"tickSize": "-0.01"}, Reason.BAD_VALUE),
        ({"volume24h": "-1"}, Reason.BAD_VALUE),
        ({"volume24h": "NaN"}, Reason.BAD_VALUE),
        ({"updatedAt": "yesterday"}, Reason.BAD_VALUE),
        ({"active": "yes"}, Reason.BAD_VALUE),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(fields: dict[str, Any], reason: Reason) -> None:
    known = registry()

    assert refusal(known, **fields) is reason
    assert len(known) == 0


@pytest.mark.parametrize("name", ["slug", "title", "source", "active", "updatedAt"])
def test_a_required_field_that_lacks_is_named_as_the_reason(name: str) -> None:
    with pytest.raises(Rejected) as caught:
        registry().apply(as_bytes(without(catalog_entry(), name)))

    assert caught.value.reason is Reason.MISSING_FIELD
