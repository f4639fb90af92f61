"""Lets the simulated world run in real time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from vezta_stream.simulator.emissions import Emission
from vezta_stream.simulator.simulator import Simulator


async def run(
    simulator: Simulator,
    *,
    emit: Callable[[Sequence[Emission]], Awaitable[None]],
    clock: Callable[[], int],
    step_seconds: float,
) -> None:
    """Step the simulator and emit what it sends, for ever; `clock` gives ms since 1970.

    The pace is the simulator's rate as long as `emit` keeps up. When it does not, the
    world waits: what a step makes up for afterwards is bounded by the simulator.
    """
    while True:
        await emit(simulator.step(clock()))
        await asyncio.sleep(step_seconds)
