"""The relay over the in-memory twins."""

import asyncio
import dataclasses
from functools import partial
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.behaviour.bus_harness import Inbox
from tests.unit.relay.relaying import (
    DEADLINE_SECONDS,
    POLICY,
    Bench,
    Crash,
    Gate,
    Publish,
    answer_lost,
    crash,
    crash_after,
    draft,
    expire,
    hang,
    unanswered,
    until,
)
from vezta_stream.bus.base import Item
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Position, Scope
from vezta_stream.errors import OffsetOutOfRange
from vezta_stream.log.base import TopicPartition
from vezta_stream.relay.pipeline import RelayPolicy
from vezta_stream.relay.unpack import Unreadable

TRADES = Scope(Channel.MARKET_TRADES)
PRICES = Scope(Channel.MARKET_PRICES)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
async def inbox(bench: Bench) -> Inbox:
    """What is delivered on market:trades."""
    inbox = Inbox()
    await bench.bus.subscribe(TRADES, inbox)
    return inbox


# What arrives where


async def test_records_of_a_channel_are_published_in_order(bench: Bench, inbox: Inbox) -> None:
    async with bench.running():
        await bench.send(*(draft(number) for number in range(3)))
        await inbox.until(3)
        await bench.send(draft(3))
        await inbox.until(4)

    assert inbox.items == [Item(n + 1, "m", str(n).encode()) for n in range(4)]
    assert bench.counts.published == {Channel.MARKET_TRADES: 4}


async def test_what_was_polled_together_is_published_together(bench: Bench, inbox: Inbox) -> None:
    await bench.send(*(draft(number) for number in range(50)))

    async with bench.running():
        await inbox.until(50)

    assert len(inbox.batches) == 1


async def test_batches_keep_to_the_bounds_of_the_policy(bench: Bench, inbox: Inbox) -> None:
    await bench.send(*(draft(number) for number in range(50)))

    async with bench.running(dataclasses.replace(POLICY, batch_entries=20)):
        await inbox.until(50)

    assert [len(batch.items) for batch in inbox.batches] == [20, 20, 10]


async def test_a_private_record_reaches_its_user_only(bench: Bench) -> None:
    inboxes = {user: Inbox() for user in ("anna", "ben")}
    for user, inbox in inboxes.items():
        await bench.bus.subscribe(Scope(Channel.USER_ORDERS, user), inbox)

    async with bench.running():
        for number, user in enumerate(["anna", "ben", "anna"]):
            await bench.send(draft(number, channel=Channel.USER_ORDERS, key=user, user=user))
        await inboxes["anna"].until(2)
        await inboxes["ben"].until(1)

    assert [item.data for item in inboxes["anna"].items] == [b"0", b"2"]
    assert [item.data for item in inboxes["ben"].items] == [b"1"]


async def test_a_tombstone_leaves_the_snapshots(bench: Bench) -> None:
    async with bench.running():
        await bench.send(
            draft(0, channel=Channel.MARKET_PRICES, key="gone"),
            draft(0, channel=Channel.MARKET_PRICES, key="kept"),
            draft(1, channel=Channel.MARKET_PRICES, key="gone", data=None),
        )
        await until(lambda: bench.counts.published.total() == 3)

    snapshot = await bench.bus.read_last(PRICES)
    assert [item.key for item in snapshot.items] == ["kept"]


# What cannot be read


async def test_unreadable_records_are_counted_passed_over_and_committed(
    bench: Bench, inbox: Inbox
) -> None:
    bad = [draft(n)._replace(value=b"\x7f{}") for n in range(100)]
    bad += [draft(n)._replace(headers=()) for n in range(100)]

    with capture_logs() as logs:
        async with bench.running():
            await bench.send(draft(0), *bad, draft(1))
            await inbox.until(2)
            await until(lambda: bench.counts.unreadable.total() == 200)

    assert bench.counts.unreadable == {Unreadable.VERSION: 100, Unreadable.LANE: 100}
    assert [line["reason"] for line in logs] == ["version", "lane"]
    assert await bench.left_over() == []


async def test_a_partition_of_nothing_but_unreadable_records_is_committed(bench: Bench) -> None:
    await bench.send(draft(0)._replace(key=None))

    async with bench.running():
        await until(lambda: bench.counts.unreadable.total() == 1)

    assert await bench.left_over() == []
    assert bench.bus.published == []


