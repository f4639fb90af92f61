"""Small simulated worlds for the simulator's tests."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import msgspec

from vezta_stream.schemas.market import Source
from vezta_stream.schemas.signals import Category
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, InputRecord, Topic
from vezta_stream.simulator.habits import LIFELIKE, Habits
from vezta_stream.simulator.listings import Listing
from vezta_stream.simulator.market import Market, Nature
from vezta_stream.simulator.simulator import Simulator
from vezta_stream.simulator.texts import SHARE
from vezta_stream.simulator.titles import Question

NOW = 1_795_000_000_000
STEP_MS = 20

CALM = replace(
    LIFELIKE, take=0, burst=0, array=0, rebook=0, gap=0, acknowledgement=0, repeat_event=0
)


def habits(**changes: float) -> Habits:
    """Return habits without anything extraordinary but the changes."""
    return replace(CALM, **changes)  # type: ignore[arg-type]


def listing(source: Source = Source.POLYMARKET, *, volume24h: int | None = None) -> Listing:
    on_polymarket = source is Source.POLYMARKET
    return Listing(
        source=source,
        market_id="c5a2e7f1-0000-4000-8000-000000000001",
        slug="gold-above-2000",
        question=Question("Gold above $2000?", Category.FINANCIALS, "GOLD", "2000"),
        external_id="0xabc" if on_polymarket else "KXGOLD-26DEC31-T2000",
        exchange_id="1031769",
        tokens=("111", "222") if on_polymarket else ("", ""),
        volume24h=volume24h,
    )


def market(
    source: Source = Source.POLYMARKET,
    *,
    seed: int = 1,
    probability: float = 0.5,
    tick: int = 10,
    lot: int = SHARE,
    two_sided: bool = True,
    volatility: float = 0.01,
) -> Market:
    return Market(
        listing=listing(source),
        nature=Nature(
            lot=lot, depth=25, half_spread=tick, volatility=volatility, two_sided=two_sided
        ),
        tick=tick,
        probability=probability,
        rng=Random(seed),
        now_ms=NOW,
    )


def with_book(bids: dict[int, int], asks: dict[int, int], **kwargs: Any) -> Market:
    """Return a market whose book is exactly this, sizes in whole shares."""
    made = market(**kwargs)
    for is_bid, levels in ((True, bids), (False, asks)):
        for price in made.book.ranked(is_bid):
            made.book.put(is_bid, price, 0)
        for price, shares in levels.items():
            made.book.put(is_bid, price, shares * SHARE)
    return made


def simulator(
    *,
    seed: int = 1,
    markets: int = 10,
    rate: float = 2000,
    others: int = 2,
    habits: Habits = LIFELIKE,
) -> Simulator:
    return Simulator(
        seed=seed, markets=markets, rate=rate, user="demo-user", others=others, habits=habits
    )


def messages(frames: Iterable[Emission]) -> list[dict[str, Any]]:
    """Return the messages of exchange frames in order, arrays taken apart."""
    decoded: list[dict[str, Any]] = []
    for frame in frames:
        if isinstance(frame, ExchangeFrame):
            value = msgspec.json.decode(frame.data)
            decoded += value if isinstance(value, list) else [value]
    return decoded


def payloads(emissions: Iterable[Emission], topic: Topic) -> list[dict[str, Any]]:
    """Return the decoded values of one topic's records."""
    return [
        msgspec.json.decode(each.value)
        for each in emissions
        if isinstance(each, InputRecord) and each.topic is topic
    ]
