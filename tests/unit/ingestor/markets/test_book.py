"""A book's levels, and the JSON that is kept with each of them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.decimals import MICROS, Price, Signed6, Size
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Level

PRICES = st.sampled_from([1, 10_000, 299_999, 300_000, 300_001, 500_000, 999_999])
SIZES = st.sampled_from([-1, 0, 1, 999_999, MICROS, 1_500_000, 10**21])
LEVELS = st.dictionaries(PRICES, SIZES)


def test_best_levels_come_first_on_both_sides() -> None:
    book = Book()
    for price in (200_000, 300_000, 100_000):
        book.bids.set(price, MICROS)
        book.asks.set(price + 300_000, MICROS)

    assert [price for price, _ in book.bids.levels()] == [300_000, 200_000, 100_000]
    assert [price for price, _ in book.asks.levels()] == [400_000, 500_000, 600_000]
    assert book.top == (300_000, 400_000)


def test_an_empty_side_has_no_best_price() -> None:
    assert Book().top == (None, None)


def test_setting_a_level_again_replaces_its_size() -> None:
    book = Book()
    book.bids.set(300_000, 5)
    book.bids.set(300_000, 7)

    assert list(book.bids.levels()) == [(300_000, 7)]
    assert book.bids.size_at(300_000) == 7


def test_a_size_of_nothing_or_less_removes_the_level() -> None:
    book = Book()
    for size in (0, -5):
        book.asks.set(400_000, 9)
        book.asks.set(400_000, size)

        assert list(book.asks.levels()) == []
        assert book.asks.size_at(400_000) == 0


def test_removing_a_level_that_is_not_there_changes_nothing() -> None:
    book = Book()
    book.asks.set(400_000, 9)
    book.asks.set(300_000, 0)

    assert list(book.asks.levels()) == [(400_000, 9)]
    assert book.asks.size_at(500_000) == 0


def test_replacing_a_side_leaves_nothing_of_what_was_there() -> None:
    book = Book()
    book.bids.set(100_000, 1)
    book.bids.replace({300_000: 3, 200_000: 0, 400_000: 4, 500_000: -1})

    assert list(book.bids.levels()) == [(400_000, 4), (300_000, 3)]


def test_json_follows_every_change() -> None:
    book = Book()
    book.bids.replace({300_000: MICROS})
    first = book.json()
    book.bids.replace({300_000: 2 * MICROS})
    second = book.json()
    book.bids.set(300_000, MICROS)

    assert book.json() == first != second


def test_spread_is_null_with_a_side_empty() -> None:
    book = Book()
    book.bids.set(300_000, MICROS)

    assert book.json().endswith(b'"asks":[],"spread":null')


@given(LEVELS, LEVELS, st.lists(st.tuples(st.booleans(), PRICES, SIZES)))
def test_json_is_what_the_schemas_encode_of_the_levels_kept(
    bids: dict[int, int], asks: dict[int, int], changes: list[tuple[bool, int, int]]
) -> None:
    book = Book()
    book.bids.replace(bids)
    book.asks.replace(asks)
    naive = (dict(bids), dict(asks))
    for is_bid, price, size in changes:
        (book.bids if is_bid else book.asks).set(price, size)
        naive[0 if is_bid else 1][price] = size

    kept = [{price: size for price, size in side.items() if size > 0} for side in naive]
    expected = [sorted(kept[0].items(), reverse=True), sorted(kept[1].items())]
    assert [list(book.bids.levels()), list(book.asks.levels())] == expected
    assert b"{%b}" % book.json() == _encoded(expected)


def _encoded(sides: list[list[tuple[int, int]]]) -> bytes:
    bids, asks = ([Level(Price(price), Size(size)) for price, size in side] for side in sides)
    spread = Signed6(sides[1][0][0] - sides[0][0][0]) if all(sides) else None
    body = encode({"bids": bids, "asks": asks, "spread": spread})
    assert json.loads(body)  # the reference is JSON itself
    return body