# When the bus does not answer


async def test_a_publish_is_repeated_until_the_bus_answers(bench: Bench, inbox: Inbox) -> None:
    bench.bus.deeds = [unanswered] * 8
    await bench.send(draft(0), draft(1))

    async with bench.running():
        await inbox.until(2)

    assert bench.slept == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert bench.counts.retries == {Channel.MARKET_TRADES: 8}
    assert len({id(entries) for _, entries in bench.bus.published}) == 1


async def test_a_lost_answer_makes_no_second_delivery(bench: Bench, inbox: Inbox) -> None:
    bench.bus.deeds = [answer_lost, answer_lost]
    await bench.send(draft(0), draft(1))

    async with bench.running():
        await until(lambda: bench.counts.published.total() == 2)
        await bench.send(draft(2))
        await inbox.until(3)

    assert [item.data for item in inbox.items] == [b"0", b"1", b"2"]


async def test_an_attempt_without_answer_ends_at_its_deadline(bench: Bench, inbox: Inbox) -> None:
    bench.bus.deeds = [hang]
    await bench.send(draft(0))

    async with bench.running(dataclasses.replace(POLICY, attempt_seconds=0.01)):
        await inbox.until(1)

    assert bench.counts.retries == {Channel.MARKET_TRADES: 1}


async def test_nothing_is_committed_before_it_was_published(bench: Bench) -> None:
    gate = Gate()
    bench.bus.deeds = [gate]
    await bench.send(draft(0), draft(1))

    async with bench.running():
        await until(lambda: gate.waiting == 1)

    assert await bench.left_over() == [b"\x010", b"\x011"]


async def test_what_was_published_is_committed(bench: Bench, inbox: Inbox) -> None:
    async with bench.running():
        await bench.send(draft(0), draft(1))
        await until(lambda: bench.counts.published.total() == 2)

    assert await bench.left_over() == []


async def test_one_publish_is_in_flight_per_partition_and_the_others_go_on(
    bench: Bench, inbox: Inbox
) -> None:
    gate = Gate()
    bench.bus.deeds = [gate]
    await bench.send(draft(0))
    async with bench.running():
        await until(lambda: gate.waiting == 1)

        await bench.send(draft(1), draft(2), draft(0, key="other", partition=1))
        await inbox.until(1)
        assert [item.key for item in inbox.items] == ["other"]
        assert len(bench.bus.published) == 2

        gate.open.set()
        await inbox.until(4)

    assert [item.data for item in inbox.items if item.key == "m"] == [b"0", b"1", b"2"]


async def test_an_outage_is_logged_when_it_begins_and_when_it_is_over(bench: Bench) -> None:
    bench.bus.deeds = [unanswered] * 20
    await bench.send(draft(0), draft(0, partition=1))

    with capture_logs() as logs:
        async with bench.running():
            await until(lambda: bench.counts.published.total() == 2)

    assert [(line["log_level"], line.get("error")) for line in logs] == [
        ("warning", "connection refused"),
        ("info", None),
    ]


def test_the_back_off_doubles_up_to_its_cap() -> None:
    assert [POLICY.backoff_seconds(failures) for failures in (1, 2, 3, 6, 7, 10**6)] == [
        0.05,
        0.1,
        0.2,
        1.6,
        2.0,
        2.0,
    ]


# When partitions move


async def test_a_publish_under_way_is_finished_before_its_partition_moves(
    bench: Bench, inbox: Inbox
) -> None:
    gate = Gate()
    bench.bus.deeds = [gate]
    await bench.send(draft(0, partition=1))
    async with bench.running():
        await until(lambda: gate.waiting == 1)
        async with bench.running():
            await until(lambda: len(bench.log.consumers) == 2)
            gate.open.set()
            await bench.send(draft(1, partition=1))
            await inbox.until(2)

    assert [item.data for item in inbox.items] == [b"0", b"1"]
    assert len(bench.bus.published) == 2  # nothing had to be repeated


async def test_a_publish_that_takes_too_long_is_left_to_the_next_owner(
    bench: Bench, inbox: Inbox
) -> None:
    stuck = Gate()
    bench.bus.deeds = [stuck]
    await bench.send(draft(0, partition=1))
    async with bench.running(dataclasses.replace(POLICY, revoke_seconds=0.0)):
        await until(lambda: stuck.waiting == 1)
        async with bench.running():
            await inbox.until(1)
            assert stuck.waiting == 0

    assert [item.data for item in inbox.items] == [b"0"]
    assert await bench.left_over() == []


