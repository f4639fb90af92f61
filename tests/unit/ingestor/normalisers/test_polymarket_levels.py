"""Polymarket's entries in YES terms, each change counted once."""

from typing import Any

import msgspec
import pytest

from tests.builders import polymarket as poly
from tests.builders.markets import NO, YES, Json
from tests.builders.polymarket import change, mirrored
from vezta_stream.core.decimals import MICROS
from vezta_stream.ingestor.markets.book import Top
from vezta_stream.ingestor.normalisers import polymarket_levels as levels
from vezta_stream.ingestor.normalisers.polymarket_messages import Change, Level

TOKENS = (YES, NO)
BID = change("BUY", "0.31", "7")
ASK = change("SELL", "0.35", "8")
BID_LEVEL = (True, 310_000, 7 * MICROS)
ASK_LEVEL = (False, 350_000, 8 * MICROS)


def in_yes_terms(*entries: Json) -> tuple[list[levels.YesLevel], Top]:
    """Return what these entries of a message say."""
    return levels.in_yes_terms([msgspec.convert(entry, Change) for entry in entries], TOKENS)


def changed(*entries: Json) -> list[levels.YesLevel]:
    """Return the levels that these entries change, in any order."""
    return sorted(in_yes_terms(*entries)[0])


def stated(*entries: Json) -> Top:
    """Return the best prices that these entries state."""
    return in_yes_terms(*entries)[1]


class TestChanges:
    """Both tokens tell the same change."""

    def test_a_yes_entry_is_taken_as_it_is(self) -> None:
        assert changed(BID, ASK) == [ASK_LEVEL, BID_LEVEL]

    def test_a_no_entry_alone_is_folded(self) -> None:
        assert changed(mirrored(BID), mirrored(ASK)) == [ASK_LEVEL, BID_LEVEL]

    @pytest.mark.parametrize("pair", [(BID, mirrored(BID)), (mirrored(BID), BID)])
    def test_a_no_entry_beside_its_mirror_is_skipped(self, pair: tuple[Json, Json]) -> None:
        assert changed(*pair) == [BID_LEVEL]

    def test_a_mirror_must_be_of_the_same_level_and_side(self) -> None:
        assert changed(BID, mirrored(ASK)) == [ASK_LEVEL, BID_LEVEL]
        assert len(changed(BID, mirrored(BID | {"price": "0.32"}))) == 2
        assert len(changed(BID, mirrored(BID | {"side": "SELL"}))) == 2

    def test_where_the_tokens_contradict_each_other_yes_has_the_last_word(self) -> None:
        other_size = mirrored(BID | {"size": "9"})
        for pair in ((BID, other_size), (other_size, BID)):
            assert in_yes_terms(*pair)[0][-1] == BID_LEVEL

    def test_several_changes_of_one_level_stay_in_order(self) -> None:
        again = BID | {"size": "9"}

        assert in_yes_terms(BID, again)[0][-1] == (True, 310_000, 9 * MICROS)
        both = in_yes_terms(mirrored(BID), BID, mirrored(again), again)
        assert both[0] == [BID_LEVEL, (True, 310_000, 9 * MICROS)]

    def test_no_entries_change_nothing(self) -> None:
        assert in_yes_terms() == ([], (None, None))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"side": "buy"},
            {"side": ""},
            {"price": "0"},
            {"price": "1"},
            {"price": "0.0000001"},
            {"price": "-0.5"},
            {"price": ""},
            {"price": "Infinity"},
            {"size": "-0.000001"},
            {"size": "1e3"},
            {"size": " 1"},
            {"asset_id": "99"},
            {"asset_id": ""},
            {"best_bid": "1.000001"},
            {"best_ask": "-1"},
            {"best_ask": "none"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"."):
            in_yes_terms(BID | wrong)


class TestStated:
    """The best prices after the message, as it tells them."""

    RIGHT = change("BUY", "0.31", "7", best_bid="0.31", best_ask="0.32")
    WRONG = change("BUY", "0.31", "7", best_bid="0.30", best_ask="0.33")

    def test_those_of_yes(self) -> None:
        assert stated(self.RIGHT) == (310_000, 320_000)

    def test_those_of_no_are_folded(self) -> None:
        assert stated(mirrored(self.RIGHT)) == (310_000, 320_000)

    def test_those_of_the_last_entry(self) -> None:
        assert stated(self.WRONG, self.RIGHT) == (310_000, 320_000)
        assert stated(mirrored(self.WRONG), mirrored(self.RIGHT)) == (310_000, 320_000)

    def test_an_entry_that_is_silent_takes_nothing_back(self) -> None:
        assert stated(self.RIGHT, BID) == (310_000, 320_000)
        assert stated(mirrored(self.RIGHT), mirrored(BID)) == (310_000, 320_000)

    @pytest.mark.parametrize("no_first", [True, False])
    def test_those_of_yes_go_before_those_of_no(self, no_first: bool) -> None:
        pair = [mirrored(self.WRONG), self.RIGHT]

        assert stated(*(pair if no_first else pair[::-1])) == (310_000, 320_000)

    def test_those_of_no_fill_in_where_yes_is_silent(self) -> None:
        assert stated(BID, mirrored(self.RIGHT)) == (310_000, 320_000)
        half = change("BUY", "0.31", "7", best_bid="0.31")
        assert stated(half, mirrored(self.WRONG)) == (310_000, 330_000)

    @pytest.mark.parametrize("silent", [{}, {"best_bid": ""}, {"best_bid": None}])
    def test_nothing_stated_is_nothing(self, silent: Json) -> None:
        assert stated(BID | silent) == (None, None)

    def test_empty_sides_stay_nought_and_one(self) -> None:
        empty = change("BUY", "0.31", "0", best_bid="0", best_ask="1")

        assert stated(empty) == stated(mirrored(empty)) == (0, MICROS)


def test_a_token_is_yes_or_no_or_an_error() -> None:
    assert levels.is_yes(YES, TOKENS)
    assert not levels.is_yes(NO, TOKENS)
    with pytest.raises(ValueError, match="none of the market's tokens"):
        levels.is_yes("99", TOKENS)


def test_a_ladder_maps_price_to_size() -> None:
    side = [msgspec.convert(level, Level) for level in poly.levels({".3": "1", "0.40": "2.5"})]

    assert levels.ladder(side, folded=False) == {300_000: 1_000_000, 400_000: 2_500_000}
    assert levels.ladder(side, folded=True) == {700_000: 1_000_000, 600_000: 2_500_000}


@pytest.mark.parametrize(("text", "price"), [("0.000001", 1), ("1", MICROS), (".48", 480_000)])
def test_a_trade_may_be_made_at_up_to_one(text: str, price: int) -> None:
    assert levels.trade_price(text) == price


@pytest.mark.parametrize("text", ["0", "-0.1", "1.000001", "x"])
def test_a_trade_is_not_made_at_other_prices(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        levels.trade_price(text)


@pytest.mark.parametrize(("value", "step"), [("0.01", 10_000), ("0.0010", 1_000)])
def test_a_tick_size_is_told_as_a_string_or_a_number(value: str, step: int) -> None:
    assert levels.tick_size(value) == step


@pytest.mark.parametrize("value", ["0", "1", 1, -1, True, None, [], "tiny"])
def test_a_tick_size_lies_between_nought_and_one(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        levels.tick_size(value)


@pytest.mark.parametrize(
    ("text", "price"), [("0", None), ("1", None), ("", None), ("0.5", 500_000), ("1.0", None)]
)
def test_a_side_without_a_price_is_empty(text: str, price: int | None) -> None:
    assert levels.side_price(text) == price
