"""What a channel record says."""

import pytest

from vezta_stream.bus.base import Entry
from vezta_stream.core import wire
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, Scope, SourcePosition
from vezta_stream.log.base import Record
from vezta_stream.relay.unpack import Unreadable, UnreadableRecord, unpack

LANE = Lane(2, "exchange.kalshi", 3, "KX-A/B")
SOURCE = SourcePosition(40, 1)
ORIGIN = ((wire.LANE, wire.lane_to_bytes(LANE)), (wire.SOURCE, wire.source_to_bytes(SOURCE)))


def record(
    channel: Channel = Channel.MARKET_PRICES,
    *,
    key: bytes | None = b"m",
    value: bytes | None = b"\x01{}",
    headers: wire.Headers = ORIGIN,
) -> Record:
    return Record(channel.topic, 3, 17, key, value, headers, 1)


def test_a_public_record_belongs_to_its_channel() -> None:
    assert unpack(record(key="märkt".encode(), value=b'\x01{"a":"\xc3\xa9"}')) == (
        Scope(Channel.MARKET_PRICES),
        Entry(LANE, SOURCE, "märkt", b'{"a":"\xc3\xa9"}'),
    )


def test_a_private_record_belongs_to_its_user() -> None:
    headers = (*ORIGIN, (wire.USER, "jürgen".encode()))

    scope, _ = unpack(record(Channel.USER_ORDERS, headers=headers))

    assert scope == Scope(Channel.USER_ORDERS, "jürgen")


def test_a_record_without_value_is_a_tombstone() -> None:
    assert unpack(record(value=None))[1].data is None


def test_headers_it_does_not_know_are_passed_over() -> None:
    assert unpack(record(headers=(("trace", b"\xff"), *ORIGIN))) == unpack(record())


@pytest.mark.parametrize(
    ("unreadable", "reason"),
    [
        (record(value=b""), Unreadable.VERSION),
        (record(value=b"{}"), Unreadable.VERSION),
        (record(value=b"\x02{}"), Unreadable.VERSION),
        (record(headers=()), Unreadable.LANE),
        (record(headers=ORIGIN[:1]), Unreadable.LANE),
        (record(headers=ORIGIN[1:]), Unreadable.LANE),
        (record(headers=((wire.LANE, b"\xff"), ORIGIN[1])), Unreadable.LANE),
        (record(headers=(ORIGIN[0], (wire.SOURCE, b"40"))), Unreadable.LANE),
        (record(key=None), Unreadable.KEY),
        (record(key=b""), Unreadable.KEY),
        (record(key=b"\xff"), Unreadable.KEY),
        (record(Channel.USER_ORDERS), Unreadable.USER),
        (record(Channel.USER_ORDERS, headers=(*ORIGIN, (wire.USER, b""))), Unreadable.USER),
        (record(Channel.USER_ORDERS, headers=(*ORIGIN, (wire.USER, b"\xff"))), Unreadable.USER),
        (record(headers=(*ORIGIN, (wire.USER, b"u"))), Unreadable.USER),
    ],
)
def test_a_record_that_is_not_clear_is_refused_with_its_reason(
    unreadable: Record, reason: Unreadable
) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        unpack(unreadable)

    assert caught.value.reason is reason
