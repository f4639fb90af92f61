"""Redis dies, hangs, forgets, or cannot be reached: what a subscriber sees of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.faults.bus_accounting import Publisher, Witness, entry, under_load
from tests.parts.proxy import proxy_to
from tests.parts.redis_buses import bus_policy, running_bus
from tests.parts.redis_server import RedisServer
from vezta_stream.bus.redis import RedisBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.errors import BusUnavailable, EpochChanged

pytestmark = pytest.mark.redis

TRADES = Scope(Channel.MARKET_TRADES)
PRICES = Scope(Channel.MARKET_PRICES)


@pytest.fixture
async def node(redis_server: RedisServer) -> AsyncIterator[RedisBus]:
    """A node's bus."""
    async with running_bus(redis_server.url, bus_policy(prefix="t")) as bus:
        yield bus


@pytest.fixture
async def relay(redis_server: RedisServer) -> AsyncIterator[RedisBus]:
    """A relay's bus."""
    async with running_bus(redis_server.url, bus_policy(prefix="t")) as bus:
        yield bus


async def flush(server: RedisServer) -> None:
    async with Redis.from_url(server.url) as redis:
        await redis.flushall()


async def test_killed_for_two_seconds_and_back_with_its_data_nothing_is_missing(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    await node.subscribe(TRADES, witness)

    async with under_load(publisher, witness):
        redis_server.kill()
        await asyncio.sleep(2)
        redis_server.start()
        back_at = time.monotonic()

    assert witness.numbers == list(range(publisher.published))
    assert witness.losses == []
    assert witness.names_are_unique()
    assert witness.batches[0].epoch != witness.batches[-1].epoch
    assert witness.first_after(back_at) < 2


async def test_killed_and_back_without_data_a_new_epoch_is_told(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    await node.subscribe(TRADES, witness)

    async with under_load(publisher, witness):
        redis_server.kill()
        redis_server.forget()
        known = publisher.published
        await asyncio.sleep(2)
        redis_server.start()
        back_at = time.monotonic()

    told = witness.losses[0]
    assert told.epoch == witness.batches[-1].epoch != witness.batches[0].epoch
    after = [n for b in witness.batches if b.epoch == told.epoch for n in map(_number, b.items)]
    assert after == list(range(after[0], publisher.published))
    assert after[0] <= known  # what had no answer was published again
    assert witness.names_are_unique()
    assert witness.first_after(back_at) < 2


async def test_flushed_under_load_everything_arrives_once_and_the_new_epoch_is_told(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    await node.subscribe(TRADES, witness)

    async with under_load(publisher, witness):
        await flush(redis_server)

    assert witness.numbers == list(range(publisher.published))
    assert len(witness.losses) == 1
    assert witness.names_are_unique()


async def test_hung_for_four_seconds_everything_arrives_once_in_the_same_epoch(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    await node.subscribe(TRADES, witness)

    async with under_load(publisher, witness):
        redis_server.pause()
        await asyncio.sleep(4)
        redis_server.resume()
        back_at = time.monotonic()

    assert publisher.failures > 0
    assert witness.numbers == list(range(publisher.published))
    assert witness.losses == []
    assert len({batch.epoch for batch in witness.batches}) == 1
    assert witness.first_after(back_at) < 2


async def test_a_node_that_is_cut_off_again_and_again_misses_nothing(
    redis_server: RedisServer, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    async with (
        proxy_to(redis_server.port) as proxy,
        running_bus(proxy.url, bus_policy(prefix="t")) as node,
    ):
        await node.subscribe(TRADES, witness)
        async with under_load(publisher, witness):
            for _ in range(5):
                proxy.cut()
                await asyncio.sleep(0.3)

        assert witness.numbers == list(range(publisher.published))
        assert witness.losses == []
        assert node.fills > 0


async def test_a_node_whose_network_goes_silent_connects_again_and_misses_nothing(
    redis_server: RedisServer, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, TRADES), Witness()
    async with (
        proxy_to(redis_server.port) as proxy,
        running_bus(proxy.url, bus_policy(prefix="t")) as node,
    ):
        await node.subscribe(TRADES, witness)
        async with under_load(publisher, witness):
            proxy.silence()
            await asyncio.sleep(4)
            with pytest.raises(BusUnavailable):
                await node.subscribe(PRICES, witness)
            proxy.speak()

        assert witness.numbers == list(range(publisher.published))
        assert witness.losses == []


async def test_a_merge_channel_has_the_newest_of_every_key_after_an_outage(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    publisher, witness = Publisher(relay, PRICES), Witness()
    await node.subscribe(PRICES, witness)

    async with under_load(publisher, witness):
        redis_server.restart()

    newest = {item.key: item.data for batch in witness.batches for item in batch.items}
    snapshot = await node.read_last(PRICES)
    assert newest == {item.key: item.data for item in snapshot.items}
    seqs = [item.seq for batch in witness.batches for item in batch.items]
    assert seqs == sorted(set(seqs))


async def test_an_idle_channel_hears_of_a_new_epoch(redis_server: RedisServer) -> None:
    witness = Witness()
    policy = bus_policy(prefix="t", compare_seconds=0.3)
    async with running_bus(redis_server.url, policy) as bus:
        await bus.subscribe(TRADES, witness)
        before = await bus.publish(TRADES, [entry(0)])
        await witness.sees(0)

        await flush(redis_server)
        await witness.is_told_of_a_loss()

        (told,) = witness.losses
        assert told.epoch == (await bus.position(TRADES)).epoch != before.epoch
        assert (told.items, told.lost_to) == ([], 0)


async def test_what_is_restored_can_be_read_and_is_not_delivered(
    redis_server: RedisServer, node: RedisBus, relay: RedisBus
) -> None:
    witness = Witness()
    await node.subscribe(TRADES, witness)
    await relay.publish(TRADES, [entry(n) for n in range(5)])
    await witness.sees(4)

    await flush(redis_server)
    start = await relay.position(TRADES)
    await relay.restore(TRADES, [entry(n) for n in range(3)])
    await relay.publish(TRADES, [entry(n) for n in range(2, 6)])
    await relay.restore(TRADES, [entry(n) for n in range(6, 8)])
    await relay.publish(TRADES, [entry(8)])
    await witness.sees(8)

    replay = await node.read_log(TRADES, start, limit=100)
    assert [int(item.data) for item in replay.items] == list(range(9))
    assert replay.complete
    assert witness.numbers == [0, 1, 2, 3, 4, 3, 4, 5, 8]


async def test_a_replica_without_the_last_entries_takes_over_under_a_new_epoch(
    redis_server: RedisServer, replica: RedisServer
) -> None:
    witness = Witness()
    async with (
        Redis.from_url(replica.url) as promoted,
        proxy_to(redis_server.port) as replication,
        proxy_to(redis_server.port) as proxy,
        running_bus(proxy.url, bus_policy(prefix="t")) as bus,
    ):
        await promoted.replicaof("127.0.0.1", replication.port)
        await bus.subscribe(TRADES, witness)
        early = await bus.publish(TRADES, [entry(n) for n in range(5)])
        await _copies(redis_server, replica)
        replication.silence()
        late = await bus.publish(TRADES, [entry(n) for n in range(5, 8)])
        await witness.sees(7)

        redis_server.kill()
        replication.cut()
        await promoted.replicaof("NO", "ONE")
        proxy.target = replica.port
        with pytest.raises(EpochChanged) as changed:
            await _published_in(late.epoch, bus, range(8, 13))
        await bus.restore(TRADES, [entry(n) for n in range(8)])
        await _published_in(changed.value.epoch, bus, range(8, 13))
        await witness.sees(12)

        assert witness.numbers == list(range(13))
        assert len(witness.losses) == 1
        assert witness.names_are_unique()
        since_early = await bus.read_log(TRADES, early, limit=100)
        assert since_early.complete
        assert [int(item.data) for item in since_early.items] == list(range(5, 13))
        assert not (await bus.read_log(TRADES, late, limit=100)).complete


@pytest.fixture
def replica(tmp_path: Path, redis_server: RedisServer) -> Iterator[RedisServer]:
    """Another server; where the first cannot be had it is not either."""
    server = RedisServer(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def _published_in(epoch: str, bus: RedisBus, numbers: range) -> None:
    """Publish until the bus answers, in this epoch only."""
    async with asyncio.timeout(20):
        while True:
            try:
                await bus.publish(TRADES, [entry(n) for n in numbers], epoch=epoch)
            except BusUnavailable:
                await asyncio.sleep(0.1)
            else:
                return


async def _copies(primary: RedisServer, replica: RedisServer) -> None:
    """Wait until the replica has what the primary has."""
    async with (
        asyncio.timeout(20),
        Redis.from_url(primary.url) as one,
        Redis.from_url(replica.url) as other,
    ):
        level = False
        while not level:
            await asyncio.sleep(0.05)  # another process: there is nothing to wait on
            there = (await one.info("replication"))["master_repl_offset"]
            here = await other.info("replication")
            level = here["master_link_status"] == "up" and here["slave_repl_offset"] == there


def _number(item: object) -> int:
    assert isinstance(item, tuple)
    return int(item[2])
