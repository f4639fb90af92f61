"""Who on a node receives what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from tests.unit.gateway.fake_bus import FakeBus
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Scope
from vezta_stream.errors import BusUnavailable, Unavailable
from vezta_stream.gateway.hub import Hub
from vezta_stream.metrics import GatewayMetrics

PRICES = Scope(Channel.MARKET_PRICES)
TRADES = Scope(Channel.MARKET_TRADES)
MINE = Scope(Channel.USER_ORDERS, "u1")
YOURS = Scope(Channel.USER_ORDERS, "u2")


class Recorder:
    """A subscriber that keeps what it is offered."""

    def __init__(self, *, takes: bool = True) -> None:
        self.received: list[tuple[Scope, str]] = []
        self.takes = takes

    def offer(self, scope: Scope, frame: str) -> bool:
        """Keep it."""
        self.received.append((scope, frame))
        return self.takes


class Leaver(Recorder):
    """A subscriber that leaves as soon as it is offered something."""

    def __init__(self, hub: Hub[str]) -> None:
        super().__init__()
        self._hub = hub

    def offer(self, scope: Scope, frame: str) -> bool:
        """Leave."""
        super().offer(scope, frame)
        self._hub.leave(scope, self)
        return False


class Setup:
    """A hub, its bus, and what it counted."""

    def __init__(self, *, timeout_seconds: float = 5.0) -> None:
        self.bus = FakeBus()
        self.registry = CollectorRegistry()
        self.encoded = 0
        self.hub = Hub[str](
            bus=self.bus,
            encode=self._encode,
            timeout_seconds=timeout_seconds,
            metrics=GatewayMetrics(self.registry),
        )

    def _encode(self, channel: Channel, payload: bytes) -> str:
        self.encoded += 1
        return f"{channel.value} {payload.decode()}"

    async def join(self, scope: Scope, subscriber: Recorder) -> None:
        """Subscribe the way connections do."""
        async with self.hub.opened(scope):
            self.hub.join(scope, subscriber)

    def count(self, name: str, **labels: str) -> float:
        """The value of a metric."""
        return self.registry.get_sample_value(name, labels) or 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the hub's housekeeping, and let it finish what it can."""
        task = asyncio.create_task(self.hub.run())
        yield
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()


@pytest.fixture
def setup() -> Setup:
    """A hub without subscribers."""
    return Setup()


async def test_a_publication_reaches_every_subscriber_of_its_scope_and_no_other(
    setup: Setup,
) -> None:
    one, two, other = Recorder(), Recorder(), Recorder()
    await setup.join(PRICES, one)
    await setup.join(PRICES, two)
    await setup.join(TRADES, other)
    setup.bus.publish(PRICES, b"1", b"2")

    assert one.received == [(PRICES, "market:prices 1"), (PRICES, "market:prices 2")]
    assert two.received == one.received
    assert other.received == []


async def test_users_scopes_are_apart(setup: Setup) -> None:
    mine, yours = Recorder(), Recorder()
    await setup.join(MINE, mine)
    await setup.join(YOURS, yours)
    setup.bus.publish(MINE, b"1")

    assert len(mine.received) == 1
    assert yours.received == []


async def test_the_frame_is_made_once_for_all(setup: Setup) -> None:
    recorders = [Recorder() for _ in range(50)]
    for recorder in recorders:
        await setup.join(PRICES, recorder)
    setup.bus.publish(PRICES, b"1")

    assert setup.encoded == 1
    assert len({id(recorder.received[0][1]) for recorder in recorders}) == 1


async def test_the_bus_is_subscribed_to_once_and_while_needed(setup: Setup) -> None:
    one, two = Recorder(), Recorder()
    async with setup.running():
        await setup.join(PRICES, one)
        await setup.join(PRICES, two)
        assert setup.bus.scopes == [PRICES]
        setup.hub.leave(PRICES, one)
        assert setup.bus.scopes == [PRICES]
        setup.hub.leave(PRICES, two)

    assert setup.bus.scopes == []
    assert setup.bus.opened == 1
    assert setup.count("vezta_gateway_bus_subscriptions") == 0


async def test_opening_without_joining_leaves_nothing(setup: Setup) -> None:
    async with setup.running(), setup.hub.opened(PRICES):
        assert setup.bus.scopes == [PRICES]

    assert setup.bus.scopes == []


async def test_who_left_receives_nothing(setup: Setup) -> None:
    one = Recorder()
    await setup.join(PRICES, one)
    setup.hub.leave(PRICES, one)
    setup.bus.publish(PRICES, b"1")  # its subscription is not closed yet

    assert one.received == []


async def test_who_comes_back_before_the_bus_has_let_go_receives_everything_once(
    setup: Setup,
) -> None:
    one = Recorder()
    await setup.join(PRICES, one)
    setup.hub.leave(PRICES, one)
    await setup.join(PRICES, one)
    setup.bus.publish(PRICES, b"1")

    assert len(one.received) == 1


