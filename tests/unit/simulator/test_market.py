from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simulator.builders import NOW, market, with_book
from vezta_stream.simulator.book import Change
from vezta_stream.simulator.market import Fill, Market, Take
from vezta_stream.simulator.texts import SHARE

# Six levels a side: takers leave a book alone that has fewer.
BIDS = {490: 100, 480: 100, 470: 100, 460: 100, 450: 100, 440: 100}
ASKS = {510: 100, 520: 100, 530: 100, 540: 100, 550: 100, 560: 100}


def moved_to(made: Market, fair: int) -> Market:
    made.fair = fair
    return made


def takes(made: Market, count: int) -> list[Take]:
    return [take for _ in range(count) if (take := made.take()) is not None]


def test_a_new_market_has_dozens_of_levels_around_its_probability() -> None:
    made = market(probability=0.6, tick=1)

    assert made.fair == 600
    assert 20 <= len(made.book.bids) <= 25
    assert 20 <= len(made.book.asks) <= 25
    assert max(made.book.bids) < 600 < min(made.book.asks)


def test_a_one_sided_market_has_no_asks_and_never_gets_any() -> None:
    made = market(two_sided=False, probability=0.9)
    for n in range(500):
        made.wander(NOW + 100 * n)
        made.quote()
        made.take()

    assert made.book.asks == {}
    assert made.book.best_bid is not None
    assert made.midpoint() == 1000 * made.book.best_bid


def test_the_midpoint_is_between_the_best_prices() -> None:
    assert with_book(BIDS, ASKS).midpoint() == 500_000
    assert with_book(BIDS, {}).midpoint() == 490_000
    assert with_book({}, ASKS).midpoint() == 510_000
    assert with_book({}, {}, probability=0.5).midpoint() == 500_000


def test_makers_pull_what_has_become_too_good() -> None:
    assert moved_to(with_book(BIDS, ASKS), 485).quote()[0] == Change(True, 490, 100 * SHARE, 0)
    assert moved_to(with_book(BIDS, ASKS), 515).quote()[0] == Change(False, 510, 100 * SHARE, 0)


def test_makers_pull_a_few_levels_at_once_when_the_price_jumps() -> None:
    pulled = moved_to(with_book(BIDS, ASKS), 400).quote()[:4]

    assert [(change.price, change.after) for change in pulled] == [
        (490, 0),
        (480, 0),
        (470, 0),
        (460, 0),
    ]


def test_makers_improve_what_is_too_far() -> None:
    [improved] = moved_to(with_book({400: 1}, {510: 1}), 500).quote()
    assert (improved.is_bid, improved.price) == (True, 490)

    [improved] = moved_to(with_book({490: 1}, {600: 1}), 500).quote()
    assert (improved.is_bid, improved.price) == (False, 510)


def test_a_requote_is_two_changes_at_once() -> None:
    sizes = {
        len(moved_to(with_book({490: 1, 400: 1}, ASKS, seed=seed), 485).quote())
        for seed in range(30)
    }

    assert sizes == {1, 2}


def test_a_book_that_grew_too_deep_loses_its_farthest_level() -> None:
    deep = with_book({490 - 10 * n: 1 for n in range(30)}, {510 + 10 * n: 1 for n in range(30)})

    [change] = deep.quote()

    assert (change.price, change.after) in {(200, 0), (800, 0)}


def test_prices_wander_and_lean_to_the_end_that_is_known() -> None:
    for yes in (True, False):
        leaning = market(probability=0.5, volatility=0.001)
        leaning.lean(yes)
        for n in range(100):
            leaning.wander(NOW + 1000 * n)
        assert leaning.fair > 950 if yes else leaning.fair < 50


def test_takers_hit_the_side_that_is_mispriced() -> None:
    [bought] = takes(moved_to(with_book(BIDS, ASKS), 540), 1)
    assert bought.buys
    assert bought.fills[0].price == 510

    [sold] = takes(moved_to(with_book(BIDS, ASKS), 460), 1)
    assert not sold.buys
    assert sold.fills[0].price == 490


def test_takers_leave_a_thin_book_alone() -> None:
    assert with_book({490: 1}, {510: 1}).take() is None


def test_takers_come_in_every_kind() -> None:
    taken = [take for seed in range(200) for take in takes(with_book(BIDS, ASKS, seed=seed), 1)]

    assert {take.buys for take in taken} == {True, False}
    assert {take.remainder is None for take in taken} == {True, False}
    assert any(take.changes[-1].after > 0 for take in taken)
    deep = {490 - 10 * n: 100 for n in range(12)}, {510 + 10 * n: 100 for n in range(12)}
    swept = [take for seed in range(200) for take in takes(with_book(*deep, seed=seed), 1)]
    assert max(len(take.fills) for take in swept) > 2


def test_what_is_taken_is_counted() -> None:
    made = with_book(BIDS, ASKS)
    [take] = takes(made, 1)

    assert made.volume == sum(fill.size for fill in take.fills)
    assert made.turnover == sum(fill.size * fill.price // 1000 for fill in take.fills)
    assert made.last_price == take.fills[-1].price


@given(st.integers(0, 10_000), st.sampled_from([1, 10]), st.floats(0.02, 0.98))
@settings(max_examples=40, deadline=None)
def test_a_market_stays_sound_whatever_happens(seed: int, tick: int, probability: float) -> None:
    made = market(seed=seed, tick=tick, probability=probability, volatility=0.3)
    for n in range(60):
        made.wander(NOW + 500 * n)
        made.quote()
        take = made.take() if n % 3 == 0 else None
        if take is not None:
            assert take.fills == [
                Fill(change.price, change.before - change.after) for change in take.changes
            ]
        book = made.book
        assert book.best_bid is None or book.best_ask is None or book.best_bid < book.best_ask
        for price, size in (*book.bids.items(), *book.asks.items()):
            assert 0 < price < 1000
            assert price % tick == 0
            assert size > 0
            assert size % made.nature.lot == 0
