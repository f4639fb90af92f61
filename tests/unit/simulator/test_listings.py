from random import Random

import msgspec

from tests.unit.simulator.builders import NOW, listing
from vezta_stream.schemas.catalog import CatalogEntry
from vezta_stream.schemas.codec import decoder
from vezta_stream.schemas.market import Source
from vezta_stream.simulator.listings import Registrar


def test_a_polymarket_listing_has_a_condition_id_and_two_long_tokens() -> None:
    listed = Registrar(Random(1)).polymarket(NOW)

    assert len(listed.external_id) == 66
    assert int(listed.external_id, 16)
    assert [len(token) for token in listed.tokens] == [77, 77]
    assert listed.tokens[0] != listed.tokens[1]


def test_a_kalshi_listing_has_a_ticker_of_series_day_and_strike() -> None:
    listed = Registrar(Random(1)).kalshi(NOW)

    series, day, strike = listed.external_id.split("-")
    assert series.startswith("KX")
    assert day[:2] in {"26", "27"}
    assert strike.startswith("T")


def test_names_never_repeat() -> None:
    registrar = Registrar(Random(1))
    listed = [registrar.kalshi(NOW) for _ in range(2000)]
    listed += [registrar.polymarket(NOW) for _ in range(2000)]

    assert len({each.slug for each in listed}) == 4000
    assert len({each.external_id for each in listed}) == 4000
    assert len({each.market_id for each in listed}) == 4000


def test_only_some_listings_know_their_volume() -> None:
    registrar = Registrar(Random(1))
    volumes = {registrar.kalshi(NOW).volume24h is None for _ in range(50)}

    assert volumes == {True, False}


def test_the_catalog_understands_a_polymarket_record() -> None:
    record = listing(volume24h=1_000_00).catalog_record(tick=10, traded=25, active=True, now_ms=NOW)

    entry = decoder(CatalogEntry).decode(record.value)
    assert record.key == "polymarket:0xabc"
    assert (entry.external_id, entry.token_ids) == ("0xabc", ("111", "222"))
    assert (str(entry.tick_size), str(entry.volume24h)) == ("0.010000", "1000.25")
    assert entry.category == "financials"


def test_the_catalog_understands_a_kalshi_record() -> None:
    record = listing(Source.KALSHI).catalog_record(tick=1, traded=25, active=False, now_ms=NOW)

    entry = msgspec.json.decode(record.value)
    assert record.key == "kalshi:KXGOLD-26DEC31-T2000"
    assert entry["ticker"] == "KXGOLD-26DEC31-T2000"
    assert (entry["volume24h"], entry["active"], entry["tokenIds"]) == (None, False, None)
