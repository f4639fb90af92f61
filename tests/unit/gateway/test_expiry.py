"""Ending grants in time."""

import asyncio

from vezta_stream.gateway.expiry import Expiries


class Recorder:
    """Keeps when it was told to expire."""

    def __init__(self) -> None:
        self.expired_at: list[float] = []
        self.expired = asyncio.Event()

    def expire(self, *, now: float) -> None:
        """Keep it."""
        self.expired_at.append(now)
        self.expired.set()


class Clock:
    """Says what the test says."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def expiries(clock: Clock) -> Expiries:
    """A watch that looks ten times a second."""
    return Expiries(clock=clock, tick_seconds=0.1)


def test_what_is_due_is_told_and_the_rest_is_not() -> None:
    clock, soon, late = Clock(), Recorder(), Recorder()
    watch = expiries(clock)
    watch.watch(soon, valid_until=1_010.0)
    watch.watch(late, valid_until=1_020.0)
    clock.now = 1_010.5
    watch.expire_due()

    assert soon.expired_at == [1_010.5]
    assert late.expired_at == []


def test_a_refreshed_grant_has_a_new_end() -> None:
    clock, recorder = Clock(), Recorder()
    watch = expiries(clock)
    watch.watch(recorder, valid_until=1_010.0)
    watch.watch(recorder, valid_until=2_000.0)
    clock.now = 1_500.0
    watch.expire_due()

    assert recorder.expired_at == []
    assert len(watch) == 1


def test_who_is_forgotten_is_not_told() -> None:
    clock, recorder = Clock(), Recorder()
    watch = expiries(clock)
    watch.watch(recorder, valid_until=1_010.0)
    watch.forget(recorder)
    watch.forget(recorder)
    clock.now = 1_500.0
    watch.expire_due()

    assert recorder.expired_at == []
    assert len(watch) == 0


async def test_it_looks_by_itself() -> None:
    clock, recorder = Clock(), Recorder()
    watch = Expiries(clock=clock, tick_seconds=0.001)
    watch.watch(recorder, valid_until=1_010.0)
    clock.now = 1_011.0
    task = asyncio.create_task(watch.run())
    async with asyncio.timeout(5):
        await recorder.expired.wait()
    task.cancel()

    assert recorder.expired_at == [1_011.0]
