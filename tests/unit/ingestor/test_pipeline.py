"""The ingestor on a log: order of effects, ticks, the catalog, and partitions that move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from tests.builders import polymarket as poly
from tests.builders.ingestion import LIMITS, Counts, factories
from tests.builders.markets import CONDITION, DAY, START, Json, as_bytes, catalog_entry
from vezta_stream.core import wire
from vezta_stream.errors import CommitRefused, ProduceFailed
from vezta_stream.ingestor import dead_letters, sources
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.parking import Parking
from vezta_stream.ingestor.pipeline import Ingestor
from vezta_stream.ingestor.worker import Worker
from vezta_stream.log.base import (
    Consumer,
    Draft,
    Producer,
    Reader,
    RebalanceListener,
    Record,
    TopicPartition,
    TopicSpec,
)
from vezta_stream.log.memory import MemoryLog

DEADLINE_SECONDS = 20.0
CHANNELS = ("market.orderbook", "market.prices", "market.trades", "monitor.signals")
RAW = TopicPartition(sources.POLYMARKET, 1)
BOOK = poly.book({"0.30": "1"}, {"0.40": "1"})


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


class ObservedLog:
    """A log that tells of each send and commit, and fails them while a test says so."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.changed = asyncio.Event()
        self.send_error: Exception | None = None
        self.commit_error: Exception | None = None
        self.commits: list[Mapping[TopicPartition, int]] = []

    def producer(self) -> Producer:
        return _ObservedProducer(self, self._log.producer())

    def consumer(
        self, *, group: str, topics: Sequence[str], listener: RebalanceListener
    ) -> Consumer:
        return _ObservedConsumer(
            self, self._log.consumer(group=group, topics=topics, listener=listener)
        )

    def reader(self, topic: str) -> Reader:
        return self._log.reader(topic)

    async def partitions(self, topic: str) -> int:
        return await self._log.partitions(topic)


class _ObservedProducer:
    def __init__(self, observed: ObservedLog, producer: Producer) -> None:
        self._observed = observed
        self._producer = producer

    async def send(self, drafts: Sequence[Draft]) -> None:
        if drafts and self._observed.send_error is not None:
            raise self._observed.send_error
        await self._producer.send(drafts)
        self._observed.changed.set()


class _ObservedConsumer:
    def __init__(self, observed: ObservedLog, consumer: Consumer) -> None:
        self._observed = observed
        self._consumer = consumer
        self.poll = consumer.poll
        self.pause = consumer.pause
        self.resume = consumer.resume
        self.lag = consumer.lag
        self.close = consumer.close

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if self._observed.commit_error is not None:
            raise self._observed.commit_error
        await self._consumer.commit(offsets)
        self._observed.commits.append(offsets)
        self._observed.changed.set()


class Bench:
    """A log with all topics, and what tests do with it."""

    def __init__(self) -> None:
        self.clock = Clock()
        log = MemoryLog(now_ms=self.clock, retain_records=1_000, compact_above_records=1_000)
        self.counts = Counts()
        names = [*factories(Registry()), *CHANNELS, dead_letters.TOPIC]
        log.create(*(TopicSpec(name, 2) for name in names))
        log.create(TopicSpec(sources.CATALOG, 1, compacted=True))
        self.log = ObservedLog(log)
        self._producer = log.producer()

    async def list_market(self, **fields: object) -> None:
        """Append the market of `BOOK` to the catalog."""
        entry = as_bytes(catalog_entry(**fields))
        await self._producer.send(
            [Draft(sources.CATALOG, b"polymarket:" + CONDITION.encode(), entry)]
        )

    async def emit(self, *messages: Json | bytes) -> None:
        """Append raw records, as the connector does."""
        received = ((wire.RECEIVED_AT, str(START).encode()),)
        values = [each if isinstance(each, bytes) else as_bytes(each) for each in messages]
        await self._producer.send(
            [Draft(RAW.topic, CONDITION.encode(), each, received, RAW.partition) for each in values]
        )

    async def records(self, topic: str) -> Sequence[Record]:
        """Return all records of a topic."""
        return await self.log.reader(topic).read_to_end()

    async def published(self, topic: str, count: int) -> Sequence[Record]:
        """Return the topic's records as soon as there are so many."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(found := await self.records(topic)) < count:
                self.log.changed.clear()
                await self.log.changed.wait()
        return found

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a send or a commit makes true."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not condition():
                self.log.changed.clear()
                await self.log.changed.wait()

    def ingestor(self) -> Ingestor:
        """Return a fresh ingestor, as after a restart."""
        known = Registry()
        return Ingestor(
            log=self.log,
            worker=Worker(
                factories=factories(known),
                registry=known,
                parking=Parking(LIMITS),
                generation=1,
                observer=self.counts,
            ),
            group="ingestor",
            topics=list(factories(known)),
            catalog_topic=sources.CATALOG,
            clock=self.clock,
            tick_seconds=0.005,
            max_records=100,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run a fresh ingestor until the block ends."""
        task = asyncio.create_task(self.ingestor().run())
        try:
            yield
        finally:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_what_was_listed_and_emitted_before_it_started_is_published(bench: Bench) -> None:
    await bench.list_market()
    await bench.emit(BOOK)
    async with bench.running():
        [book] = await bench.published("market.orderbook", 1)

    assert book.partition == RAW.partition
    assert wire.unwrap(book.value or b"").startswith(b'{"marketId":')