async def test_work_on_a_lost_partition_is_dropped_uncommitted_and_done_again(
    bench: Bench, inbox: Inbox
) -> None:
    stuck = Gate()
    bench.bus.deeds = [stuck]
    await bench.send(draft(0))
    async with bench.running():
        await until(lambda: stuck.waiting == 1)

        bench.log.expire(bench.log.consumers[0])
        await inbox.until(1)

    assert stuck.waiting == 0
    assert [item.data for item in inbox.items] == [b"0"]


async def test_a_commit_that_is_refused_is_left_to_the_next_owner(
    bench: Bench, inbox: Inbox
) -> None:
    async def expire_after(publish: Publish) -> Position:
        position = await publish()
        bench.log.expire(bench.log.consumers[0])
        return position

    bench.bus.deeds = [expire_after]
    await bench.send(draft(0))
    async with bench.running() as relay:
        await until(lambda: len(bench.bus.published) == 2)
        await bench.send(draft(1))
        await inbox.until(2)
        assert not relay.done()

    assert [item.data for item in inbox.items] == [b"0", b"1"]


# How it ends


async def test_a_cancelled_relay_leaves_the_group(bench: Bench, inbox: Inbox) -> None:
    async with bench.running():
        await bench.send(draft(0))
        await inbox.until(1)

    async with bench.running():
        await bench.send(draft(1), draft(0, key="other", partition=1))
        await inbox.until(3)


async def test_an_offset_that_is_gone_stops_the_relay(bench: Bench, inbox: Inbox) -> None:
    place = TopicPartition(Channel.MARKET_TRADES.topic, 0)
    await bench.send(draft(0))
    async with bench.running():
        await inbox.until(1)
    await bench.send(*(draft(number) for number in range(1, 5)))
    bench.log.truncate(place, before=3)

    with pytest.raises(ExceptionGroup) as caught:
        await bench.relay().run()

    assert caught.group_contains(OffsetOutOfRange)
    assert len(inbox.items) == 1


async def test_a_bug_in_the_bus_stops_the_relay_without_a_commit(bench: Bench) -> None:
    async def bug(publish: Publish) -> Position:
        raise LookupError("a bug")

    bench.bus.deeds = [bug]
    await bench.send(draft(0))

    with pytest.raises(ExceptionGroup) as caught:
        await bench.relay().run()

    assert caught.group_contains(LookupError)
    assert await bench.left_over() == [b"\x010"]


async def keep_restarting(bench: Bench, policy: RelayPolicy, stop: asyncio.Event) -> None:
    while not stop.is_set():  # a cancellation alone may be lost to a crash at the same moment
        try:
            await bench.relay(policy).run()
        except* Crash:
            pass


@given(
    mishaps=st.lists(st.sampled_from([unanswered, answer_lost, crash, crash_after, expire])),
    sizes=st.lists(st.integers(1, 7), max_size=6),
)
@settings(max_examples=60, deadline=None)
async def test_whatever_breaks_each_record_is_delivered_once_and_in_order(
    mishaps: list[Any], sizes: list[int]
) -> None:
    bench, inbox, total = Bench(), Inbox(), sum(sizes)
    await bench.bus.subscribe(TRADES, inbox)
    bench.bus.deeds = [partial(expire, bench) if mishap is expire else mishap for mishap in mishaps]
    numbers = iter(range(total))

    stop = asyncio.Event()
    policy = dataclasses.replace(POLICY, poll_records=5, batch_entries=3)
    supervisor = asyncio.ensure_future(keep_restarting(bench, policy, stop))
    for size in sizes:
        await bench.send(*(draft(n, partition=n % 2) for n in islice(numbers, size)))
        await asyncio.sleep(0)
    await inbox.until(total)
    stop.set()
    supervisor.cancel()
    await asyncio.wait([supervisor], timeout=DEADLINE_SECONDS)

    delivered = [int(item.data) for item in inbox.items]
    for partition in range(2):
        in_order = list(range(partition, total, 2))
        assert [number for number in delivered if number % 2 == partition] == in_order
    assert [item.seq for item in inbox.items] == list(range(1, total + 1))
