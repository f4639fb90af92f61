"""A file of raw frames through the normalisers, without log, bus or clock.

Composes the connector's splitting and sequence guard with the ingestor's normalisers,
as the running service does, and derives ticks from the records' own times.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from vezta_stream.connector import frames, polymarket
from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets
from vezta_stream.ingestor.markets.history import DAY_MINUTES, MINUTE_MS
from vezta_stream.ingestor.partition import Source

# After this much silence no window changes any more.
_SILENT_MINUTES: Final = DAY_MINUTES + 5

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

Split = Callable[[bytes], Iterable[frames.Element]]


class Refusal(NamedTuple):
    """A frame (by its line, from 1) of which something was refused."""

    line: int
    reason: Reason


def read_frames(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one frame per line; a text that is a single JSON document is one frame."""
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        return
    first = first.removeprefix(_BYTE_ORDER_MARK)
    if first.lstrip()[:1] in (b"", b"[", b"{") and not _is_json(first):
        rest = list(lines)
        whole = b"".join([first, *rest])
        if rest and _is_json(whole):
            yield whole
            return
        lines = iter(rest)
    yield from itertools.chain([first], lines)


def splitter(source: str, guard: SequenceGuard) -> Split:
    """Return what turns a frame of this source into raw records.

    It raises `Rejected` for a frame that came before.
    """

    def kalshi(frame: bytes) -> Sequence[frames.Element]:
        repeated = guard.repeated
        elements = guard.check(frame).elements
        if not elements and guard.repeated > repeated:
            raise Rejected(Reason.DUPLICATE)
        return elements

    if source == "polymarket":
        return polymarket.split
    if source == "kalshi":
        return kalshi
    return lambda frame: [frames.Element(None, part) for part in frames.parts(frame)]


def normalise_frames(
    raw_frames: Iterable[bytes],
    *,
    split: Split,
    source: Source,
    received_at: Callable[[], int],
    use_yes_price: bool,
) -> Iterator[Publication | Refusal]:
    """Yield what each frame publishes or why it is refused, in order.

    Records of markets that the catalog does not know are reported at the end.
    """
    unknown: list[Refusal] = []
    minutes = None if source.markets is None else _Minutes(source.markets)
    for line, frame in enumerate(raw_frames, start=1):
        try:
            elements = split(frame)
        except Rejected as rejected:
            yield Refusal(line, rejected.reason)
            continue
        for element in elements:
            if minutes is not None:
                minutes.await_record(element.value)
            record = RawRecord(element.key, element.value, received_at(), use_yes_price)
            try:
                publications = source.normaliser.normalise(record)
            except Rejected as rejected:
                refusal = Refusal(line, rejected.reason)
                if rejected.reason is Reason.UNKNOWN_MARKET:
                    unknown.append(refusal)
                else:
                    yield refusal
            else:
                if minutes is not None:
                    yield from minutes.take()
                yield from filter(_is_shown, publications)
    yield from unknown


def to_json(result: Publication | Refusal) -> bytes:
    """Return a publication as `{channel, key, user?, data}`, a refusal as `{line, reason}`."""
    if isinstance(result, Refusal):
        return msgspec.json.encode({"line": result.line, "reason": result.reason})
    members: Mapping[str, Any] = {
        "channel": result.channel,
        "key": result.key,
        **({"user": result.user} if result.user is not None else {}),
        "data": msgspec.Raw(result.data or b"null"),
    }
    return msgspec.json.encode(members)


def _is_shown(publication: Publication) -> bool:
    return publication.data is not None  # a tombstone is for those who keep snapshots


class _Times(msgspec.Struct):
    ts_ms: Any = None
    ts: Any = None


class _Timed(msgspec.Struct):
    timestamp: Any = None
    msg: _Times | None = None


class _Minutes:
    """Ticks at the minute boundaries that the accepted records' own times pass.

    A refused record does not make time pass: what it says of the time may be as wrong as
    the rest of it.
    """

    def __init__(self, markets: ExchangeMarkets) -> None:
        self._markets = markets
        self._minute: int | None = None
        self._value = b""
        self._ticked: list[Publication] = []
        markets.before_change = self._pass

    def await_record(self, value: bytes) -> None:
        """Look at this record's time if it is accepted."""
        self._value = value

    def take(self) -> list[Publication]:
        """Return what the ticks before the record published."""
        ticked, self._ticked = self._ticked, []
        return ticked

    def _pass(self) -> None:
        at = time_of(self._value)
        if at is None:
            return
        minute = at // MINUTE_MS
        last = minute if self._minute is None else self._minute
        # After so much silence every window stands still: only the newest minute is left.
        for passed in range(last + 1, min(minute, last + _SILENT_MINUTES) + 1):
            self._tick(passed)
        if minute > last + _SILENT_MINUTES:
            self._tick(minute)
        self._minute = max(minute, last)

    def _tick(self, minute: int) -> None:
        ticked = self._markets.tick(minute * MINUTE_MS)
        self._ticked += filter(_is_shown, (each.publication for each in ticked))


def time_of(value: bytes) -> int | None:
    """Return the time that an exchange's message states, in ms; `None` if it states none."""
    try:
        timed = msgspec.json.decode(value, type=_Timed)
        times = timed.msg or _Times()
        stated = timed.timestamp or times.ts_ms or times.ts
        return None if stated is None else parse_instant(stated)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True
