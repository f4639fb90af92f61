"""What every bus promises about publishing, told as tests. Each twin is run through all of them.

A test module inherits the suite and provides the fixture `harness`. Every test uses
scopes of its own, so that all may share one server.
"""

from hypothesis import given

from tests.behaviour.bus_harness import (
    LANE,
    OTHER_LANE,
    BusFixtures,
    Inbox,
    data_of,
    entries,
    entry,
    lane_of,
    laws,
    log_scope,
    outputs,
    publish_in_runs,
    runs,
    seqs_of,
)
from vezta_stream.bus.base import Bus, Entry, Item
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Position, Scope, SourcePosition


class BusSuite(BusFixtures):
    """Numbering, delivering, telling apart."""

    async def test_a_publish_returns_the_position_it_reached(self, bus: Bus) -> None:
        scope = log_scope()
        before = await bus.position(scope)

        after = await bus.publish(scope, entries(range(3)))

        assert before.seq == 0
        assert after.seq == 3
        assert await bus.position(scope) == after

    async def test_seq_starts_at_one_and_has_no_holes_across_publishes(self, bus: Bus) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)

        await bus.publish(scope, entries(range(3)))
        await bus.publish(scope, entries(range(3, 5)))

        assert seqs_of(await inbox.until(5)) == [1, 2, 3, 4, 5]

    async def test_one_publish_is_one_batch_as_published(self, bus: Bus) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)

        position = await bus.publish(scope, [entry(0, "a", b"1"), entry(1, "b", b"\xc3\xa9")])
        await inbox.until(2)

        (batch,) = inbox.batches
        assert batch.scope == scope
        assert batch.epoch == position.epoch
        assert list(batch.items) == [Item(1, "a", b"1"), Item(2, "b", b"\xc3\xa9")]

    async def test_every_subscription_of_the_scope_gets_every_batch_in_order(
        self, bus: Bus
    ) -> None:
        scope, inboxes = log_scope(), [Inbox(), Inbox(), Inbox()]
        for inbox in inboxes:
            await bus.subscribe(scope, inbox)

        for offset in range(20):
            await bus.publish(scope, [entry(offset)])

        for inbox in inboxes:
            assert await inbox.until(20) == inboxes[0].items
            assert seqs_of(inbox.items) == list(range(1, 21))

    async def test_a_subscription_gets_what_is_published_after_it_only(self, bus: Bus) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.publish(scope, entries(range(2)))

        await bus.subscribe(scope, inbox)
        await bus.publish(scope, entries(range(2, 4)))

        assert seqs_of(await inbox.until(2)) == [3, 4]

    async def test_a_closed_subscription_gets_nothing_and_the_others_all(self, bus: Bus) -> None:
        scope, closed, open_ = log_scope(), Inbox(), Inbox()
        ended = await bus.subscribe(scope, closed)
        await bus.subscribe(scope, open_)

        await ended.close()
        await ended.close()
        await bus.publish(scope, entries(range(3)))

        await open_.until(3)
        assert closed.batches == []

    async def test_a_receiver_may_subscribe_again_after_closing(self, bus: Bus) -> None:
        scope, inbox = log_scope(), Inbox()
        await (await bus.subscribe(scope, inbox)).close()
        await bus.subscribe(scope, inbox)

        await bus.publish(scope, entries(range(1)))

        assert seqs_of(await inbox.until(1)) == [1]

    async def test_publishing_nothing_changes_nothing(self, bus: Bus) -> None:
        scope = log_scope()
        before = await bus.publish(scope, entries(range(2)))

        assert await bus.publish(scope, []) == before

    async def test_scopes_are_numbered_and_delivered_apart(self, bus: Bus) -> None:
        mine, theirs = log_scope(), log_scope()
        my_inbox, their_inbox = Inbox(), Inbox()
        await bus.subscribe(mine, my_inbox)
        await bus.subscribe(theirs, their_inbox)

        await bus.publish(mine, [entry(0, data=b"mine")])
        await bus.publish(theirs, [entry(0, data=b"theirs")])

        assert await my_inbox.until(1) == [Item(1, "k", b"mine")]
        assert await their_inbox.until(1) == [Item(1, "k", b"theirs")]
        nothing = Position((await bus.position(mine)).epoch, 0)
        assert data_of((await bus.read_log(mine, nothing, limit=10)).items) == [b"mine"]

    async def test_the_channels_of_one_user_are_apart(self, bus: Bus) -> None:
        orders, inbox = log_scope(), Inbox()
        copies = Scope(Channel.USER_COPY_TRADE, orders.user)
        await bus.subscribe(copies, inbox)

        await bus.publish(orders, [entry(0)])
        await bus.publish(copies, [entry(0, data=b"copied")])

        assert data_of(await inbox.until(1)) == [b"copied"]

    async def test_users_whose_ids_look_alike_or_odd_are_apart(self, bus: Bus) -> None:
        base = log_scope().user
        assert base is not None
        users = [base, base.upper(), f"{base}:x", f"{base}*", f"{base} ", f"{base}}}", f"{base}é"]
        for number, user in enumerate(users):
            scope = Scope(Channel.USER_ORDERS, user)
            await bus.publish(scope, entries(range(number + 1)))

        positions = [await bus.position(Scope(Channel.USER_ORDERS, user)) for user in users]

        assert [position.seq for position in positions] == list(range(1, len(users) + 1))

    async def test_a_repeated_publish_delivers_and_numbers_nothing(self, bus: Bus) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)
        first = await bus.publish(scope, entries(range(3)))

        assert await bus.publish(scope, entries(range(3))) == first

        await bus.publish(scope, entries(range(5)))
        assert data_of(await inbox.until(5)) == [e.data for e in entries(range(5))]
        assert seqs_of(inbox.items) == [1, 2, 3, 4, 5]
        assert len(inbox.batches) == 2

    async def test_a_repeat_inside_one_batch_is_dropped(self, bus: Bus) -> None:
        scope = log_scope()

        position = await bus.publish(scope, [entry(1), entry(1), entry(0), entry(2)])

        assert position.seq == 2

    async def test_lanes_are_told_apart_by_each_of_their_parts(self, bus: Bus) -> None:
        scope = log_scope()
        lanes = [
            LANE,
            OTHER_LANE,
            LANE._replace(generation=2),
            LANE._replace(topic="portfolio.updates"),
            LANE._replace(partition=4),
            LANE._replace(key=""),
        ]
        for lane in lanes:
            await bus.publish(scope, [entry(7, lane=lane), entry(7, lane=lane)])

        assert (await bus.position(scope)).seq == len(lanes)

    async def test_outputs_of_one_raw_record_are_told_apart_and_compared_as_numbers(
        self, bus: Bus
    ) -> None:
        scope = log_scope()
        sources = [(9, 9), (9, 10), (10, 0), (10, 2), (10, 29_000_000), (11, 1)]
        for offset, output in sources:
            repeated = Entry(LANE, SourcePosition(offset, output), "k", b"1")
            await bus.publish(scope, [repeated])
            await bus.publish(scope, [repeated])

        assert (await bus.position(scope)).seq == len(sources)
        await bus.publish(scope, [Entry(LANE, SourcePosition(9, 11), "k", b"1")])
        assert (await bus.position(scope)).seq == len(sources)

    @given(outputs=outputs, runs=runs)
    @laws
    async def test_whatever_is_published_again_each_output_is_delivered_once_in_order(
        self, bus: Bus, outputs: list[tuple[str, bool]], runs: list[tuple[int, int]]
    ) -> None:
        scope, inbox = log_scope(), Inbox()
        await bus.subscribe(scope, inbox)
        lane = lane_of(outputs)

        await publish_in_runs(bus, scope, lane, runs)

        wanted = [(e.key, e.data) for e in lane if e.data is not None]
        delivered = await inbox.until(len(wanted))
        assert [(item.key, item.data) for item in delivered] == wanted
        assert seqs_of(delivered) == list(range(1, len(wanted) + 1))
