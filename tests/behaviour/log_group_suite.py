"""What every log promises about consumer groups, told as tests: see `log_suite`."""

import pytest

from tests.behaviour.log_harness import (
    LogFixtures,
    LogHarness,
    Worker,
    as_values,
    fresh,
    numbered,
    poll_until,
    ready,
    take,
)
from vezta_stream.errors import CommitRefused, OffsetOutOfRange
from vezta_stream.log.base import Log, TopicPartition, TopicSpec


class LogGroupSuite(LogFixtures):
    """Where a group goes on, and who owns what."""

    async def test_a_restarted_member_goes_on_at_the_committed_offset(
        self, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send(numbered(topic, range(10)))
        first = Worker(log, group, topic)
        await take(first, 10)
        await first.consumer.commit({TopicPartition(topic, 0): 7})
        await first.consumer.close()

        second = Worker(log, group, topic)

        assert await take(second, 3) == as_values(range(7, 10))

    async def test_what_was_polled_and_not_committed_is_polled_again(
        self, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send(numbered(topic, range(10)))
        first = Worker(log, group, topic)
        await take(first, 10)
        await first.consumer.close()

        second = Worker(log, group, topic)

        assert await take(second, 10) == as_values(range(10))

    async def test_a_group_without_offset_begins_at_the_start_of_a_truncated_log(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send(numbered(topic, range(10)))
        await harness.truncate(TopicPartition(topic, 0), before=4)

        assert await take(Worker(log, group, topic), 6) == as_values(range(4, 10))

    async def test_a_committed_offset_that_is_gone_stops_the_poll(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send(numbered(topic, range(10)))
        first = Worker(log, group, topic)
        await take(first, 10)
        await first.consumer.commit({TopicPartition(topic, 0): 3})
        await first.consumer.close()
        await harness.truncate(TopicPartition(topic, 0), before=4)

        second = Worker(log, group, topic)

        with pytest.raises(OffsetOutOfRange):
            await take(second, 1)
        assert second.records == []

    async def test_truncation_below_a_reading_member_does_not_touch_it(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        await log.producer().send(numbered(topic, range(10)))
        worker = Worker(log, group, topic)
        await take(worker, 10)

        await harness.truncate(TopicPartition(topic, 0), before=10)
        await log.producer().send(numbered(topic, range(10, 12)))

        assert await take(worker, 12) == as_values(range(12))

    async def test_a_second_member_takes_over_half_and_each_partition_has_one_owner(
        self, log: Log, topic: str, group: str
    ) -> None:
        first, second = await ready(Worker(log, group, topic), 4), Worker(log, group, topic)

        await poll_until(lambda: len(first.owned) == len(second.owned) == 2, first, second)

        assert not first.owned & second.owned

    async def test_equal_partitions_of_topics_of_equal_size_have_one_owner(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        other = fresh("plain")
        await harness.create(TopicSpec(other, 4))
        first, second = Worker(log, group, topic, other), Worker(log, group, topic, other)

        await poll_until(lambda: len(first.owned) == len(second.owned) == 4, first, second)

        for worker in (first, second):
            assert len({place.partition for place in worker.owned}) == 2

    async def test_partitions_change_hands_at_the_offsets_committed_on_the_way_out(
        self, log: Log, topic: str, group: str
    ) -> None:
        places = [TopicPartition(topic, number) for number in range(4)]
        for number in range(4):
            await log.producer().send(numbered(topic, range(10), partition=number))
        first, second = Worker(log, group, topic), Worker(log, group, topic)
        await take(first, 40)
        first.commit_on_revoke = {place: 6 + place.partition for place in places}

        await poll_until(lambda: len(first.owned) == len(second.owned) == 2, first, second)

        wanted = {place: as_values(range(6 + place.partition, 10)) for place in second.owned}
        await take(second, sum(len(values) for values in wanted.values()))
        assert {place: second.values(place) for place in second.owned} == wanted

    async def test_a_member_that_closes_is_replaced_by_the_others(
        self, log: Log, topic: str, group: str
    ) -> None:
        first, second = Worker(log, group, topic), Worker(log, group, topic)
        await poll_until(lambda: len(first.owned) == len(second.owned) == 2, first, second)

        await first.consumer.close()

        await poll_until(lambda: len(second.owned) == 4, second)

    async def test_an_expired_member_is_told_that_it_lost_its_partitions_and_may_join_again(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        worker = await ready(Worker(log, group, topic), 4)

        await harness.expire(worker.consumer)
        await poll_until(lambda: len(worker.lost) == 4 and len(worker.owned) == 4, worker)

    async def test_the_partitions_of_an_expired_member_go_on_at_the_committed_offset(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        place = TopicPartition(topic, 0)
        await log.producer().send(numbered(topic, range(10)))
        zombie, heir = Worker(log, group, topic), Worker(log, group, topic)
        await take(zombie, 10)
        await zombie.consumer.commit({place: 4})

        await harness.expire(zombie.consumer)
        await poll_until(lambda: len(heir.owned) == 4, heir)

        assert await take(heir, 6) == as_values(range(4, 10))

    async def test_the_commit_of_an_expired_member_is_refused_and_changes_nothing(
        self, harness: LogHarness, log: Log, topic: str, group: str
    ) -> None:
        place = TopicPartition(topic, 0)
        await log.producer().send(numbered(topic, range(10)))
        zombie, heir = Worker(log, group, topic), Worker(log, group, topic)
        await take(zombie, 10)
        await harness.expire(zombie.consumer)

        with pytest.raises(CommitRefused):
            await zombie.consumer.commit({place: 10})

        assert await take(heir, 10) == as_values(range(10))

    async def test_a_commit_of_a_partition_that_was_handed_over_is_refused_as_a_whole(
        self, log: Log, topic: str, group: str
    ) -> None:
        for number in range(4):
            await log.producer().send(numbered(topic, range(10), partition=number))
        first, second = Worker(log, group, topic), Worker(log, group, topic)
        await take(first, 40)
        await poll_until(lambda: len(first.owned) == len(second.owned) == 2, first, second)
        mine, theirs = next(iter(first.owned)), next(iter(second.owned))

        with pytest.raises(CommitRefused):
            await first.consumer.commit({mine: 10, theirs: 10})

        await first.consumer.close()
        await take(second, 40)
        assert second.values(mine) == as_values(range(10))

    async def test_closing_twice_is_allowed(self, log: Log, topic: str, group: str) -> None:
        worker = await ready(Worker(log, group, topic), 4)

        await worker.consumer.close()
        await worker.consumer.close()
