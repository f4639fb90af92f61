"""The allowance of one connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.limits import RateLimit, TokenBucket


def test_a_burst_is_allowed_and_no_more() -> None:
    bucket = TokenBucket(RateLimit(per_second=1.0, burst=3), now=0.0)

    assert [bucket.take(now=0.0) for _ in range(4)] == [True, True, True, False]


def test_the_allowance_grows_with_time_up_to_the_burst() -> None:
    bucket = TokenBucket(RateLimit(per_second=2.0, burst=2), now=0.0)
    bucket.take(now=0.0)
    bucket.take(now=0.0)

    assert bucket.take(now=0.4) is False
    assert bucket.take(now=0.5) is True
    assert [bucket.take(now=100.0) for _ in range(3)] == [True, True, False]


def test_being_refused_costs_nothing() -> None:
    bucket = TokenBucket(RateLimit(per_second=1.0, burst=1), now=0.0)
    bucket.take(now=0.0)
    for tenth in range(1, 10):
        assert bucket.take(now=tenth / 10) is False

    assert bucket.take(now=1.01) is True


def test_a_clock_that_runs_backwards_gives_nothing_away() -> None:
    bucket = TokenBucket(RateLimit(per_second=1.0, burst=1), now=10.0)
    bucket.take(now=10.0)

    assert bucket.take(now=5.0) is False
    assert bucket.take(now=10.5) is False
    assert bucket.take(now=11.0) is True


@given(
    waits=st.lists(st.floats(0, 10), max_size=50),
    per_second=st.floats(0.1, 100),
    burst=st.integers(1, 20),
)
def test_no_history_exceeds_burst_plus_rate(
    waits: list[float], per_second: float, burst: int
) -> None:
    bucket = TokenBucket(RateLimit(per_second, burst), now=0.0)
    now = 0.0
    taken = 0
    for wait in waits:
        now += wait
        taken += bucket.take(now=now)

    assert taken <= burst + now * per_second + 1e-6


@pytest.mark.parametrize("burst", [1, 5])
def test_who_asks_at_the_rate_is_never_refused(burst: int) -> None:
    bucket = TokenBucket(RateLimit(per_second=4.0, burst=burst), now=0.0)

    assert all(bucket.take(now=step / 4) for step in range(100))
