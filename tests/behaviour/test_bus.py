"""The bus's suites on the in-memory twin."""

import itertools

import pytest

from tests.behaviour.bus_history_suite import BusHistorySuite
from tests.behaviour.bus_suite import BusSuite
from vezta_stream.bus.memory import MemoryBus


class MemoryBusHarness:
    """Implements `BusHarness`."""

    log_entries = 40
    log_entries_at_most = 50

    def __init__(self) -> None:
        epochs = itertools.count(1)
        self.bus = MemoryBus(
            new_epoch=lambda: f"epoch-{next(epochs)}",
            log_entries=self.log_entries,
            idle_user_scopes=1000,
        )

    async def lose_data(self) -> None:
        self.bus.reset()


class TestMemoryBus(BusSuite, BusHistorySuite):
    @pytest.fixture
    def harness(self) -> MemoryBusHarness:
        return MemoryBusHarness()
