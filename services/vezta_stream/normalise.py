"""A file of raw frames through the normalisers, without log, bus or clock.

Composes the connector's splitting and sequence guard with the ingestor's normalisers,
as the running service does, and derives ticks from the records' own times.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
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

# After this much silence no window changes any more: further ticks would say nothing.
_SILENT_MINUTES: Final = DAY_MINUTES + 5

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
    if not _is_json(first):
        rest = list(lines)
        whole = b"".join([first, *rest])
        if rest and _is_json(whole):
            yield whole
            return
        lines = iter(rest)
    yield from itertools.chain([first], lines)


def splitter(source: str, guard: SequenceGuard) -> Split:
    """Return what turns a frame of this source into raw records."""
    if source == "polymarket":
        return polymarket.split
    if source == "kalshi":
        return lambda frame: guard.check(frame).elements
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
    minutes = _Minutes()
    for line, frame in enumerate(raw_frames, start=1):
        for element in split(frame):
            if source.markets is not None:
                yield from minutes.pass_to(element.value, source.markets)
            record = RawRecord(element.key, element.value, received_at(), use_yes_price)
            try:
                yield from source.normaliser.normalise(record)
            except Rejected as rejected:
                refusal = Refusal(line, rejected.reason)
                if rejected.reason is Reason.UNKNOWN_MARKET:
                    unknown.append(refusal)
                else:
                    yield refusal
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


class _Times(msgspec.Struct):
    ts_ms: Any = None
    ts: Any = None


class _Timed(msgspec.Struct):
    timestamp: Any = None
    msg: _Times | None = None


class _Minutes:
    """Ticks at the minute boundaries that the records' own times pass."""

    def __init__(self) -> None:
        self._minute: int | None = None

    def pass_to(self, value: bytes, markets: ExchangeMarkets) -> Iterator[Publication]:
        at = _time_of(value)
        if at is None:
            return
        minute = at // MINUTE_MS
        if self._minute is not None:
            start = max(self._minute + 1, minute - _SILENT_MINUTES)
            for passed in range(start, minute + 1):
                for ticked in markets.tick(passed * MINUTE_MS):
                    if ticked.publication.data is not None:
                        yield ticked.publication
        self._minute = max(minute, self._minute or 0)


def _time_of(value: bytes) -> int | None:
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
