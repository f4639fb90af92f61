"""The log's suites on the in-memory twin."""

import itertools

import pytest

from tests.behaviour.log_group_suite import LogGroupSuite
from tests.behaviour.log_suite import LogSuite
from vezta_stream.log.base import Consumer, TopicPartition, TopicSpec
from vezta_stream.log.memory import MemoryLog
from vezta_stream.log.memory_consumer import MemoryConsumer


class MemoryLogHarness:
    """Implements `LogHarness`; nothing here has to be waited for."""

    quiet_seconds = 0.0

    def __init__(self) -> None:
        self.log = MemoryLog(
            now_ms=itertools.count(1_700_000_000_000).__next__,
            retain_records=1000,
            compact_above_records=1000,
        )

    async def create(self, *specs: TopicSpec) -> None:
        self.log.create(*specs)

    async def truncate(self, place: TopicPartition, *, before: int) -> None:
        self.log.truncate(place, before=before)

    async def compact(self, topic: str) -> None:
        self.log.compact(topic)

    async def expire(self, consumer: Consumer) -> None:
        assert isinstance(consumer, MemoryConsumer)
        self.log.expire(consumer)


class TestMemoryLog(LogSuite, LogGroupSuite):
    @pytest.fixture
    def harness(self) -> MemoryLogHarness:
        return MemoryLogHarness()
