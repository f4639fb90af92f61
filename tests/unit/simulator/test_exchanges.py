from collections import Counter
from random import Random

from tests.unit.simulator.builders import NOW, habits, messages, payloads
from vezta_stream.schemas.market import Source
from vezta_stream.simulator.emissions import ExchangeFrame, Topic
from vezta_stream.simulator.exchanges import Exchanges


def exchanges(count: int = 20, *, seed: int = 1) -> Exchanges:
    opened = Exchanges(count=count, rng=Random(seed), habits=habits())
    opened.open(NOW)
    return opened


def test_markets_are_of_both_exchanges_and_of_every_nature() -> None:
    markets = exchanges(200).markets

    sources = Counter(market.listing.source for market in markets)
    assert sources[Source.POLYMARKET] > sources[Source.KALSHI] > 50
    assert {market.tick for market in markets} == {1, 10}
    assert {market.nature.two_sided for market in markets} == {True, False}
    assert {market.nature.lot for market in markets} == {1, 10_000, 1_000_000}


def test_trading_sends_at_least_as_much_as_asked_for_within_the_time() -> None:
    opened = exchanges()
    before = opened.messages

    frames = opened.trade(50, start_ms=NOW, end_ms=NOW + 20)

    sent = messages(frames)
    assert 50 <= len(sent) == opened.messages - before < 80
    stamps = [int(each["timestamp"]) for each in sent if "timestamp" in each]
    assert stamps == sorted(stamps)
    assert NOW <= stamps[0] <= stamps[-1] < NOW + 20


def test_nothing_is_sent_when_nothing_is_asked_for() -> None:
    assert exchanges().trade(0.0, start_ms=NOW, end_ms=NOW) == []
    assert exchanges().trade(-3.5, start_ms=NOW, end_ms=NOW + 20) == []


def test_some_markets_are_far_more_active_than_others() -> None:
    opened = exchanges(50)
    frames = opened.trade(3000, start_ms=NOW, end_ms=NOW + 1000)

    active = Counter(
        each.get("market") or each["msg"]["market_ticker"] for each in messages(frames)
    ).most_common()

    assert active[0][1] > 10 * active[-1][1]


def test_snapshots_are_given_of_open_kalshi_markets() -> None:
    opened = exchanges()
    tickers = [m.listing.external_id for m in opened.markets if m.listing.source is Source.KALSHI]

    frames = opened.snapshots([tickers[1], "unknown", tickers[0]])

    assert [each["msg"]["market_ticker"] for each in messages(frames)] == [tickers[1], tickers[0]]


def test_a_resolved_market_is_closed_and_another_opens_in_its_place() -> None:
    for index in range(6):
        opened = exchanges()
        ended = opened.markets[index]

        emissions = opened.resolve(ended, True, NOW)

        following = opened.markets[index]
        assert ended.is_closed
        assert following.listing.source is ended.listing.source
        assert [
            (each["marketId"], each["active"]) for each in payloads(emissions, Topic.CATALOG)
        ] == [(ended.listing.market_id, False), (following.listing.market_id, True)]
        assert isinstance(emissions[-1], ExchangeFrame)
        assert following.listing.external_id in emissions[-1].data.decode()


def test_the_catalog_is_refreshed_with_what_was_traded() -> None:
    opened = exchanges(1)
    [market] = opened.markets
    market.turnover = 1_000_000_000

    [record] = opened.refresh(NOW)

    assert record == market.listing.catalog_record(
        tick=market.tick, traded=100_000, active=True, now_ms=NOW
    )
