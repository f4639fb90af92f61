"""One raw partition: its state, and what its records become on the channel topics."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from vezta_stream.core import wire
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, SourcePosition
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets
from vezta_stream.log.base import Draft, Record, TopicPartition


class Normaliser(Protocol):
    """Turns one raw record into publications."""

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return what the record publishes. Raises `Rejected`."""


class Source(NamedTuple):
    """A raw partition's normaliser and, on an exchange, the markets behind it.

    `keyed` says whether the raw key names the ordered source, so that it is part of
    the lane.
    """

    normaliser: Normaliser
    markets: ExchangeMarkets | None
    keyed: bool


SourceFactory = Callable[[], Source]


class Partition:
    """The records of one raw partition, in order; every output leaves on the same number."""

    def __init__(self, place: TopicPartition, source: Source, *, generation: int) -> None:
        self.markets = source.markets
        self._place = place
        self._source = source
        self._generation = generation
        # The last offset seen of each raw key: what a tick's outputs include.
        self._last_offsets: dict[str, int] = {}

    def process(self, record: Record) -> list[Draft]:
        """Return the channel records that a raw record becomes. Raises `Rejected`."""
        key = (record.key or b"").decode(errors="replace")
        publications = self._source.normaliser.normalise(_raw(record, key))
        lane = self._lane(key)
        self._last_offsets[lane.key] = record.offset
        received_at = _received_at(record)
        outputs: Counter[Channel] = Counter()
        drafts = []
        for publication in publications:
            position = SourcePosition(record.offset, outputs[publication.channel])
            outputs[publication.channel] += 1
            drafts.append(self._draft(publication, lane, position, received_at))
        return drafts

    def tick(self, now: int) -> list[Draft]:
        """Return the channel records that the passing of time (ms) makes."""
        if self.markets is None:
            return []
        drafts = []
        for key, minute, publication in self.markets.tick(now):
            position = SourcePosition(self._last_offsets.get(key, 0), minute)
            drafts.append(self._draft(publication, self._lane(key), position, now))
        return drafts

    def _lane(self, key: str) -> Lane:
        topic, partition = self._place
        return Lane(self._generation, topic, partition, key if self._source.keyed else "")

    def _draft(
        self, publication: Publication, lane: Lane, position: SourcePosition, received_at: int
    ) -> Draft:
        headers: wire.Headers = (
            (wire.LANE, wire.lane_to_bytes(lane)),
            (wire.SOURCE, wire.source_to_bytes(position)),
            (wire.RECEIVED_AT, str(received_at).encode()),
        )
        if publication.user is not None:
            headers += ((wire.USER, publication.user.encode()),)
        data = publication.data
        return Draft(
            topic=publication.channel.topic,
            key=publication.key.encode(),
            value=None if data is None else wire.wrap(data),
            headers=headers,
            partition=self._place.partition,
        )


def _raw(record: Record, key: str) -> RawRecord:
    return RawRecord(
        key=key or None,
        value=record.value or b"",
        received_at=_received_at(record),
        use_yes_price=record.header(wire.USE_YES_PRICE) == b"true",
    )


def _received_at(record: Record) -> int:
    stated = record.header(wire.RECEIVED_AT)
    if stated is not None and stated.isdigit():
        return int(stated)
    return record.timestamp_ms
