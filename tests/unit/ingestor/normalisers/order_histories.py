"""Orders as a backend reports them: single events, and whole legal lives."""

from typing import Any

from hypothesis import strategies as st

START_MS = 1_777_863_721_000
QUANTITY = 100
ENDS = ["FILLED", "CANCELLED", "REJECTED", "FAILED"]
STATUSES = ["CREATED", "SUBMITTING", "OPEN", "PARTIALLY_FILLED", "CANCELLING", *ENDS]

Event = dict[str, Any]


def event(status: str, *, at: int = 0, filled: int = 0, **more: object) -> Event:
    """Return one event of ann's order o-1, `at` ms after the start."""
    return {
        "userId": "ann",
        "orderId": "o-1",
        "marketId": "m-1",
        "marketSlug": "will-it-rain",
        "exchange": "kalshi",
        "side": "yes",
        "type": "limit",
        "action": "buy",
        "status": status,
        "price": "0.40",
        "quantity": QUANTITY,
        "filledQuantity": filled,
        "avgFillPrice": "0.4",
        "total": 40,
        "fee": 0,
        "source": "manual",
        "updatedAt": START_MS + at,
        **more,
    }


@st.composite
def lives(draw: st.DrawFn, *, order_id: str = "o-1", user_id: str = "ann") -> list[Event]:
    """Return the transitions of one order from its creation to its end, in their order.

    Several may carry the same time; ranks and fills then still rise.
    """
    partial = sorted(draw(st.lists(st.integers(1, QUANTITY - 1), max_size=3, unique=True)))
    end = draw(st.sampled_from(ENDS))
    steps = [("CREATED", 0), ("SUBMITTING", 0), ("OPEN", 0)]
    steps += [("PARTIALLY_FILLED", filled) for filled in partial]
    most = partial[-1] if partial else 0
    if end == "CANCELLED":
        steps.append(("CANCELLING", most))
    steps.append((end, QUANTITY if end == "FILLED" else most))
    gaps = draw(st.lists(st.integers(0, 2), min_size=len(steps), max_size=len(steps)))
    return [
        event(status, at=sum(gaps[: n + 1]), filled=filled, orderId=order_id, userId=user_id)
        for n, (status, filled) in enumerate(steps)
    ]


@st.composite
def arrivals(draw: st.DrawFn) -> list[Event]:
    """Return the lives of a few orders, mixed, in any order, some events repeated."""
    names = [("ann", "o-1"), ("ann", "o-2"), ("bob", "o-1")]
    some = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    once = [e for user, order in some for e in draw(lives(order_id=order, user_id=user))]
    again = draw(st.lists(st.sampled_from(once), max_size=5))
    return draw(st.permutations(once + again))


def any_events() -> st.SearchStrategy[list[Event]]:
    """Return events of one order that need not make any sense together."""
    one = st.builds(
        event, st.sampled_from(STATUSES), at=st.integers(0, 4), filled=st.integers(0, QUANTITY)
    )
    return st.lists(one, max_size=10)
