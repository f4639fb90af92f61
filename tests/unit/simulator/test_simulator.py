from collections import Counter

import pytest

from tests.unit.simulator.builders import NOW, STEP_MS, habits, messages, payloads, simulator
from tests.unit.simulator.replay import KalshiReplay, PolymarketReplay, mirrored, true_book
from vezta_stream.schemas.market import Source
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, InputRecord, Topic
from vezta_stream.simulator.simulator import Simulator


def steps(world: Simulator, count: int, *, every_ms: int = STEP_MS) -> list[Emission]:
    """Open the world and let it take steps."""
    return [each for n in range(count + 1) for each in world.step(NOW + every_ms * n)]


def test_the_first_step_gives_the_catalog_and_then_every_book() -> None:
    world = simulator(markets=30)

    opening = world.step(NOW)

    catalogued = [each.key for each in opening[:30] if isinstance(each, InputRecord)]
    assert catalogued == [f"{m.listing.source}:{m.listing.external_id}" for m in world.markets]
    assert all(isinstance(each, ExchangeFrame) for each in opening[30:])
    kinds = Counter(each.get("event_type") or each["type"] for each in messages(opening))
    on_kalshi = sum(each.listing.source is Source.KALSHI for each in world.markets)
    assert kinds["orderbook_snapshot"] == on_kalshi
    assert kinds["book"] == 2 * (30 - on_kalshi)


def test_the_same_seed_and_times_give_the_same_bytes() -> None:
    assert steps(simulator(seed=3), 100) == steps(simulator(seed=3), 100)
    assert steps(simulator(seed=3), 5) != steps(simulator(seed=4), 5)


@pytest.mark.parametrize("seed", range(4))
def test_polymarkets_frames_replayed_are_the_true_books(seed: int) -> None:
    world = simulator(seed=seed, habits=habits(take=0.1, array=0.1, rebook=0.01))
    replay = PolymarketReplay()

    for n in range(60):
        replay.apply(world.step(NOW + STEP_MS * n))
        for market in world.markets:
            if market.listing.source is Source.POLYMARKET:
                yes, no = market.listing.tokens
                assert replay.books[yes] == true_book(market)
                assert replay.books[no] == mirrored(true_book(market))


@pytest.mark.parametrize("seed", range(4))
def test_kalshis_frames_replayed_are_the_true_books_in_spite_of_gaps(seed: int) -> None:
    world = simulator(seed=seed, habits=habits(take=0.1, gap=0.02, acknowledgement=0.05))
    replay = KalshiReplay()

    for n in range(100):
        replay.apply(world.step(NOW + STEP_MS * n))
        world.request_snapshots(replay.asked)
        replay.asked.clear()
    settle(world, replay)

    assert replay.guard.gaps > 0
    for market in world.markets:
        if market.listing.source is Source.KALSHI:
            assert replay.books[market.listing.external_id] == true_book(market)


def settle(world: Simulator, replay: KalshiReplay) -> None:
    """Take steps in which no time passes until a last loss is noticed and mended."""
    tickers = [m.listing.external_id for m in world.markets if m.listing.source is Source.KALSHI]
    world.request_snapshots(tickers)
    for _ in range(3):
        replay.apply(world.step(0))
        world.request_snapshots(replay.asked)
        replay.asked.clear()


def test_kalshis_numbers_are_consecutive_but_for_the_frames_lost_on_purpose() -> None:
    world, replay = simulator(markets=20, habits=habits(gap=0.01)), KalshiReplay()

    replay.apply(steps(world, 100))

    missing = [
        (sid, number)
        for sid, numbers in replay.numbers.items()
        for number in range(1, numbers[-1] + 1)
        if number not in set(numbers)
    ]
    assert missing
    assert set(missing) <= set(world.lost)
    assert all(numbers == sorted(set(numbers)) for numbers in replay.numbers.values())


def test_snapshots_come_with_the_next_step_and_only_for_known_tickers() -> None:
    world = simulator()
    world.step(NOW)
    ticker = next(m for m in world.markets if m.listing.source is Source.KALSHI).listing.external_id

    world.request_snapshots([ticker, "unknown", ticker])

    assert [each["msg"]["market_ticker"] for each in messages(world.step(NOW))] == [ticker]
    assert world.step(NOW) == []


@pytest.mark.parametrize("rate", [50, 1000, 3000])
def test_the_rate_is_kept_over_both_exchanges(rate: float) -> None:
    world = simulator(rate=rate)
    world.step(NOW)

    sent = sum(len(messages(world.step(NOW + STEP_MS * n))) for n in range(1, 101))

    assert 2 * rate - 5 <= sent <= 2 * rate + 50


def test_after_a_pause_the_world_does_not_race() -> None:
    world = simulator(rate=1000)
    world.step(NOW)

    assert len(messages(world.step(NOW + 60_000))) < 400


def test_a_clock_that_goes_back_stands_still() -> None:
    world = simulator()
    world.step(NOW)
    world.step(NOW + STEP_MS)

    assert world.step(NOW - 10_000) == []


def test_no_book_is_ever_crossed() -> None:
    world = simulator(habits=habits(take=0.2, burst=0.5))
    for n in range(100):
        world.step(NOW + STEP_MS * n)
        for market in world.markets:
            bid, ask = market.book.best_bid, market.book.best_ask
            assert bid is None or ask is None or bid < ask


def test_polymarkets_mix_is_as_recorded() -> None:
    world = simulator(markets=40, rate=5000)
    world.step(NOW)
    sent = [each for n in range(1, 200) for each in messages(world.step(NOW + STEP_MS * n))]

    kinds = Counter(each["event_type"] for each in sent if "event_type" in each)
    share = {kind: count / kinds.total() for kind, count in kinds.items()}

    assert 0.86 < share["price_change"] < 0.95
    assert 0.015 < share["best_bid_ask"] < 0.06
    assert 0.015 < share["book"] < 0.06
    assert 0.01 < share["last_trade_price"] < 0.035


def test_markets_resolve_and_others_take_their_place() -> None:
    world = simulator(habits=habits(resolve_every_ms=1000))
    world.step(NOW)

    emissions = [each for n in range(1, 251) for each in world.step(NOW + STEP_MS * n)]

    open_now = {each.listing.market_id for each in world.markets}
    catalog = payloads(emissions, Topic.CATALOG)
    gone = {each["marketId"] for each in catalog if not each["active"]}
    assert len(open_now) == 10
    assert len(gone) == 4
    assert not gone & open_now
    kinds = Counter(each.get("event_type") or each["type"] for each in messages(emissions))
    assert kinds["market_resolved"] + kinds["market_lifecycle_v2"] / 4 == 4


def test_the_true_books_hold_across_resolutions() -> None:
    world, replay = simulator(habits=habits(resolve_every_ms=500)), PolymarketReplay()

    replay.apply(steps(world, 150))

    for market in world.markets:
        if market.listing.source is Source.POLYMARKET:
            assert replay.books[market.listing.tokens[0]] == true_book(market)


def test_every_backend_has_something_to_say_within_a_minute() -> None:
    emissions = steps(simulator(rate=100), 600, every_ms=100)

    topics = Counter(each.topic for each in emissions)
    assert set(topics) == set(Topic)
    users = {each["userId"] for each in payloads(emissions, Topic.ORDERS)}
    assert "demo-user" in users
    assert len(users) == 3


def test_a_world_of_one_market_and_one_user_runs() -> None:
    assert steps(simulator(markets=1, others=0, rate=100), 200)
