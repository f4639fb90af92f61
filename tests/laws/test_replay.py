"""A book equals its replay, however its history was told."""

import random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.markets import START, Feed, Json, Levels, books, kalshi, polymarket, without

# Cents; the middle ones are met by both sides, so that changes cross for a moment.
GRID = [1, 5, 29, 30, 31, 50, 69, 70, 71, 99]


class State(NamedTuple):
    """A book in YES terms that is not crossed: price to size."""

    bids: Levels
    asks: Levels

    @property
    def best(self) -> dict[str, str]:
        """What a frame states as best prices once this is the book."""
        return {
            "best_bid": max(self.bids, key=float, default="0"),
            "best_ask": min(self.asks, key=float, default="1"),
        }


@st.composite
def states(draw: st.DrawFn) -> State:
    """Return a book: bids below some price, asks above it."""
    middle = draw(st.sampled_from(GRID))
    sizes = st.integers(1, 3_000).map(lambda hundredths: f"{hundredths / 100:.2f}")
    sides = [
        draw(st.dictionaries(st.sampled_from(prices or [0]), sizes, max_size=4)) if prices else {}
        for prices in ([p for p in GRID if p < middle], [p for p in GRID if p >= middle])
    ]
    return State(*({f"{price / 100:.2f}": size for price, size in s.items()} for s in sides))


HISTORIES = st.lists(states(), min_size=1, max_size=6)


def last_book(feed: Feed, messages: list[Json], *, use_yes_price: bool = False) -> Json:
    """Return the last book that these messages publish, without its time."""
    published = books(feed.send_all(messages, use_yes_price=use_yes_price))
    return without(published[-1], "updatedAt")


def changes(before: State, after: State) -> list[tuple[str, str, str]]:
    """Return the levels that differ, as (side, price, new size)."""
    return [
        (side, price, now.get(price, "0"))
        for side, was, now in (
            ("BUY", *_pair(before, after, 0)),
            ("SELL", *_pair(before, after, 1)),
        )
        for price in sorted({*was, *now})
        if was.get(price, "0") != now.get(price, "0")
    ]


def _pair(before: State, after: State, side: int) -> tuple[Levels, Levels]:
    return before[side], after[side]


class TestPolymarket:
    """Snapshots of one token; or one snapshot, then changes in any of their forms."""

    @given(HISTORIES, st.randoms(use_true_random=False))
    def test_snapshots_and_changes_end_in_the_same_book(
        self, history: list[State], chance: random.Random
    ) -> None:
        whole = last_book(polymarket(), [poly.book(*state, at=START) for state in history])

        assert last_book(polymarket(), self.told_as_changes(history, chance)) == whole

    @given(HISTORIES)
    def test_the_no_tokens_snapshots_tell_the_same_book(self, history: list[State]) -> None:
        whole = last_book(polymarket(), [poly.book(*state) for state in history])

        assert last_book(polymarket(), [poly.no_book(*state) for state in history]) == whole

    def told_as_changes(self, history: list[State], chance: random.Random) -> list[Json]:
        first = chance.choice([poly.book, poly.no_book])(*history[0])
        messages = [first]
        for before, after in zip(history, history[1:], strict=False):
            messages += self.frames(changes(before, after), after, chance)
        return messages

    def frames(
        self, changed: list[tuple[str, str, str]], after: State, chance: random.Random
    ) -> list[Json]:
        entries = [poly.change(*each, **after.best) for each in changed]
        chance.shuffle(entries)
        match chance.choice(["yes", "no", "both", "legacy", "sweep", "mixed"]):
            case "yes":
                told = [poly.price_change(*entries)]
            case "no":
                told = [poly.price_change(*map(poly.mirrored, entries))]
            case "both":
                pairs = [*entries, *map(poly.mirrored, entries)]
                chance.shuffle(pairs)
                told = [poly.price_change(*pairs)]
            case "mixed":
                either = [chance.choice([entry, poly.mirrored(entry)]) for entry in entries]
                told = [poly.price_change(*either)]
            case "sweep":  # one message each, every one with the final best prices
                told = [poly.price_change(entry, poly.mirrored(entry)) for entry in entries]
            case _:
                both = [token for entry in entries for token in (entry, poly.mirrored(entry))]
                told = [poly.legacy_price_change(entry) for entry in both]
        return told


class TestKalshi:
    """Snapshots; or one snapshot, then signed changes. NO prices in either convention."""

    @given(HISTORIES, st.booleans(), st.randoms(use_true_random=False))
    def test_snapshots_and_deltas_end_in_the_same_book(
        self, history: list[State], use_yes_price: bool, chance: random.Random
    ) -> None:
        snapshots = [self.snapshot(state, use_yes_price) for state in history]
        deltas = []
        for before, after in zip(history, history[1:], strict=False):
            changed = changes(before, after)
            chance.shuffle(changed)
            deltas += [self.delta(before, each, use_yes_price) for each in changed]

        whole = last_book(kalshi(), snapshots, use_yes_price=use_yes_price)
        assert last_book(kalshi(), [snapshots[0], *deltas], use_yes_price=use_yes_price) == whole

    @given(HISTORIES)
    def test_both_conventions_tell_the_same_book(self, history: list[State]) -> None:
        told = [
            last_book(kalshi(), [self.snapshot(s, mode) for s in history], use_yes_price=mode)
            for mode in (False, True)
        ]

        assert told[0] == told[1]

    def snapshot(self, state: State, use_yes_price: bool) -> Json:
        asks = {self.no_price(price, use_yes_price): size for price, size in state.asks.items()}
        return k.snapshot(state.bids, asks)

    def delta(self, before: State, change: tuple[str, str, str], use_yes_price: bool) -> Json:
        side, price, size = change
        was = (before.bids if side == "BUY" else before.asks).get(price, "0")
        difference = f"{float(size) - float(was):.2f}"
        if side == "BUY":
            return k.delta("yes", price, difference)
        return k.delta("no", self.no_price(price, use_yes_price), difference)

    def no_price(self, price: str, use_yes_price: bool) -> str:
        return price if use_yes_price else poly.complemented(price)
