"""The work under way, one task per partition at most."""

import asyncio
from collections.abc import Collection, Coroutine

from vezta_stream.log.base import TopicPartition


class Inflight:
    """At most one running task per partition, all owned by one task group."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._running: dict[TopicPartition, asyncio.Task[None]] = {}

    def start(self, place: TopicPartition, work: Coroutine[None, None, None]) -> None:
        """Start work on a partition on which nothing is under way."""
        task = self._tasks.create_task(work)
        self._running[place] = task
        task.add_done_callback(lambda done: self._forget(place, done))

    async def end(self, places: Collection[TopicPartition], *, within_seconds: float) -> None:
        """Let work on these partitions finish in the time given, then cancel what is left.

        Returns when none of it runs any more.
        """
        tasks = [self._running[place] for place in places if place in self._running]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _forget(self, place: TopicPartition, done: asyncio.Task[None]) -> None:
        if self._running.get(place) is done:
            del self._running[place]
