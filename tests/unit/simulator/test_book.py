from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.simulator.book import Book, Change


def test_a_change_tells_the_size_before_and_after() -> None:
    book = Book()

    assert book.put(True, 400, 10) == Change(True, 400, 0, 10)
    assert book.put(True, 400, 7) == Change(True, 400, 10, 7)
    assert book.put(True, 400, 0) == Change(True, 400, 7, 0)
    assert book.bids == {}


def test_sides_are_ranked_best_first() -> None:
    book = Book()
    for price in (300, 400, 350):
        book.put(True, price, 1)
        book.put(False, price + 200, 1)

    assert book.ranked(True) == [400, 350, 300]
    assert book.ranked(False) == [500, 550, 600]


PUTS = st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 2)))


@given(PUTS)
def test_the_best_prices_are_always_those_of_the_levels(
    puts: list[tuple[bool, int, int]],
) -> None:
    book = Book()
    for put in puts:
        book.put(*put)

    assert book.best_bid == max(book.bids, default=None)
    assert book.best_ask == min(book.asks, default=None)
    assert 0 not in book.bids.values()
