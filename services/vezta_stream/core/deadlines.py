"""Many deadlines, looked at together: what one task needs instead of a timer for each."""

import heapq
import math
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """At most one deadline per item (a hashable one), in seconds of the caller's clock.

    Setting and discarding cost no search; nothing is kept of a discarded item. An item
    is due up to `resolution_seconds` after its deadline, never before it.
    """

    def __init__(self, *, resolution_seconds: float) -> None:
        self._resolution = resolution_seconds
        self._slot_of: dict[T, int] = {}
        self._slots: dict[int, dict[T, None]] = {}
        # The numbers of the slots, each once; emptied ones stay until their time.
        self._heap: list[int] = []

    def __len__(self) -> int:
        return len(self._slot_of)

    def set(self, item: T, at: float) -> None:
        """Give the item this deadline in place of the one it has."""
        number = math.ceil(at / self._resolution)
        if self._slot_of.get(item) == number:
            return
        self.discard(item)
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = {}
            heapq.heappush(self._heap, number)
        slot[item] = None
        self._slot_of[item] = number

    def discard(self, item: T) -> None:
        """Forget the item's deadline, if it has one."""
        number = self._slot_of.pop(item, None)
        if number is not None:
            del self._slots[number][item]

    def due(self, *, now: float) -> list[T]:
        """Remove and return the items whose deadline has passed, the earliest first."""
        items: list[T] = []
        while self._heap and self._heap[0] * self._resolution <= now:
            slot = self._slots.pop(heapq.heappop(self._heap))
            items.extend(slot)
        for item in items:
            del self._slot_of[item]
        return items