async def test_a_market_listed_later_releases_what_waited_for_it(bench: Bench) -> None:
    async with bench.running():
        await bench.emit(BOOK)
        await bench.until(lambda: bench.counts.waiting == 1)
        await bench.list_market()

        await bench.published("market.orderbook", 1)
    assert bench.counts.waiting == 0


async def test_a_market_listed_before_its_first_record_is_known_when_that_comes(
    bench: Bench,
) -> None:
    async with bench.running():
        await bench.list_market()
        await bench.emit(BOOK)
        await bench.published("market.orderbook", 1)

    assert bench.counts.waiting == 0


async def test_what_cannot_be_understood_becomes_a_dead_letter(bench: Bench) -> None:
    await bench.emit(b"{")
    async with bench.running():
        [letter] = await bench.published(dead_letters.TOPIC, 1)

    assert letter.header("source") == b"exchange.polymarket/1/0"


async def test_outputs_are_acknowledged_before_their_records_are_committed(bench: Bench) -> None:
    bench.log.send_error = ProduceFailed("no")
    await bench.list_market()
    await bench.emit(BOOK)
    with pytest.raises(ProduceFailed):
        await bench.ingestor().run()

    assert bench.log.commits == []
    bench.log.send_error = None
    async with bench.running():
        await bench.published("market.orderbook", 1)


async def test_a_crash_before_the_commit_repeats_the_same_outputs(bench: Bench) -> None:
    bench.log.commit_error = ConnectionError("the process died here")
    await bench.list_market()
    await bench.emit(BOOK, poly.last_trade("0.4", "1"))
    with pytest.raises(ConnectionError):
        await bench.ingestor().run()

    bench.log.commit_error = None
    async with bench.running():
        repeated = await bench.published("market.prices", 4)
    plain = [record._replace(offset=0, timestamp_ms=0) for record in repeated]
    assert plain[:2] == plain[2:]


async def test_after_a_restart_it_goes_on_where_it_was(bench: Bench) -> None:
    await bench.list_market()
    await bench.emit(BOOK)
    async with bench.running():
        await bench.until(lambda: bench.log.commits == [{RAW: 1}])
    async with bench.running():
        await bench.emit(poly.book({"0.35": "1"}, {}))
        books = await bench.published("market.orderbook", 2)

    assert [book.header(wire.SOURCE) for book in books] == [b"0.0", b"1.0"]


async def test_parked_records_are_read_again_after_a_restart(bench: Bench) -> None:
    await bench.emit(BOOK, b"{")
    async with bench.running():
        await bench.until(lambda: bench.log.commits == [{RAW: 0}])
    await bench.list_market()
    async with bench.running():
        await bench.published("market.orderbook", 1)


async def test_released_records_are_committed(bench: Bench) -> None:
    await bench.emit(BOOK)
    async with bench.running():
        await bench.until(lambda: bench.log.commits == [{RAW: 0}])
        await bench.list_market()
        await bench.until(lambda: bench.log.commits[-1] == {RAW: 1})


async def test_a_refused_commit_stops_nothing(bench: Bench) -> None:
    bench.log.commit_error = CommitRefused("another member's")
    await bench.list_market()
    async with bench.running():
        await bench.emit(BOOK)
        await bench.published("market.orderbook", 1)
        await bench.emit(poly.book({"0.35": "1"}, {}))
        await bench.published("market.orderbook", 2)


async def test_time_alone_publishes(bench: Bench) -> None:
    await bench.list_market()
    await bench.emit(poly.market_resolved())
    async with bench.running():
        await bench.published("market.prices", 1)
        bench.clock.now = START + DAY
        tombstone = (await bench.published("market.prices", 2))[-1]

    assert tombstone.value is None
    assert tombstone.header(wire.SOURCE) == f"0.{(START + DAY) // 60_000}".encode()


async def test_a_clock_that_is_set_back_does_not_stop_the_ticks(bench: Bench) -> None:
    async with bench.running():
        for letters, time in enumerate([START + DAY, START + LIMITS.wait_ms], start=1):
            await bench.emit(BOOK)
            await bench.until(lambda: bench.counts.waiting == 1)
            bench.clock.now = time
            await bench.published(dead_letters.TOPIC, letters)
            bench.clock.now = START


async def test_whoever_stops_hands_its_partitions_over(bench: Bench) -> None:
    await bench.list_market()
    async with bench.running():
        async with bench.running():
            await bench.emit(BOOK)
            await bench.published("market.orderbook", 1)
        await bench.emit(poly.book({"0.35": "1"}, {}))
        await bench.published("market.orderbook", 2)


async def test_a_partition_that_goes_away_takes_its_state_along(bench: Bench) -> None:
    await bench.list_market()
    ingestor = bench.ingestor()
    places: Collection[TopicPartition] = [RAW]
    await ingestor.on_assigned(places)
    await ingestor.on_revoked(places)
    await ingestor.on_assigned(places)
    await ingestor.on_lost(places)

    task = asyncio.create_task(ingestor.run())
    await bench.emit(BOOK)
    await bench.published("market.orderbook", 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
