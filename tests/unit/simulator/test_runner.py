import asyncio
from collections.abc import Sequence

import pytest

from tests.unit.simulator.builders import NOW, simulator
from vezta_stream.simulator.emissions import Emission
from vezta_stream.simulator.runner import run


async def test_every_step_is_emitted_at_the_clocks_time_until_cancelled() -> None:
    clock, emitted = iter(range(NOW, NOW + 10_000, 20)), []
    enough = asyncio.Event()

    async def emit(emissions: Sequence[Emission]) -> None:
        emitted.append(list(emissions))
        if len(emitted) == 5:
            enough.set()

    running = asyncio.create_task(
        run(simulator(), emit=emit, clock=lambda: next(clock), step_seconds=0)
    )
    await enough.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    expected = simulator()
    assert emitted[:5] == [expected.step(NOW + 20 * n) for n in range(5)]


async def test_what_fails_to_be_emitted_ends_the_run() -> None:
    async def refuse(emissions: Sequence[Emission]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await run(simulator(), emit=refuse, clock=lambda: NOW, step_seconds=0)
