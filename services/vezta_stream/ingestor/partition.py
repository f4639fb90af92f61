"""One raw partition: its state, and what its records become on the channel topics."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from vezta_stream.core import wire
from vezta_stream.core.channels import Channel
from vezta_stream.core.positions import Lane, SourcePosition
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord
from vezta_stream.core.times import EARLIEST_MS, LATEST_MS, parse_instant
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


_LANES: Final = 16_384

SourceFactory = Callable[[], Source]


class Partition:
    """The records of one raw partition, in order; every output leaves on the same number."""

    def __init__(self, place: TopicPartition, source: Source, *, generation: int) -> None:
        self.markets = source.markets
        self._place = place
        self._source = source
        self._generation = generation
        # Lanes as header values; users come and go, so only the latest are kept.
        self._lane = lru_cache(maxsize=_LANES)(self._encode_lane)
        # The last offset seen of each market: what a tick's outputs include.
        self._last_offsets: dict[str, int] = {}

    def process(self, record: Record) -> list[Draft]:
        """Return the channel records that a raw record becomes. Raises `Rejected`."""
        key = (record.key or b"").decode(errors="replace")
        headers = dict(record.headers)
        received_at = _received_at(headers.get(wire.RECEIVED_AT), record.timestamp_ms)
        raw = RawRecord(
            key=key or None,
            value=record.value or b"",
            received_at=received_at,
            use_yes_price=headers.get(wire.USE_YES_PRICE) == b"true",
        )
        publications = self._source.normaliser.normalise(raw)
        if self.markets is not None:
            self._last_offsets[key] = record.offset
        outputs: dict[Channel, int] = {}
        drafts = []
        for publication in publications:
            output = outputs.get(publication.channel, 0)
            outputs[publication.channel] = output + 1
            position = SourcePosition(record.offset, output)
            drafts.append(self._draft(publication, key, position, received_at))
        return drafts

    def tick(self, now: int) -> list[Draft]:
        """Return the channel records that the passing of time (ms) makes."""
        if self.markets is None:
            return []
        drafts = []
        for key, minute, publication in self.markets.tick(now):
            position = SourcePosition(self._last_offsets.get(key, 0), minute)
            drafts.append(self._draft(publication, key, position, now))
        return drafts

    def _encode_lane(self, key: str) -> bytes:
        topic, partition = self._place
        lane = Lane(self._generation, topic, partition, key if self._source.keyed else "")
        return wire.lane_to_bytes(lane)

    def _draft(
        self, publication: Publication, key: str, position: SourcePosition, received_at: int
    ) -> Draft:
        headers: wire.Headers = (
            (wire.LANE, self._lane(key)),
            (wire.SOURCE, wire.source_to_bytes(position)),
            (wire.RECEIVED_AT, b"%d" % received_at),
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


def _received_at(stated: bytes | None, appended_at: int) -> int:
    """Return when the frame reached us, in ms; what says nothing sensible counts for nothing."""
    if stated is not None and len(stated) == 13 and stated.isdigit():
        ms = int(stated)  # what is nearly always there, without the general reading
        if EARLIEST_MS <= ms < LATEST_MS:
            return ms
    try:
        return parse_instant((stated or b"").decode())
    except ValueError:
        return max(appended_at, 0)
