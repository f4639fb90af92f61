"""Back-pressure of the in-memory log: producers wait for the groups that read."""

import asyncio
from collections.abc import Mapping

from vezta_stream.errors import ProduceFailed
from vezta_stream.log.memory_group import Group
from vezta_stream.log.memory_partition import MemoryPartition


class Backlog:
    """Keeps a partition from outrunning the groups that read it.

    A group counts while it has members that read the topic. A waiting producer is woken
    whenever such a group reads on or changes its members, and only then. It waits for
    the readers of this one partition, so a chain of workers, each reading what the one
    before it appends, cannot block itself: the last one appends nothing and goes on.
    """

    def __init__(self, groups: Mapping[str, Group], *, wait_seconds: float) -> None:
        self._groups = groups  # seen live: groups come later
        self._wait_seconds = wait_seconds

    async def room(self, partition: MemoryPartition) -> None:
        """Return when one more record may be appended, at once where possible.

        Raises `ProduceFailed` when there is no room in time.
        """
        if self._slow_group(partition) is None:
            return
        try:
            async with asyncio.timeout(self._wait_seconds):
                while (group := self._slow_group(partition)) is not None:
                    await _moved(group)
        except TimeoutError:
            raise ProduceFailed(f"the readers of {partition.place} do not keep up") from None

    def _slow_group(self, partition: MemoryPartition) -> Group | None:
        """Return a group with half of what the partition is sure to hold before it."""
        for group in self._groups.values():
            if group.reads(partition.place.topic):
                position = group.position(partition.place)
                reached = partition.start if position is None else position
                if partition.end - reached >= partition.most_unread:
                    return group
        return None


async def _moved(group: Group) -> None:
    """Wait until the group reads on or changes its members."""
    moved = asyncio.Event()
    group.watchers.add(moved.set)
    try:
        await moved.wait()
    finally:
        group.watchers.discard(moved.set)
