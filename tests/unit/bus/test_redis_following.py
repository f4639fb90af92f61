import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.behaviour.bus_harness import Inbox, seqs_of
from vezta_stream.bus.base import Batch, Item
from vezta_stream.bus.follower import Part
from vezta_stream.bus.redis_following import Followed, Following, FollowingPolicy
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Position, Scope
from vezta_stream.errors import BusUnavailable

SCOPE = Scope(Channel.MARKET_TRADES)

POLICY = FollowingPolicy(
    compare_seconds=15.0,
    grace_seconds=0.5,
    retry_seconds=0.2,
    held_bytes=1000,
    scopes_per_call=10,
)


class FakeReader:
    """A log of so many entries, which may be out of reach for some calls."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.unavailable = 0
        self.calls = 0

    async def positions(self, scopes: Sequence[Scope]) -> list[Position]:
        self.calls += 1
        if self.unavailable:
            self.unavailable -= 1
            raise BusUnavailable
        return [Position("e", self.newest) for _ in scopes]

    async def after(self, scope: Scope, position: Position) -> Part:
        items = [Item(seq, "k", b"") for seq in range(position.seq + 1, self.newest + 1)]
        return Part(Position("e", self.newest), items)


class World:
    """One scope followed from the start, and the time that a test lets pass."""

    def __init__(self, newest: int) -> None:
        self.reader = FakeReader(newest)
        self.following = Following(reader=self.reader, policy=POLICY, sleep=self._sleep)
        self.inbox = Inbox()
        self.followed: Followed = self.following.add("c", SCOPE)
        self.followed.receivers.append(self.inbox)
        self.following.begin(self.followed, Position("e", 0))
        self.slept: list[float] = []

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds > 1:  # the next comparison: tests ask for it themselves
            await asyncio.Event().wait()
        await asyncio.sleep(0)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    task = asyncio.create_task(world.following.run())
    yield
    task.cancel()
    await asyncio.wait({task})


async def test_a_last_message_that_was_lost_is_found_by_comparing() -> None:
    world = World(newest=3)
    async with running(world):
        await world.following.compare()

        assert seqs_of(await world.inbox.until(3)) == [1, 2, 3]
        assert world.followed.follower.live


async def test_a_message_that_arrives_within_the_grace_is_not_read_again() -> None:
    world = World(newest=1)
    world.followed.deliver(world.followed.follower.on_batch(Batch(SCOPE, "e", [Item(1, "k", b"")])))

    await world.following.compare()

    assert world.followed.follower.live
    assert world.slept == []


async def test_filling_goes_on_until_the_bus_answers() -> None:
    world = World(newest=2)
    world.reader.unavailable = 3
    async with running(world):
        world.following.on_listening("c")

        assert seqs_of(await world.inbox.until(2)) == [1, 2]
    assert world.slept.count(POLICY.retry_seconds) == 3


async def test_who_missed_nothing_is_level_without_reading() -> None:
    world = World(newest=0)
    async with running(world):
        world.following.on_listening("c")
        await world.followed.ready.wait()

    assert world.following.fills == 0
    assert world.inbox.batches == []


async def test_an_unreadable_message_is_made_up_for() -> None:
    world = World(newest=1)
    async with running(world):
        world.following.on_message("c", b"\x07of a later version")

        assert seqs_of(await world.inbox.until(1)) == [1]


async def test_who_is_not_followed_any_more_gets_nothing() -> None:
    world = World(newest=1)
    world.following.on_listening("c")
    world.following.remove("c")
    async with running(world):
        world.following.on_message("c", b"\x01e 1\n")
        await asyncio.sleep(0)

    assert world.inbox.batches == []
