"""Whether a tick or a record brings the time makes no difference to where a market stands."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.markets import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START,
    Feed,
    Json,
    catalog_entry,
    kalshi,
    polymarket,
)
from tests.builders.states import state_of
from tests.laws.streams import KALSHI_STREAMS, POLYMARKET_STREAMS
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Rejected

Stream = list[tuple[int, Json]]
HELD = poly.book({"0.40": "1"}, {"0.40": "1"})
# When a price was published, which tick a market saw last, and how long a trade lingers
# after it left the window, depends on who brought the time; what was published does not.
_WHEN = {"_clock", "_refreshed_minute", "_volume"}


def standing(feed: Feed) -> object:
    """Return where all markets stand."""
    return _without_when(state_of(feed.markets))


def _without_when(state: object) -> object:
    if isinstance(state, dict):
        kept = {name: part for name, part in state.items() if name not in _WHEN}
        published = kept.get("_published_price")
        if isinstance(published, list):
            kept["_published_price"] = [*published[:3], *published[4:]]
        return {name: _without_when(part) for name, part in kept.items()}
    return [_without_when(part) for part in state] if isinstance(state, list) else state


def fed(feed: Feed, stream: Stream, *, ticks: random.Random | None, last: int) -> object:
    """Return where markets stand after a stream, with or without ticks on the way."""
    before = stream[0][0]
    for at, message in stream:
        if ticks is not None:
            for now in sorted(ticks.randint(before, at) for _ in range(ticks.randint(0, 4))):
                feed.markets.tick(now)
        with suppress(Rejected):  # the same trade twice
            feed.send(message, received_at=at)
        before = at
    feed.markets.tick(before + last)
    if k.resync() in (message for _, message in stream):
        feed.markets.tallies.clear()  # it tells no time, so why a book was dropped may differ
    return standing(feed)


@given(
    POLYMARKET_STREAMS,
    st.booleans(),
    st.randoms(use_true_random=False),
    st.sampled_from([0, 1, 5 * SECOND, 6 * MINUTE, DAY, 2 * DAY]),
)
def test_polymarket(stream: Stream, active: bool, ticks: random.Random, last: int) -> None:
    entry = catalog_entry(active=active, updatedAt=START - DAY + HOUR)
    with_ticks = fed(polymarket(entry), stream, ticks=ticks, last=last)

    assert with_ticks == fed(polymarket(entry), stream, ticks=None, last=last)


@given(
    KALSHI_STREAMS,
    st.randoms(use_true_random=False),
    st.sampled_from([0, 1, 5 * SECOND, 6 * MINUTE, DAY, 2 * DAY]),
)
def test_kalshi(stream: Stream, ticks: random.Random, last: int) -> None:
    with_ticks = fed(kalshi(), stream, ticks=ticks, last=last)

    assert with_ticks == fed(kalshi(), stream, ticks=None, last=last)


@pytest.mark.parametrize("late", [0, 1, SECOND, MINUTE, HOUR])
@pytest.mark.parametrize("ticked", [True, False])
def test_a_book_held_for_five_seconds_is_gone_for_any_record_after(late: int, ticked: bool) -> None:
    feed = polymarket()
    feed.send(HELD)
    if ticked:
        feed.markets.tick(START + 5 * SECOND)
    feed.send(poly.price_change(poly.change("SELL", "0.40", "0"), at=START + 5 * SECOND + late))

    assert feed.markets.tallies["change_without_book"] == 1


@pytest.mark.parametrize("ticked", [True, False])
def test_a_book_held_for_less_is_there_for_any_record(ticked: bool) -> None:
    feed = polymarket()
    feed.send(HELD)
    if ticked:
        feed.markets.tick(START + 5 * SECOND - 1)
    change = poly.price_change(poly.change("SELL", "0.40", "0"), at=START + 5 * SECOND - 1)

    assert feed.send(change)


@pytest.mark.parametrize("ticked", [True, False])
def test_a_burial_is_told_before_what_follows_it(ticked: bool) -> None:
    feed = kalshi()
    published: list[Publication] = feed.send(k.snapshot({"0.30": "1"}), received_at=START)
    feed.send(k.lifecycle("deactivated"), received_at=START)
    if ticked:
        published += [ticked_.publication for ticked_ in feed.markets.tick(START + DAY)]
    published += feed.send(k.snapshot({"0.30": "1"}), received_at=START + DAY)

    assert [publication.data is None for publication in published] == [
        *[False, False],
        *[True, True],
        *[False, False],
    ]
