"""The work under way."""

import asyncio

from vezta_stream.log.base import TopicPartition
from vezta_stream.relay.inflight import Inflight

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


class Work:
    """Runs until it is allowed to end; knows how it ended."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.ended = ""

    async def run(self) -> None:
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        self.ended = "done"


async def test_work_that_is_nearly_done_may_finish() -> None:
    work = Work()
    async with asyncio.TaskGroup() as tasks:
        inflight = Inflight(tasks)
        inflight.start(P0, work.run())
        work.may_end.set()

        await inflight.end([P0], within_seconds=60)

        assert work.ended == "done"


async def test_work_that_does_not_finish_in_time_is_cancelled_alone() -> None:
    late, other = Work(), Work()
    async with asyncio.TaskGroup() as tasks:
        inflight = Inflight(tasks)
        inflight.start(P0, late.run())
        inflight.start(P1, other.run())
        await asyncio.sleep(0)

        await inflight.end([P0], within_seconds=0)

        assert (late.ended, other.ended) == ("cancelled", "")
        other.may_end.set()
    assert other.ended == "done"


async def test_ending_where_nothing_runs_returns_at_once() -> None:
    async with asyncio.TaskGroup() as tasks:
        await Inflight(tasks).end([P0, P1], within_seconds=60)


async def test_a_partition_may_be_worked_on_again() -> None:
    first, second = Work(), Work()
    async with asyncio.TaskGroup() as tasks:
        inflight = Inflight(tasks)
        inflight.start(P0, first.run())
        first.may_end.set()
        await inflight.end([P0], within_seconds=60)
        inflight.start(P0, second.run())
        await asyncio.sleep(0)

        await inflight.end([P0], within_seconds=0)

    assert (first.ended, second.ended) == ("done", "cancelled")
