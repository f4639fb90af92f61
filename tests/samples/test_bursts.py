"""Recorded bursts of one Polymarket market, replayed frame by frame.

The recording is not part of the repository; the synthetic one beside the tests has the
same shape, a sweep included, and is always there.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders.markets import exchange_markets
from tests.samples.recordings import FIXTURES, PlainBook, catalog, decoded, elements, levels, sample
from vezta_stream.core.channels import Channel
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.ingestor.normalisers.polymarket import PolymarketNormaliser
from vezta_stream.schemas.market import Source


class Step(NamedTuple):
    """A message, the plain book after it, and what it published."""

    message: dict[str, Any]
    plain: PlainBook
    sides: Any
    books: list[dict[str, Any]]
    prices: list[dict[str, Any]]


class Burst(NamedTuple):
    """A replayed recording."""

    yes: str
    steps: list[Step]
    refused: list[Reason]

    @property
    def books(self) -> list[dict[str, Any]]:
        """All books published."""
        return [book for step in self.steps for book in step.books]


@pytest.fixture(params=["recorded", "synthetic"])
def burst(request: pytest.FixtureRequest) -> Burst:
    """Return each of the recordings, replayed."""
    if request.param == "recorded":
        return replay(
            sample("polymarket/rec_crossing_burst_2026-09.jsonl"), sample("catalog.jsonl")
        )
    return replay(FIXTURES / "polymarket_sweep.jsonl", FIXTURES / "polymarket_sweep_catalog.jsonl")


def replay(recording: Path, catalog_file: Path) -> Burst:
    """Put a recording through the normaliser and through a plain book."""
    known = catalog(catalog_file)
    normaliser = PolymarketNormaliser(registry=known, markets=exchange_markets(known))
    messages = [json.loads(value) for value in elements(recording)]
    market = known.find(Source.POLYMARKET, messages[0]["market"])
    assert market is not None
    assert market.tokens is not None
    plain, steps, refused = PlainBook(market.tokens[0]), [], []
    for message, value in zip(messages, elements(recording), strict=True):
        plain.apply(message)
        try:
            published = normaliser.normalise(RawRecord(market.external_id, value, 0))
        except Rejected as rejected:
            refused.append(rejected.reason)
            continue
        of = {
            channel: [decoded(each) for each in published if each.channel is channel]
            for channel in (Channel.MARKET_ORDERBOOK, Channel.MARKET_PRICES)
        }
        steps.append(Step(message, plain, plain.sides, *of.values()))
    return Burst(market.tokens[0], steps, refused)


def test_the_last_book_published_is_the_recordings_last_level_for_level(burst: Burst) -> None:
    last = next(
        step.message for step in reversed(burst.steps) if step.message["event_type"] == "book"
    )

    published = burst.books[-1]
    assert levels(published["bids"]) == sorted(levels(last["bids"]), reverse=True)
    assert levels(published["asks"]) == sorted(levels(last["asks"]))


def test_every_book_published_is_the_plain_book_of_that_moment(burst: Burst) -> None:
    for step in burst.steps:
        for book in step.books:
            assert (levels(book["bids"]), levels(book["asks"])) == step.sides


def test_every_book_published_agrees_with_its_frames_best_prices(burst: Burst) -> None:
    compared = 0
    for step in burst.steps:
        for change in step.message.get("price_changes", ()):
            for book in step.books:
                if change["asset_id"] == burst.yes:
                    assert Decimal(book["bids"][0]["price"]) == Decimal(change["best_bid"])
                    assert Decimal(book["asks"][0]["price"]) == Decimal(change["best_ask"])
                    compared += 1
    assert compared


def test_no_spread_is_negative(burst: Burst) -> None:
    assert all(Decimal(book["spread"]) > 0 for book in burst.books)


def test_yes_and_no_sum_to_one(burst: Burst) -> None:
    prices = [price for step in burst.steps for price in step.prices]

    assert prices
    assert all(Decimal(p["yesPrice"]) + Decimal(p["noPrice"]) == 1 for p in prices)


def test_every_uncrossed_state_is_published_and_a_sweep_once(burst: Burst) -> None:
    shown = None
    for step in burst.steps:
        bids, asks = step.sides
        best = [c for c in step.message.get("price_changes", ()) if c["asset_id"] == burst.yes]
        swept = any(
            (Decimal(c["best_bid"]), Decimal(c["best_ask"])) != (bids[0][0], asks[0][0])
            for c in best
        )
        expected = not swept and step.sides != shown
        assert len(step.books) == expected
        shown = step.sides if expected else shown
    assert any(not step.books for step in burst.steps if "price_changes" in step.message)


def test_only_what_is_unknown_is_refused(burst: Burst) -> None:
    assert set(burst.refused) <= {Reason.UNKNOWN_TYPE}
