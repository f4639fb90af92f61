from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vezta_stream.connector.frames import Element
from vezta_stream.connector.sequence import Checked, Remedy, Request, SequenceGuard
from vezta_stream.schemas.codec import MAX_RECORD_BYTES


def guard(*, subscriptions: int = 8, books: int = 100) -> SequenceGuard:
    return SequenceGuard(max_subscriptions=subscriptions, max_books=books)


def frame(type_: str, sid: int | None = 1, seq: int | None = None, **msg: object) -> bytes:
    fields = {"type": type_, "sid": sid, "seq": seq, "msg": msg}
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})


def snapshot(ticker: str, seq: int, *, sid: int = 1) -> bytes:
    return frame("orderbook_snapshot", sid, seq, market_ticker=ticker)


def delta(ticker: str, seq: int, *, sid: int = 1, n: int = 0) -> bytes:
    return frame("orderbook_delta", sid, seq, market_ticker=ticker, delta=n)


def resync(ticker: str) -> Element:
    value = b'{"type":"vezta.resync","market_ticker":"' + ticker.encode() + b'"}'
    return Element(ticker, value)


def primed(*tickers: str, sid: int = 1) -> SequenceGuard:
    """Return a guard that saw a snapshot of each ticker, from seq 1."""
    primed = guard()
    for seq, ticker in enumerate(tickers, start=1):
        primed.check(snapshot(ticker, seq, sid=sid))
    return primed


def test_consecutive_frames_pass_unchanged() -> None:
    guard_ = primed("A", "B")

    assert guard_.check(delta("A", 3)) == Checked([Element("A", delta("A", 3))], [])
    assert guard_.check(delta("B", 4)) == Checked([Element("B", delta("B", 4))], [])
    assert guard_.gaps == 0


def test_a_sequence_may_begin_anywhere() -> None:
    assert guard().check(snapshot("A", 17)).requests == []


def test_a_gap_makes_every_book_of_the_subscription_suspect_before_the_frame_that_shows_it() -> (
    None
):
    guard_ = primed("A", "B")

    checked = guard_.check(delta("A", 4))

    assert checked.elements == [resync("A"), resync("B"), Element("A", delta("A", 4))]
    assert checked.requests == [Request(Remedy.SNAPSHOT, 1, ("A", "B"))]
    assert guard_.gaps == 1


def test_a_gap_leaves_other_subscriptions_alone() -> None:
    guard_ = primed("A")
    guard_.check(snapshot("B", 1, sid=2))

    assert resync("B") not in guard_.check(delta("A", 9)).elements
    assert guard_.check(delta("B", 2, sid=2)).requests == []


def test_a_second_gap_asks_again_without_repeating_the_control_records() -> None:
    guard_ = primed("A")
    guard_.check(delta("A", 3))

    assert guard_.check(delta("A", 9)) == Checked(
        [Element("A", delta("A", 9))], [Request(Remedy.SNAPSHOT, 1, ("A",))]
    )


def test_a_snapshot_ends_the_suspicion() -> None:
    guard_ = primed("A")
    guard_.check(delta("A", 3))
    guard_.check(snapshot("A", 4))

    assert guard_.check(delta("A", 6)).elements[0] == resync("A")


@pytest.mark.parametrize(
    "between",
    [
        frame("ok", 1, 2, market_tickers=["A"]),
        b'{"id":3,"type":"ok","sid":1,"seq":2,"msg":[]}',
        frame("error", 1, 2, code=6),
        frame("trade", 1, 2, market_ticker="A"),
    ],
)
def test_other_frames_of_the_subscription_take_a_number_too(between: bytes) -> None:
    guard_ = primed("A")

    guard_.check(between)

    assert guard_.check(delta("A", 3)).requests == []


def test_acknowledgements_give_no_record_even_when_they_show_a_gap() -> None:
    assert primed("A").check(frame("ok", 1, 3)).elements == [resync("A")]


@pytest.mark.parametrize("type_", ["ticker", "trade", "market_lifecycle_v2"])
def test_a_frame_without_number_is_not_checked(type_: str) -> None:
    guard_ = primed("A")
    value = frame(type_, 1, market_ticker="A")

    assert guard_.check(value) == Checked([Element("A", value)], [])
    assert guard_.check(delta("A", 2)).requests == []


def test_a_gap_among_trades_is_counted_but_spoils_no_book() -> None:
    guard_ = primed("A")
    guard_.check(frame("trade", 7, 1, market_ticker="A"))
    late = frame("trade", 7, 3, market_ticker="A")

    assert guard_.check(late) == Checked([Element("A", late)], [])
    assert guard_.gaps == 1


