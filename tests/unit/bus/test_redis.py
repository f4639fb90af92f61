"""What the bus on Redis promises beyond the behavioural suites."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.behaviour.bus_harness import Inbox, entries, entry, log_scope, merge_scope, seqs_of
from tests.parts.redis_buses import bus_policy, running_bus
from tests.parts.redis_server import RedisServer
from vezta_stream.bus.base import Batch
from vezta_stream.bus.redis import RedisBus
from vezta_stream.core.positions import Lane
from vezta_stream.errors import BusUnavailable, EpochChanged

pytestmark = pytest.mark.redis

DOCUMENT = Path(__file__).parents[3] / "docs" / "redis.md"


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[RedisBus]:
    async with running_bus(redis_url) as running:
        yield running


async def test_a_batch_too_large_for_one_message_comes_in_several(bus: RedisBus) -> None:
    scope, inbox = log_scope(), Inbox()
    await bus.subscribe(scope, inbox)

    await bus.publish(scope, [entry(n, data=b"x" * 100_000) for n in range(5)])

    assert seqs_of(await inbox.until(5)) == [1, 2, 3, 4, 5]
    assert [len(batch.items) for batch in inbox.batches] == [2, 2, 1]


async def test_a_publication_larger_than_a_message_travels_alone(bus: RedisBus) -> None:
    scope, inbox = log_scope(), Inbox()
    await bus.subscribe(scope, inbox)

    await bus.publish(scope, [entry(0), entry(1, data=b"x" * 300_000), entry(2)])

    await inbox.until(3)
    assert [len(batch.items) for batch in inbox.batches] == [1, 1, 1]


async def test_thousands_of_lanes_and_keys_fit_one_publish(bus: RedisBus) -> None:
    scope = merge_scope()
    many = [entry(0, f"k{n}", lane=Lane(1, "t", 0, f"k{n}")) for n in range(2500)]

    position = await bus.publish(scope, many)

    assert position.seq == 2500
    assert len((await bus.read_last(scope)).items) == 2500
    assert len((await bus.read_last(scope, after_seq=1000)).items) == 1500
    assert len((await bus.read_last(scope, keys=[e.key for e in many])).items) == 2500
    assert await bus.publish(scope, many) == position


async def test_nothing_is_accepted_in_another_epoch_than_asked_for(bus: RedisBus) -> None:
    scope = log_scope()
    before = await bus.publish(scope, entries(range(2)))
    assert (await bus.publish(scope, entries(range(3)), epoch=before.epoch)).seq == 3

    with pytest.raises(EpochChanged) as changed:
        await bus.publish(scope, entries(range(9)), epoch="of-another-time")

    assert changed.value.epoch == before.epoch
    assert (await bus.position(scope)).seq == 3


async def test_a_server_that_forgot_the_scripts_is_sent_them_again(
    redis_server: RedisServer,
) -> None:
    scope = log_scope()
    async with running_bus(redis_server.url) as bus, Redis.from_url(redis_server.url) as redis:
        start = await bus.position(scope)
        await redis.script_flush()
        await bus.publish(scope, entries(range(3)))
        await redis.script_flush()

        assert (await bus.read_log(scope, start, limit=10)).complete


async def test_a_receiver_that_fails_harms_nobody(bus: RedisBus) -> None:
    scope, inbox = log_scope(), Inbox()

    def fail(_: Batch) -> None:
        raise RuntimeError

    await bus.subscribe(scope, fail)
    await bus.subscribe(scope, inbox)
    await bus.publish(scope, [entry(0)])
    await bus.publish(scope, [entry(1)])

    assert seqs_of(await inbox.until(2)) == [1, 2]


async def test_nothing_works_while_redis_does_not_run(redis_server: RedisServer) -> None:
    async with running_bus(redis_server.url) as bus:
        redis_server.kill()

        for call in (
            bus.publish(log_scope(), [entry(0)]),
            bus.position(log_scope()),
            bus.read_last(merge_scope()),
            bus.subscribe(log_scope(), Inbox()),
            bus.check(),
        ):
            with pytest.raises(BusUnavailable):
                await call


async def test_a_redis_that_evicts_is_refused(redis_server: RedisServer) -> None:
    async with running_bus(redis_server.url) as bus, Redis.from_url(redis_server.url) as redis:
        await bus.check()
        await redis.config_set("maxmemory-policy", "allkeys-lru")

        with pytest.raises(ValueError, match="allkeys-lru"):
            await bus.check()


async def test_a_redis_that_is_full_takes_nothing_and_says_so(redis_server: RedisServer) -> None:
    scope = log_scope()
    async with running_bus(redis_server.url) as bus, Redis.from_url(redis_server.url) as redis:
        before = await bus.position(scope)
        await redis.config_set("maxmemory", "1")

        with pytest.raises(BusUnavailable, match="OOM|memory"):
            await bus.publish(scope, [entry(0)])

        await redis.config_set("maxmemory", "0")
        assert (await bus.publish(scope, [entry(0)])).seq == before.seq + 1


async def test_the_documented_user_may_do_all_that_is_needed(redis_server: RedisServer) -> None:
    (rules,) = re.findall(r"```\nuser vezta (on .*?)```", DOCUMENT.read_text(), re.DOTALL)
    words = rules.replace("<password>", "secret").split()
    async with Redis.from_url(redis_server.url) as redis:
        command = ("ACL", "SETUSER", "vezta", *words)
        await redis.execute_command(*command)  # type: ignore[no-untyped-call]
    url = redis_server.url.replace("redis://", "redis://vezta:secret@")

    async with running_bus(url, bus_policy(prefix="vezta")) as bus:
        await bus.check()
        log, merge, inbox = log_scope(), merge_scope(), Inbox()
        start = await bus.position(log)
        subscription = await bus.subscribe(log, inbox)
        await bus.publish(log, entries(range(3)))
        await bus.publish(merge, [entry(0, "a"), entry(1, "b")])
        await inbox.until(3)
        await subscription.close()

        assert (await bus.read_log(log, start, limit=10)).complete
        assert len((await bus.read_last(merge, after_seq=1)).items) == 1
        assert len((await bus.read_last(merge, keys=["a"])).items) == 1
    async with running_bus(url, bus_policy(prefix="other")) as bus:
        with pytest.raises(BusUnavailable):
            await bus.publish(log, entries(range(3)))


async def test_a_user_without_a_name_or_a_wrong_password_is_told(
    redis_server: RedisServer,
) -> None:
    url = redis_server.url.replace("redis://", "redis://nobody:wrong@")
    async with running_bus(url) as bus:
        with pytest.raises(BusUnavailable):
            await bus.position(log_scope())
