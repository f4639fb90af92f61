"""What the simulated world is going to do, and when."""

import heapq
from collections.abc import Callable, Sequence
from itertools import count

from vezta_stream.simulator.emissions import Emission

Action = Callable[[int], Sequence[Emission]]


class Agenda:
    """Actions by time; of those due together the first planned comes first."""

    def __init__(self) -> None:
        self._planned: list[tuple[int, int, Action]] = []
        self._numbers = count()

    def plan(self, at_ms: int, action: Action) -> None:
        """Have `action` run by the first `run` at or after that time."""
        heapq.heappush(self._planned, (at_ms, next(self._numbers), action))

    def repeat(self, every_ms: int, action: Action, *, start_ms: int) -> None:
        """Have `action` run over and over; a time that was missed is not made up for."""

        def once(now_ms: int) -> Sequence[Emission]:
            self.plan(now_ms + every_ms, once)
            return action(now_ms)

        self.plan(start_ms, once)

    def run(self, now_ms: int) -> list[Emission]:
        """Run what is due and return what it gave; what that plans waits for the next run."""
        due = []
        while self._planned and self._planned[0][0] <= now_ms:
            due.append(heapq.heappop(self._planned)[2])
        return [emission for action in due for emission in action(now_ms)]