async def test_many_waiting_for_one_scope_open_it_once(setup: Setup) -> None:
    setup.bus.hold = asyncio.Event()
    recorders = [Recorder() for _ in range(10)]
    async with asyncio.TaskGroup() as group:
        for recorder in recorders:
            group.create_task(setup.join(PRICES, recorder))
        await asyncio.sleep(0)
        setup.bus.hold.set()

    assert setup.bus.opened == 1
    setup.bus.publish(PRICES, b"1")
    assert all(len(recorder.received) == 1 for recorder in recorders)


async def test_waiting_for_one_scope_does_not_hold_another(setup: Setup) -> None:
    setup.bus.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(setup.join(PRICES, Recorder()))
        await asyncio.sleep(0)
        held, setup.bus.hold = setup.bus.hold, None
        await setup.join(TRADES, Recorder())
        assert not waiting.done()
        held.set()


async def test_a_bus_that_is_away_is_unavailable(setup: Setup) -> None:
    setup.bus.failure = BusUnavailable("away")
    with pytest.raises(Unavailable) as refused:
        await setup.join(PRICES, Recorder())

    assert refused.value.channel == "market:prices"
    assert setup.count("vezta_gateway_bus_failures_total", action="open") == 1
    assert setup.count("vezta_gateway_bus_subscriptions") == 0


async def test_a_bus_that_does_not_answer_is_unavailable_for_all_who_wait() -> None:
    setup = Setup(timeout_seconds=0.02)
    setup.bus.hold = asyncio.Event()
    results = await asyncio.gather(
        *(setup.join(PRICES, Recorder()) for _ in range(5)), return_exceptions=True
    )

    assert all(isinstance(result, Unavailable) for result in results)
    assert setup.count("vezta_gateway_bus_subscriptions") == 0


async def test_a_cancelled_wait_harms_nobody_else(setup: Setup) -> None:
    setup.bus.hold = asyncio.Event()
    one = Recorder()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(setup.join(PRICES, Recorder()))
        group.create_task(setup.join(PRICES, one))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        setup.bus.hold.set()
    setup.bus.publish(PRICES, b"1")

    assert len(one.received) == 1


async def test_an_error_inside_the_block_is_not_swallowed(setup: Setup) -> None:
    with pytest.raises(KeyError):
        async with setup.hub.opened(PRICES):
            raise KeyError


@pytest.mark.parametrize("failure", [BusUnavailable("away"), TimeoutError()])
async def test_a_subscription_that_cannot_be_closed_delivers_to_nobody(
    setup: Setup, failure: Exception
) -> None:
    one = Recorder()
    setup.bus.close_failure = failure
    async with setup.running():
        await setup.join(PRICES, one)
        setup.hub.leave(PRICES, one)
        for _ in range(5):
            await asyncio.sleep(0)
        await setup.join(PRICES, one)
        setup.bus.publish(PRICES, b"1")

    assert len(setup.bus.open) == 2
    assert len(one.received) == 1
    assert setup.count("vezta_gateway_bus_failures_total", action="close") == 1


async def test_subscribers_may_leave_while_they_are_offered_something(setup: Setup) -> None:
    leavers = [Leaver(setup.hub) for _ in range(3)]
    stays = Recorder()
    for subscriber in (leavers[0], stays, *leavers[1:]):
        await setup.join(PRICES, subscriber)
    setup.bus.publish(PRICES, b"1", b"2")

    assert [len(leaver.received) for leaver in leavers] == [1, 1, 1]
    assert len(stays.received) == 2


async def test_a_payload_that_cannot_be_sent_is_skipped_and_counted(setup: Setup) -> None:
    one = Recorder()
    await setup.join(PRICES, one)
    setup.bus.publish(PRICES, b"\xff", b"2")

    assert one.received == [(PRICES, "market:prices 2")]
    assert setup.count("vezta_gateway_unsendable_publications_total", channel="market:prices") == 1


async def test_what_was_taken_is_counted(setup: Setup) -> None:
    await setup.join(PRICES, Recorder())
    await setup.join(PRICES, Recorder(takes=False))
    setup.bus.publish(PRICES, b"1", b"2")

    assert setup.count("vezta_gateway_publications_total", channel="market:prices") == 2
    assert setup.count("vezta_gateway_deliveries_total", channel="market:prices") == 2
    assert setup.count("vezta_gateway_subscribers", channel="market:prices") == 2
    assert setup.count("vezta_gateway_fan_out_seconds_count") == 1


@settings(max_examples=50)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([PRICES, TRADES, MINE]), st.booleans())
    )
)
async def test_after_any_history_exactly_the_members_receive(
    steps: list[tuple[int, Scope, bool]],
) -> None:
    setup = Setup()
    recorders = [Recorder() for _ in range(4)]
    members: dict[Scope, set[int]] = {PRICES: set(), TRADES: set(), MINE: set()}
    async with setup.running():
        for number, scope, joins in steps:
            if joins and number not in members[scope]:
                await setup.join(scope, recorders[number])
                members[scope].add(number)
            elif not joins and number in members[scope]:
                setup.hub.leave(scope, recorders[number])
                members[scope].remove(number)
    for scope in members:
        setup.bus.publish(scope, b"x")

    for number, recorder in enumerate(recorders):
        assert {scope for scope, _ in recorder.received} == {
            scope for scope, names in members.items() if number in names
        }
    assert set(setup.bus.scopes) == {scope for scope, names in members.items() if names}
