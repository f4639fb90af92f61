"""Strategies for whole streams of messages, sensible or not."""

from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from tests.builders import kalshi as k
from tests.builders import polymarket as poly
from tests.builders.markets import DAY, MINUTE, NO, SECOND, START, YES, Json, Levels

PRICES = st.sampled_from(["0.01", "0.3", "0.30", "0.305", "0.31", "0.32", "0.4", "0.99"])
SIZES = st.sampled_from(["0", "1", "2.5", "100000", "0.01"])
LEVELS: st.SearchStrategy[Levels] = st.dictionaries(PRICES, SIZES, max_size=4)
BEST = st.fixed_dictionaries(
    {}, optional={"best_bid": PRICES | st.just("0"), "best_ask": PRICES | st.just("1")}
)
TOKENS = st.sampled_from([YES, NO])

# How much later than the one before a message happened: boundaries of every rule.
STEPS = st.sampled_from(
    [0, 1, SECOND, 5 * SECOND - 1, 5 * SECOND, 30 * SECOND, MINUTE, 6 * MINUTE, 61 * MINUTE, DAY]
)


def _entries(told: str, entry: Json) -> list[Json]:
    """Return an entry for YES, its mirror, or both."""
    both = [entry, poly.mirrored(entry)]
    return both if told == "both" else [each for each in both if each["asset_id"] == told]


_ENTRIES = st.builds(
    _entries,
    st.sampled_from([YES, NO, "both"]),
    st.builds(
        lambda side, price, size, best: poly.change(side, price, size, **best),
        st.sampled_from(["BUY", "SELL"]),
        PRICES,
        SIZES,
        BEST,
    ),
)
_PRICE_CHANGES = st.lists(_ENTRIES, max_size=3).map(
    lambda lists: poly.price_change(*(entry for entries in lists for entry in entries))
)
# Any message of Polymarket's; the books are often crossed.
_POLYMARKET = st.one_of(
    st.builds(poly.book, LEVELS, LEVELS, token=TOKENS),
    _PRICE_CHANGES,
    _PRICE_CHANGES,
    st.builds(
        poly.last_trade,
        PRICES,
        SIZES.filter(lambda size: size != "0"),
        token=TOKENS,
        side=st.sampled_from(["BUY", "SELL"]),
        transaction_hash=st.none(),
    ),
    st.builds(poly.best_bid_ask, PRICES, PRICES, token=TOKENS),
    st.builds(poly.tick_size_change, st.sampled_from(["0.01", "0.001"])),
    st.just(poly.new_market()),
)
# Any message of Kalshi's, likewise.
_KALSHI = st.one_of(
    st.builds(k.snapshot, LEVELS, LEVELS),
    st.builds(
        k.delta,
        st.sampled_from(["yes", "no"]),
        PRICES,
        st.sampled_from(["1.00", "-1.00", "100.00", "-100000.00"]),
    ),
    st.builds(k.ticker, PRICES, PRICES, PRICES),
    st.builds(
        k.trade,
        PRICES,
        st.sampled_from(["1.00", "50000.00"]),
        outcome=st.sampled_from(["yes", "no"]),
    ),
    st.just(k.resync()),
    st.builds(k.lifecycle, st.sampled_from(["activated", "deactivated"])),
)


def _at(message: Json, at: int) -> Json:
    """Return a message as of another time."""
    if "event_type" in message:
        return message | {"timestamp": str(at)}
    if "msg" not in message:
        return message
    named = {"trade_id": f"trade-{at}"} if message["type"] == "trade" else {}
    return message | {"msg": message["msg"] | {"ts_ms": at} | named}


def _stream(start: int, steps: list[tuple[int, Json]]) -> list[tuple[int, Json]]:
    times = accumulate((step for step, _ in steps), initial=START + start)
    return [(at, _at(message, at)) for at, (_, message) in zip(times, steps, strict=False)]


def _streams(messages: st.SearchStrategy[Json]) -> st.SearchStrategy[list[tuple[int, Json]]]:
    """Return (time, message), the times rising."""
    steps = st.lists(st.tuples(STEPS, messages), min_size=1, max_size=12)
    return st.builds(_stream, st.sampled_from([0, 1, 30 * SECOND]), steps)


POLYMARKET_STREAMS = _streams(_POLYMARKET)
KALSHI_STREAMS = _streams(_KALSHI)


# What JSON can hold, and what it cannot quite.
LITERALS = [
    b"NaN",
    b"Infinity",
    b"1e400",
    b"-1e999999999",
    b"1e-999999999",
    b"99999999999999999999999999999",
    b"0.1e1",
    b"-0",
    b"true",
    b"null",
    b'""',
    b'" 1"',
    b'"\\ud800"',
    b'"\xff"',
    b'"1e3"',
    b'"-1"',
    b'"1_000"',
    '"\N{ARABIC-INDIC DIGIT ONE}"'.encode(),
    b'"' + b"9" * 5_000 + b'"',
    b"9" * 5_000,
    b"{}",
    b"[]",
    b"[[1]]",
    b"[" * 5_000,
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
]
PLACE = "the literal goes here"

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abmtype_", max_size=6), inner)
    ),
    max_leaves=6,
)
