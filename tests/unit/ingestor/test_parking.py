"""Records of unknown markets wait: bounded in number, bytes and time."""

from tests.builders.ingestion import POLYMARKET_0, record
from tests.builders.markets import MINUTE, START
from vezta_stream.ingestor.parking import Parking, ParkingLimits
from vezta_stream.ingestor.sources import POLYMARKET
from vezta_stream.log.base import Record, TopicPartition

OTHER = TopicPartition(POLYMARKET, 1)


def parking(*, records: int = 10, size_bytes: int = 1_000) -> Parking:
    """Return an empty parking whose records wait a minute."""
    return Parking(ParkingLimits(records=records, size_bytes=size_bytes, wait_ms=MINUTE))


def waiting(offset: int, *, size: int = 1, partition: int = 0) -> Record:
    """Return a record of this many bytes."""
    return record(b"x" * size, offset=offset, partition=partition)


def park(in_: Parking, *records: Record, market: str = "a", now: int = START) -> list[Record]:
    """Park records; returns those that had to leave."""
    return [left for each in records for left in in_.park(each, market=market, now=now)]


def test_the_records_of_a_market_are_released_in_order() -> None:
    parked = parking()
    first, other, second = waiting(1), waiting(2), waiting(3)
    park(parked, first)
    park(parked, other, market="b")
    park(parked, second)

    assert parked.release("a") == [first, second]
    assert parked.release("a") == []
    assert len(parked) == 1


def test_exactly_as_many_records_wait_as_may() -> None:
    parked = parking(records=2)

    assert park(parked, waiting(1), waiting(2)) == []
    assert park(parked, waiting(3)) == [waiting(1)]
    assert len(parked) == 2


def test_exactly_as_many_bytes_wait_as_may() -> None:
    parked = parking(size_bytes=10)

    assert park(parked, waiting(1, size=4), waiting(2, size=6)) == []
    assert park(parked, waiting(3, size=5)) == [waiting(1, size=4), waiting(2, size=6)]


def test_a_record_larger_than_all_the_room_leaves_at_once() -> None:
    parked = parking(size_bytes=10)

    assert park(parked, waiting(1, size=11)) == [waiting(1, size=11)]
    assert len(parked) == 0


def test_room_is_made_by_what_leaves() -> None:
    parked = parking(size_bytes=10)
    park(parked, waiting(1, size=10))
    parked.release("a")

    assert park(parked, waiting(2, size=10)) == []


def test_a_record_without_value_takes_no_room() -> None:
    parked = parking(size_bytes=0)

    assert park(parked, record(None)) == []


def test_a_record_waits_exactly_a_minute() -> None:
    parked = parking()
    park(parked, waiting(1), now=START)
    park(parked, waiting(2), now=START + 1)

    assert parked.expire(now=START + MINUTE - 1) == []
    assert parked.expire(now=START + MINUTE) == [waiting(1)]
    assert parked.expire(now=START + 2 * MINUTE) == [waiting(2)]
    assert parked.expire(now=START + 3 * MINUTE) == []


def test_the_oldest_offset_of_each_partition_is_known() -> None:
    parked = parking()
    park(parked, waiting(5), waiting(7))
    park(parked, waiting(2, partition=1), market="b")

    assert parked.oldest_offset(POLYMARKET_0) == 5
    assert parked.oldest_offset(OTHER) == 2
    parked.release("a")
    assert parked.oldest_offset(POLYMARKET_0) is None


def test_what_belongs_to_another_worker_is_forgotten() -> None:
    parked = parking()
    park(parked, waiting(5), waiting(2, partition=1))
    parked.forget(POLYMARKET_0)
    parked.forget(POLYMARKET_0)

    assert parked.oldest_offset(POLYMARKET_0) is None
    assert parked.release("a") == [waiting(2, partition=1)]