def test_a_repeated_frame_is_dropped() -> None:
    guard_ = primed("A", "B")
    guard_.check(delta("A", 3))
    guard_.check(delta("A", 4))

    assert guard_.check(delta("A", 3)) == Checked([], [])
    assert guard_.check(delta("A", 4)) == Checked([], [])
    assert guard_.check(delta("A", 5)).requests == []


@pytest.mark.parametrize("again", [delta("A", 3, n=1), snapshot("B", 1)])
def test_a_lower_or_equal_number_with_another_content_is_a_new_start(again: bytes) -> None:
    guard_ = primed("A")
    guard_.check(delta("A", 2))
    guard_.check(delta("A", 3))

    checked = guard_.check(again)

    assert checked.elements[0] == resync("A")
    assert checked.requests == [Request(Remedy.SNAPSHOT, 1, ("A",))]


def test_an_old_frame_beyond_memory_is_a_new_start() -> None:
    guard_ = primed("A")
    for seq in range(2, 70):
        guard_.check(delta("A", seq))

    assert guard_.check(delta("A", 2)).elements[0] == resync("A")


def test_a_delta_without_snapshot_makes_the_book_suspect_once() -> None:
    guard_ = primed("A")

    assert guard_.check(delta("B", 2)) == Checked(
        [resync("B"), Element("B", delta("B", 2))], [Request(Remedy.SNAPSHOT, 1, ("B",))]
    )
    assert guard_.check(delta("B", 3)) == Checked([Element("B", delta("B", 3))], [])


def test_a_delta_that_names_no_market_makes_every_book_suspect() -> None:
    nameless = frame("orderbook_delta", 1, 2)

    assert primed("A").check(nameless) == Checked(
        [resync("A"), Element(None, nameless)], [Request(Remedy.SNAPSHOT, 1, ("A",))]
    )


def test_a_snapshot_that_names_no_market_spoils_nothing() -> None:
    assert primed("A").check(frame("orderbook_snapshot", 1, 2)).requests == []


@pytest.mark.parametrize("code", [10, 25])
def test_a_terminal_error_makes_its_subscription_suspect_and_asks_for_a_new_one(code: int) -> None:
    guard_ = primed("A", "B")
    guard_.check(snapshot("C", 1, sid=2))
    error = frame("error", 1, code=code)

    checked = guard_.check(error)

    assert checked.elements == [resync("A"), resync("B"), Element(None, error)]
    assert checked.requests == [Request(Remedy.RESUBSCRIBE, 1, ("A", "B"))]
    assert guard_.reconnected().elements == [resync("C")]


def test_a_terminal_error_without_subscription_concerns_all() -> None:
    guard_ = primed("A")
    guard_.check(snapshot("C", 1, sid=2))

    checked = guard_.check(frame("error", None, code=25))

    assert checked.elements[:-1] == [resync("A"), resync("C")]
    assert checked.requests == [Request(Remedy.RESUBSCRIBE, None, ("A", "C"))]


def test_a_terminal_error_of_an_unknown_subscription_still_asks_for_a_new_one() -> None:
    checked = guard().check(frame("error", 9, code=10))

    assert checked.requests == [Request(Remedy.RESUBSCRIBE, 9, ())]


def test_a_reconnect_makes_every_book_suspect_and_starts_anew() -> None:
    guard_ = primed("A", "B")

    assert guard_.reconnected() == Checked([resync("A"), resync("B")], [])
    assert guard_.reconnected() == Checked([], [])
    assert guard_.check(snapshot("A", 1)) == Checked([Element("A", snapshot("A", 1))], [])


def test_a_new_subscription_under_an_old_number_starts_anew() -> None:
    guard_ = primed("A", "B")
    subscribed = b'{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}'

    assert guard_.check(subscribed) == Checked([resync("A"), resync("B")], [])
    assert guard_.check(snapshot("A", 1)).requests == []
    assert guard_.check(delta("A", 2)).requests == []
    assert guard_.check(delta("B", 3)).requests == [Request(Remedy.SNAPSHOT, 1, ("B",))]


def test_a_confirmation_that_names_no_subscription_gives_nothing() -> None:
    assert guard().check(b'{"type":"subscribed"}') == Checked([], [])
    assert guard().check(b'{"type":"subscribed","msg":{}}') == Checked([], [])


def test_an_ended_subscription_is_forgotten_and_its_books_are_left_alone() -> None:
    guard_ = primed("A")

    assert guard_.check(b'{"id":1,"sid":1,"seq":2,"type":"unsubscribed"}') == Checked([], [])
    assert guard_.reconnected() == Checked([], [])


