"""Whether somebody subscribed at the demo's gateway yet."""

import asyncio

from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.demo.audience import Audience

SCOPE = Scope(Channel.MARKET_TRADES)


def audience() -> Audience:
    return Audience(MemoryBus(new_epoch=lambda: "e", log_entries=10, idle_user_scopes=10))


async def test_nobody_comes_in_time() -> None:
    assert not await audience().came(within_seconds=0.01)


async def test_the_first_subscription_ends_the_wait() -> None:
    room = audience()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(room.came(within_seconds=60))
        await asyncio.sleep(0)
        assert not waiting.done()
        await room.subscribe(SCOPE, lambda _: None)

    assert await waiting
    assert await room.came(within_seconds=0.01)
