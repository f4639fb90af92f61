"""Changes and volume of the last 24 hours, against models that store everything."""

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.markets import DAY, HOUR, MINUTE, SECOND, START
from tests.builders.states import state_of
from vezta_stream.ingestor.markets.history import Changes, PriceHistory, TradedVolume

# Around the boundaries of minutes, fifths, hours and days.
_STEPS = st.sampled_from(
    [0, 1, SECOND, MINUTE - 1, MINUTE, MINUTE + 1, 4 * MINUTE, 5 * MINUTE, 61 * MINUTE, 23 * HOUR]
) | st.integers(0, 2 * HOUR)


def history(*prices: tuple[int, int]) -> PriceHistory:
    """Return a history of these (price, time)."""
    made = PriceHistory()
    for price, at in prices:
        made.set(price, at)
    return made


def test_without_a_price_nothing_has_changed() -> None:
    assert PriceHistory().changes(START) == Changes(0, 0, 0)
    assert PriceHistory().price is None


def test_changes_are_zero_until_there_is_a_sample() -> None:
    made = history((400_000, START + 1), (450_000, START + MINUTE - 1))

    assert made.changes(START + MINUTE - 1) == Changes(0, 0, 0)
    assert made.price == 450_000


def test_a_price_set_on_a_boundary_is_its_sample() -> None:
    made = history((400_000, START), (450_000, START + 1))

    assert made.changes(START + 1) == Changes(50_000, 50_000, 50_000)


def test_a_price_replaced_on_a_boundary_is_no_sample_of_it() -> None:
    made = history((400_000, START + 1), (450_000, START + MINUTE))

    assert made.changes(START + MINUTE).change5m == 0


def test_a_window_that_is_not_full_uses_its_oldest_sample() -> None:
    made = history((400_000, START), (450_000, START + MINUTE), (500_000, START + 2 * MINUTE))

    assert made.changes(START + 2 * MINUTE) == Changes(100_000, 100_000, 100_000)


def test_the_sample_in_force_is_the_newest_boundary_at_or_before_then() -> None:
    made = history((400_000, START), (450_000, START + MINUTE), (500_000, START + 10 * MINUTE))

    assert made.changes(START + 6 * MINUTE - 1).change5m == 100_000  # then: 0:59.999
    assert made.changes(START + 6 * MINUTE).change5m == 50_000  # then: 1:00


def test_the_day_is_sampled_each_fifth_minute_only() -> None:
    made = history((400_000, START), (450_000, START + MINUTE), (500_000, START + 2 * MINUTE))

    assert made.changes(START + DAY + 4 * MINUTE).change24h == 100_000  # sample of 0:00
    assert made.changes(START + DAY + 5 * MINUTE).change24h == 0


def test_the_same_price_again_starts_nothing_new() -> None:
    made = history((400_000, START), (400_000, START + MINUTE), (450_000, START + 2 * MINUTE))

    assert made.changes(START + 2 * MINUTE).change1h == 50_000


def test_a_run_is_joined_to_an_equal_one_before_a_short_visit_elsewhere() -> None:
    made = history(
        (400_000, START), (450_000, START + 1), (400_000, START + 2), (500_000, START + MINUTE)
    )

    assert made.changes(START + MINUTE).change5m == 100_000


def test_no_more_is_kept_than_the_windows_need() -> None:
    made = PriceHistory()
    for minute in range(3 * 24 * 60):
        made.set(minute, START + minute * MINUTE)

    assert len(str(state_of(made)).split(",")) < 2 * (60 + 24 * 60 // 5 + 10)


@given(st.lists(st.tuples(st.integers(1, 3), _STEPS), min_size=1), _STEPS)
def test_changes_are_those_of_a_model_that_stores_every_price(
    steps: list[tuple[int, int]], last_step: int
) -> None:
    made, told, now = PriceHistory(), [], START + 7
    for price, step in steps:
        now += step
        made.set(price, now)
        told.append((price, now))
        assert made.changes(now) == _naive_changes(told, now)
    now += last_step
    assert made.changes(now) == _naive_changes(told, now)


def _naive_changes(told: list[tuple[int, int]], now: int) -> Changes:
    return Changes(
        _naive_change(told, now, window=5 * MINUTE, step=MINUTE),
        _naive_change(told, now, window=HOUR, step=MINUTE),
        _naive_change(told, now, window=DAY, step=5 * MINUTE),
    )


def _naive_change(told: list[tuple[int, int]], now: int, *, window: int, step: int) -> int:
    first = -(-told[0][1] // step) * step
    wanted = max((now - window) // step * step, first)
    if wanted > now:
        return 0  # no boundary has passed yet
    return told[-1][0] - next(price for price, at in reversed(told) if at <= wanted)


def test_volume_is_the_sum_of_the_last_24_hours() -> None:
    volume = TradedVolume()
    volume.add(5, START)
    volume.add(7, START + HOUR)

    assert volume.total(START + HOUR) == 12


def test_volume_of_nothing_is_nothing() -> None:
    assert TradedVolume().total(START) == 0


def test_a_trade_never_leaves_before_it_is_24_hours_old() -> None:
    volume = TradedVolume()
    volume.add(5, START + MINUTE - 1)

    assert volume.total(START + MINUTE - 1 + DAY - 1) == 5


def test_a_trade_has_left_a_minute_after_it_became_24_hours_old() -> None:
    volume = TradedVolume()
    volume.add(5, START)

    assert volume.total(START + DAY + MINUTE - 1) == 5
    assert volume.total(START + DAY + MINUTE) == 0


def test_a_late_trade_counts_at_its_own_minute() -> None:
    volume = TradedVolume()
    volume.add(5, START + HOUR)
    volume.add(7, START)

    assert volume.total(START + HOUR) == 12
    assert volume.total(START + DAY + MINUTE) == 5


def test_a_trade_from_before_the_window_does_not_count() -> None:
    volume = TradedVolume()
    volume.add(7, START - DAY - MINUTE)

    assert volume.total(START) == 0


@given(st.lists(st.tuples(st.integers(0, 10**30), _STEPS, st.integers(0, 3 * HOUR)), max_size=30))
def test_volume_is_that_of_a_model_that_stores_every_trade(
    steps: list[tuple[int, int, int]],
) -> None:
    volume, told, now = TradedVolume(), [], START
    for amount, step, late in steps:
        now += step
        volume.add(amount, now - late)
        told.append((amount, now - late))
        since = now // MINUTE * MINUTE - DAY
        assert volume.total(now) == sum(amount for amount, at in told if at >= since)
