"""Kalshi's sequence numbers: which books can still be trusted.

`seq` counts everything that one subscription (`sid`) delivers, over all its markets, so
only who sees the whole subscription can check it. The guard turns frames into raw
records and puts control records before them wherever books became suspect; whoever
keeps the books drops them on a control record and ignores deltas until a snapshot.
"""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from vezta_stream.connector.frames import Element, keyless, parts
from vezta_stream.connector.kalshi import Head, read_head
from vezta_stream.schemas.codec import MAX_RECORD_BYTES

# How far back a repeated frame is recognised by its content.
_REMEMBERED: Final = 64


class Remedy(StrEnum):
    """What brings suspect books back."""

    SNAPSHOT = "snapshot"
    RESUBSCRIBE = "resubscribe"


class Request(NamedTuple):
    """What the exchange should be asked; no `sid` means every subscription."""

    remedy: Remedy
    sid: int | None
    tickers: tuple[str, ...]


class Checked(NamedTuple):
    """The records to produce, in order, and what to ask the exchange for."""

    elements: list[Element]
    requests: list[Request]


class _Subscription:
    """What is known of one sid."""

    __slots__ = ("books", "last", "recent")

    def __init__(self) -> None:
        # The newest seq; none yet after subscribing, when any first one counts.
        self.last: int | None = None
        # Hashes of the newest frames by seq: a repetition is told from a new start.
        self.recent: dict[int, int] = {}
        # Whether each market's book can be trusted; false while a snapshot is awaited.
        self.books: dict[str, bool] = {}

    def accept(self, seq: int, part: bytes) -> None:
        self.last = seq
        self.recent[seq] = hash(part)
        if len(self.recent) > _REMEMBERED:
            del self.recent[next(iter(self.recent))]

    def is_repeated(self, seq: int, part: bytes) -> bool:
        return self.recent.get(seq) == hash(part)


class SequenceGuard:
    """Checks the sequences of one connection (or of several with distinct sids).

    Guarantees: a consumer that keeps the two rules above never holds a book other than
    the exchange's as of the newest frame, whatever was lost before it. A frame is
    dropped if it repeats, byte for byte, one of the newest 64 of its sid. Any other seq
    that is not the next one means that frames were lost or that the count started anew,
    which is the same to a book; so a single frame older than those 64 is believed until
    the next one shows the gap. A delta for a market without snapshot on its subscription
    makes that book suspect too: the snapshot was lost.

    Frames without `seq` pass unchecked, as trades and lifecycle events may lack it.
    At most `max_subscriptions` and `max_books` per subscription are remembered. When
    one more comes, the oldest is forgotten and its books are suspect. Never raises.
    """

    def __init__(self, *, max_subscriptions: int, max_books: int) -> None:
        self._max_subscriptions = max_subscriptions
        self._max_books = max_books
        self._subscriptions: dict[int, _Subscription] = {}
        # Losses seen, for metrics; a loss on a sid without books costs trades or prices.
        self.gaps = 0
        # Frames dropped because they came before, to the byte.
        self.repeated = 0

    def check(self, frame: bytes) -> Checked:
        """Return the records of one received frame and what it makes necessary."""
        checked = Checked([], [])
        for part in parts(frame):
            head = None if len(part) > MAX_RECORD_BYTES else read_head(part)
            if head is None:
                checked.elements.append(keyless(part))
            else:
                self._check(head, part, checked)
        return checked

    def reconnected(self) -> Checked:
        """Forget everything: no sid survives its connection, and every book is suspect."""
        checked = Checked([], [])
        for sid in list(self._subscriptions):
            self._forget(sid, checked)
        return checked

    def _check(self, head: Head, part: bytes, checked: Checked) -> None:
        if head.type == "subscribed" and head.msg is not None and head.msg.sid is not None:
            self._forget(head.msg.sid, checked)
        elif head.ends_subscription:
            self._end(head.sid, checked)
        elif head.sid is not None and head.seq is not None:
            if not self._follows(head.sid, head.seq, part, checked):
                return
            self._look_at_book(head.sid, head, checked)
            if head.type == "unsubscribed":
                del self._subscriptions[head.sid]  # its markets may be on another sid by now
        element = head.element(part)
        if element is not None:
            checked.elements.append(element)

    def _follows(self, sid: int, seq: int, part: bytes, checked: Checked) -> bool:
        """Whether the frame counts, having made the books suspect if it is out of line."""
        subscription = self._known(sid, checked)
        if subscription.last is not None and seq != subscription.last + 1:
            if subscription.is_repeated(seq, part):
                self.repeated += 1
                return False
            self._lose(sid, subscription, checked)
            if seq <= subscription.last:
                subscription.recent.clear()
        subscription.accept(seq, part)
        return True

    def _known(self, sid: int, checked: Checked) -> _Subscription:
        subscription = self._subscriptions.get(sid)
        if subscription is None:
            if len(self._subscriptions) >= self._max_subscriptions:
                self._forget(next(iter(self._subscriptions)), checked)
            subscription = self._subscriptions[sid] = _Subscription()
        return subscription

    def _lose(self, sid: int, subscription: _Subscription, checked: Checked) -> None:
        self.gaps += 1
        _distrust(subscription, checked)
        if subscription.books:
            # Also those already awaited: their answer may be what was lost.
            checked.requests.append(Request(Remedy.SNAPSHOT, sid, tuple(subscription.books)))

    def _look_at_book(self, sid: int, head: Head, checked: Checked) -> None:
        ticker, books = head.ticker, self._subscriptions[sid].books
        if ticker is None:
            if head.type == "orderbook_delta":  # a change of any of them
                self._lose(sid, self._subscriptions[sid], checked)
        elif head.type == "orderbook_snapshot":
            self._make_room(ticker, books, checked)
            books[ticker] = True
        elif head.type == "orderbook_delta" and ticker not in books:
            self._make_room(ticker, books, checked)
            books[ticker] = False
            checked.elements.append(_resync(ticker))
            checked.requests.append(Request(Remedy.SNAPSHOT, sid, (ticker,)))

    def _make_room(self, ticker: str, books: dict[str, bool], checked: Checked) -> None:
        if ticker in books or len(books) < self._max_books:
            return
        oldest = next(iter(books))
        if books.pop(oldest):
            checked.elements.append(_resync(oldest))

    def _end(self, sid: int | None, checked: Checked) -> None:
        ended = list(self._subscriptions) if sid is None else [sid]
        tickers = tuple(
            ticker
            for each in ended
            if each in self._subscriptions
            for ticker in self._subscriptions[each].books
        )
        for each in ended:
            self._forget(each, checked)
        checked.requests.append(Request(Remedy.RESUBSCRIBE, sid, tickers))

    def _forget(self, sid: int, checked: Checked) -> None:
        subscription = self._subscriptions.pop(sid, None)
        if subscription is not None:
            _distrust(subscription, checked)


def _distrust(subscription: _Subscription, checked: Checked) -> None:
    """Tell of each book that was trusted, once: more control records would add nothing."""
    for ticker, trusted in subscription.books.items():
        if trusted:
            checked.elements.append(_resync(ticker))
            subscription.books[ticker] = False


def _resync(ticker: str) -> Element:
    control = {"type": "vezta.resync", "market_ticker": ticker}
    return Element(ticker, msgspec.json.encode(control))
