"""Whatever a record holds: it is refused with a documented reason, and leaves no trace."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.markets import Feed, Json, as_bytes, kalshi, polymarket
from tests.builders.states import state_of
from tests.laws.streams import ANYTHING, LITERALS, PLACE
from vezta_stream.core.records import Reason, Rejected

POLYMARKET = [
    poly.book({"0.30": "1"}, {"0.40": "1"}, tick_size="0.01"),
    poly.price_change(poly.change("BUY", "0.31", "1", best_bid="0.31", best_ask="0.40")),
    poly.legacy_price_change(poly.change("BUY", "0.31", "1")),
    poly.last_trade("0.35", "1"),
    poly.best_bid_ask("0.30", "0.40"),
    poly.tick_size_change("0.001"),
    poly.new_market(),
    poly.market_resolved(),
]
KALSHI = [
    k.snapshot({"0.30": "1"}, {"0.60": "1"}, ts_ms=1_790_640_000_000),
    k.snapshot(yes_dollars=[["0.30", 1]], no=[[60, 1]]),
    k.delta("yes", "0.31", "1"),
    k.delta("yes", "", "", price=31, delta=1),
    k.ticker("0.30", "0.40", "0.35"),
    k.trade("0.35", "1"),
    k.lifecycle("created", additional_metadata={"title": "t"}),
    k.lifecycle("determined", result="yes", determination_ts=1_790_640_000),
    k.lifecycle("settled", settlement_value="1.0000", settled_ts=1_790_640_000),
    k.resync(),
]
# Nothing in the shape of a message may be told by a reason that is about something else.
FROM_CONTENT = {
    Reason.NOT_JSON,
    Reason.NOT_OBJECT,
    Reason.TOO_DEEP,
    Reason.MISSING_FIELD,
    Reason.BAD_VALUE,
    Reason.UNKNOWN_TYPE,
    Reason.UNKNOWN_MARKET,
}


def feeds() -> list[Feed]:
    """Return a feed of each exchange that has a book."""
    made = [polymarket(), kalshi()]
    made[0].send(poly.book({"0.20": "1"}, {"0.80": "1"}))
    made[1].send(k.snapshot({"0.20": "1"}, {"0.20": "1"}))
    return made


def assert_refused_without_a_trace(feed: Feed, value: bytes) -> None:
    """Feed bytes; if they are refused, nothing has changed, and the reason is a documented one."""
    before = state_of([feed.markets, feed.registry])
    reason = feed.refusal(value)
    if reason is not None:
        assert reason in FROM_CONTENT
        assert state_of([feed.markets, feed.registry]) == before


def paths(value: object) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a JSON value."""
    items = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value) if isinstance(value, list) else items:
        yield (key,)
        yield from ((key, *rest) for rest in paths(part))


def replaced(value: Any, path: tuple[Any, ...], part: object) -> Any:
    """Return a JSON value with one of its parts replaced."""
    if not path:
        return part
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], part)
    return copy


EVERY_PART = [
    pytest.param(number, message, path, id=f"{number}-{message.get('type', 'poly')}-{path}")
    for number, messages in enumerate((POLYMARKET, KALSHI))
    for message in messages
    for path in paths(message)
]


@pytest.mark.parametrize(("number", "message", "path"), EVERY_PART)
def test_any_literal_in_any_place_of_a_message(
    number: int, message: Json, path: tuple[Any, ...]
) -> None:
    template = as_bytes(replaced(message, path, PLACE))
    for literal in LITERALS:
        value = template.replace(as_bytes(PLACE), literal)
        assert_refused_without_a_trace(feeds()[number], value)


@given(st.sampled_from(EVERY_PART), ANYTHING)
def test_any_value_in_any_place_of_a_message(place: Any, part: object) -> None:
    number, message, path = place.values
    assert_refused_without_a_trace(feeds()[number], as_bytes(replaced(message, path, part)))


@given(ANYTHING)
def test_any_json_at_all(value: object) -> None:
    for feed in feeds():
        assert_refused_without_a_trace(feed, as_bytes(value))


@given(st.binary(max_size=64))
def test_any_bytes_at_all(value: bytes) -> None:
    for feed in feeds():
        assert_refused_without_a_trace(feed, value)


@given(
    st.sampled_from([(0, message) for message in POLYMARKET] + [(1, m) for m in KALSHI]),
    st.integers(0, 400),
    st.binary(max_size=3),
)
def test_a_message_with_some_bytes_spoilt(of: tuple[int, Json], at: int, spoilt: bytes) -> None:
    number, message = of
    value = as_bytes(message)
    assert_refused_without_a_trace(feeds()[number], value[:at] + spoilt + value[at + 1 :])


@given(st.lists(st.sampled_from(EVERY_PART), max_size=4), ANYTHING)
@settings(max_examples=50)
def test_what_follows_is_as_if_the_refused_had_not_been_there(
    places: list[Any], part: object
) -> None:
    for number, good in enumerate((POLYMARKET, KALSHI)):
        plain, disturbed = feeds()[number], feeds()[number]
        for message in good[:6]:
            for where, spoilt, path in (place.values for place in places):
                if where == number:
                    value = as_bytes(replaced(spoilt, path, part))
                    with suppress(Rejected):  # then the plain one never sees it
                        assert disturbed.send(value) == plain.send(value)
            assert disturbed.refusal(message) == plain.refusal(message)
        assert state_of(disturbed.markets) == state_of(plain.markets)
