"""The in-memory bus: what the suites of all buses do not ask."""

import itertools

import pytest
from structlog.testing import capture_logs

from vezta_stream.bus.base import Batch, Entry
from vezta_stream.bus.memory import MemoryBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Position, Scope, SourcePosition

TRADES = Scope(Channel.MARKET_TRADES)


@pytest.fixture
def bus() -> MemoryBus:
    epochs = itertools.count(1)
    return MemoryBus(new_epoch=lambda: f"e{next(epochs)}", log_entries=100, idle_user_scopes=3)


def orders(user: str) -> Scope:
    return Scope(Channel.USER_ORDERS, user)


def entry(offset: int) -> Entry:
    return Entry(Lane(1, "raw", 0, "m"), SourcePosition(offset, 0), "k", b"v")


class Failing:
    """Raises at every batch, against its contract."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, batch: Batch) -> None:
        self.calls += 1
        raise LookupError("a bug")


async def test_a_receiver_that_raises_harms_nobody_and_is_reported_once(bus: MemoryBus) -> None:
    before, failing, after = list[Batch](), Failing(), list[Batch]()
    await bus.subscribe(TRADES, before.append)
    await bus.subscribe(TRADES, failing)
    await bus.subscribe(TRADES, after.append)

    with capture_logs() as logs:
        for offset in range(3):
            await bus.publish(TRADES, [entry(offset)])

    assert len(before) == len(after) == failing.calls == 3
    assert [line["channel"] for line in logs] == ["market:trades"]


async def test_a_receiver_may_close_another_subscription_in_the_middle_of_a_delivery(
    bus: MemoryBus,
) -> None:
    got = list[Batch]()

    def close_the_other(batch: Batch) -> None:
        with pytest.raises(StopIteration):
            other.close().send(None)

    await bus.subscribe(TRADES, close_the_other)
    other = await bus.subscribe(TRADES, got.append)

    await bus.publish(TRADES, [entry(0)])

    assert got == []


async def test_a_scope_keeps_its_epoch_from_the_first_time_it_is_asked_for(bus: MemoryBus) -> None:
    asked = await bus.position(TRADES)

    assert (await bus.publish(TRADES, [entry(0)])).epoch == asked.epoch
    assert (await bus.position(orders("a"))).epoch != asked.epoch


async def test_the_user_scope_unused_for_longest_is_forgotten(bus: MemoryBus) -> None:
    first = {user: await bus.publish(orders(user), [entry(0)]) for user in "abc"}
    await bus.position(orders("a"))  # used again: now b is the oldest

    await bus.publish(orders("d"), [entry(0)])

    assert await bus.position(orders("a")) == first["a"]
    assert await bus.position(orders("c")) == first["c"]
    forgotten = await bus.position(orders("b"))
    assert forgotten.epoch != first["b"].epoch
    assert forgotten.seq == 0


async def test_a_user_scope_with_a_subscription_is_not_forgotten(bus: MemoryBus) -> None:
    position = await bus.publish(orders("a"), [entry(0)])
    one = await bus.subscribe(orders("a"), lambda batch: None)
    two = await bus.subscribe(orders("a"), lambda batch: None)
    await one.close()

    await _use_many(bus)
    assert await bus.position(orders("a")) == position

    await two.close()
    await _use_many(bus)
    assert (await bus.position(orders("a"))).epoch != position.epoch


async def test_public_scopes_are_never_forgotten(bus: MemoryBus) -> None:
    position = await bus.publish(TRADES, [entry(0)])

    await _use_many(bus)

    assert await bus.position(TRADES) == position


async def test_a_reset_begins_new_epochs_and_keeps_the_subscriptions(bus: MemoryBus) -> None:
    got = list[Batch]()
    subscription = await bus.subscribe(orders("a"), got.append)
    before = await bus.publish(orders("a"), [entry(0)])

    bus.reset()
    after = await bus.publish(orders("a"), [entry(0)])
    await subscription.close()

    assert after == Position(after.epoch, 1)
    assert [batch.epoch for batch in got] == [before.epoch, after.epoch]


async def _use_many(bus: MemoryBus) -> None:
    for number in range(10):
        await bus.position(orders(f"other {number}"))