def test_the_oldest_book_is_forgotten_and_suspect_when_there_are_too_many() -> None:
    guard_ = guard(books=2)
    for seq, ticker in enumerate(["A", "B"], start=1):
        guard_.check(snapshot(ticker, seq))

    assert guard_.check(snapshot("C", 3)).elements == [resync("A"), Element("C", snapshot("C", 3))]
    assert guard_.check(snapshot("C", 4)).elements == [Element("C", snapshot("C", 4))]
    assert guard_.check(delta("A", 5)).elements[:2] == [resync("B"), resync("A")]


def test_a_suspect_book_is_forgotten_without_another_control_record() -> None:
    guard_ = guard(books=1)
    guard_.check(delta("A", 1))

    assert guard_.check(snapshot("B", 2)).elements == [Element("B", snapshot("B", 2))]


def test_the_oldest_subscription_is_forgotten_when_there_are_too_many() -> None:
    guard_ = guard(subscriptions=1)
    guard_.check(snapshot("A", 1, sid=1))

    assert guard_.check(snapshot("B", 1, sid=2)).elements[0] == resync("A")


def test_an_array_is_checked_element_by_element() -> None:
    frames = [snapshot("A", 1), delta("A", 2), delta("A", 2), frame("ok", 1, 3)]

    assert guard().check(b"[" + b",".join(frames) + b"]").elements == [
        Element("A", frames[0]),
        Element("A", frames[1]),
    ]


def test_what_is_no_message_passes_without_a_key() -> None:
    assert guard().check(b"nonsense") == Checked([Element(None, b"nonsense")], [])
    assert guard().check(b"") == Checked([], [])


def test_a_message_over_the_record_limit_is_a_loss_for_its_subscription() -> None:
    guard_ = primed("A")
    large = frame("orderbook_delta", 1, 2, market_ticker="A", filler="x" * MAX_RECORD_BYTES)

    [element] = guard_.check(large).elements

    assert (element.key, len(element.value)) == (None, MAX_RECORD_BYTES + 1)
    assert guard_.check(delta("A", 3)).elements[0] == resync("A")


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_any_bytes_are_taken(frames: list[bytes]) -> None:
    guard_ = guard(subscriptions=2, books=2)
    for each in frames:
        guard_.check(each)


@dataclass
class Exchange:
    """One subscription over a few books, each a single signed sum, and its sequence."""

    seq: int = 0
    books: dict[str, int] = field(default_factory=lambda: {"A": 0, "B": 0, "C": 0})

    def snapshot(self, ticker: str) -> bytes:
        return self._frame("orderbook_snapshot", ticker, self.books[ticker])

    def change(self, ticker: str, by: int) -> bytes:
        self.books[ticker] += by
        return self._frame("orderbook_delta", ticker, by)

    def _frame(self, type_: str, ticker: str, value: int) -> bytes:
        self.seq += 1
        return frame(type_, 1, self.seq, market_ticker=ticker, value=value)


@dataclass
class Keeper:
    """Keeps books as the guard's documentation asks."""

    books: dict[str, int] = field(default_factory=dict)

    def apply(self, element: Element) -> None:
        message = msgspec.json.decode(element.value)
        ticker = str(element.key)
        if message["type"] == "vezta.resync":
            self.books.pop(ticker, None)
        elif message["type"] == "orderbook_snapshot":
            self.books[ticker] = message["msg"]["value"]
        elif ticker in self.books:
            self.books[ticker] += message["msg"]["value"]


FATES = st.tuples(
    st.sampled_from("ABC"),
    st.integers(-5, 5),
    st.sampled_from(["arrives"] * 6 + ["lost", "twice", "earlier again"]),
)


@given(st.lists(FATES, max_size=60))
@settings(deadline=None)
def test_whatever_is_lost_or_repeated_a_book_that_is_held_is_the_exchanges(
    fates: list[tuple[str, int, str]],
) -> None:
    exchange, keeper, guard_ = Exchange(), Keeper(), guard()
    wire: list[bytes] = []
    awaited = {"A", "B", "C"}
    for ticker, by, fate in fates:
        sent = [exchange.snapshot(each) for each in sorted(awaited)]
        sent.append(exchange.change(ticker, by))
        awaited = set()
        if fate == "lost":
            sent.pop()
        if fate == "twice":
            sent.append(sent[-1])
        if fate == "earlier again" and wire:
            sent.append(wire[-min(len(wire), 50)])
        for each in sent:
            checked = guard_.check(each)
            for element in checked.elements:
                keeper.apply(element)
            awaited.update(*(request.tickers for request in checked.requests))
        wire += sent
        if fate != "lost":
            assert keeper.books.items() <= exchange.books.items()
