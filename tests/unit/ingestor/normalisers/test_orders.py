from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestor.normalisers.backend_records import (
    ABSURD,
    data,
    data_of,
    garbage,
    only,
    passes_unchanged,
    raw,
    record,
    refusal,
    survives,
    with_literal,
    without,
)
from tests.unit.ingestor.normalisers.order_histories import (
    ENDS,
    STATUSES,
    Event,
    any_events,
    arrivals,
    event,
    lives,
)
from vezta_stream.core.channels import Channel
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.normalisers.orders import OrderKey, OrderNormaliser

FIELDS = event("PARTIALLY_FILLED", filled=30)
REQUIRED = list(without(FIELDS, "avgFillPrice"))
KEYS = [*without(FIELDS, "userId"), "previousStatus"]


def fresh(*events: Event, max_orders: int = 100) -> OrderNormaliser:
    """Return a normaliser that has published these events."""
    normaliser = OrderNormaliser(max_orders=max_orders)
    for said in events:
        only(normaliser, said)
    return normaliser


def published(normaliser: OrderNormaliser, events: Iterable[Event]) -> list[Publication]:
    """Return what the events give, those that come late or twice left out."""
    publications = []
    for said in events:
        try:
            publications += normaliser.normalise(record(said, key=said["userId"]))
        except Rejected as rejected:
            if rejected.reason.is_dead_letter:
                raise
    return publications


def by_order(publications: Iterable[Publication]) -> Mapping[tuple[str | None, str], list[Event]]:
    """Return the payloads of each order."""
    orders: dict[tuple[str | None, str], list[Event]] = defaultdict(list)
    for publication in publications:
        orders[publication.user, publication.key].append(data_of(publication))
    return orders


def test_transition_goes_to_its_user_under_its_order_byte_for_byte() -> None:
    assert only(fresh(), FIELDS, key="ann") == Publication(
        Channel.USER_ORDERS,
        "o-1",
        b'{"orderId":"o-1","marketId":"m-1","marketSlug":"will-it-rain","exchange":"kalshi",'
        b'"side":"yes","type":"limit","action":"buy","status":"PARTIALLY_FILLED",'
        b'"previousStatus":null,"price":"0.400000","quantity":"100.000000",'
        b'"filledQuantity":"30.000000","avgFillPrice":"0.400000","total":"40.000000",'
        b'"fee":"0.000000","source":"manual","updatedAt":"2026-05-04T03:02:01.000Z"}',
        "ann",
    )


def test_reference_example_passes_unchanged() -> None:
    assert passes_unchanged(fresh(), "user:orders")


def test_enumerations_are_taken_in_any_letter_case() -> None:
    names = ["exchange", "side", "type", "action", "status", "source"]
    swapped = FIELDS | {name: FIELDS[name].swapcase() for name in names}

    assert only(fresh(), swapped) == only(fresh(), FIELDS)


def test_average_price_of_nothing_filled_is_left_out() -> None:
    assert "avgFillPrice" not in data(fresh(), event("OPEN", avgFillPrice=0))


def test_average_price_that_is_not_said_is_left_out() -> None:
    assert "avgFillPrice" not in data(fresh(), FIELDS | {"avgFillPrice": None})
    assert "avgFillPrice" not in data(fresh(), without(FIELDS, "avgFillPrice"))


# previousStatus


def test_previous_status_of_an_unknown_order_is_what_the_event_says() -> None:
    assert data(fresh(), event("OPEN", previousStatus="created"))["previousStatus"] == "CREATED"


@pytest.mark.parametrize("more", [{}, {"previousStatus": None}])
def test_previous_status_is_null_when_nobody_knows_it(more: dict[str, Any]) -> None:
    assert data(fresh(), event("OPEN", **more))["previousStatus"] is None


def test_previous_status_of_a_known_order_is_the_one_published_before() -> None:
    normaliser = fresh(event("CREATED"))
    said = event("OPEN", at=5, previousStatus="SUBMITTING")

    assert data(normaliser, said)["previousStatus"] == "CREATED"


def test_unknown_order_cannot_come_from_a_status_that_is_never_left() -> None:
    impossible = event("CANCELLED", previousStatus="FILLED")

    assert refusal(fresh(), record(impossible)) is Reason.BAD_VALUE
    assert data(fresh(), event("FILLED", previousStatus="FILLED"))["previousStatus"] == "FILLED"


# What comes late or twice


def test_older_event_is_stale() -> None:
    normaliser = fresh(event("OPEN", at=5))

    assert refusal(normaliser, record(event("CANCELLING", at=4))) is Reason.STALE


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(STATUSES[:6])))
def test_at_the_same_time_the_higher_rank_wins(lower: str, higher: str) -> None:
    assert data(fresh(event(lower)), event(higher))["previousStatus"] == lower
    assert refusal(fresh(event(higher)), record(event(lower))) is Reason.STALE


def test_newer_event_may_take_an_order_back_to_a_lower_rank() -> None:
    normaliser = fresh(event("CANCELLING", filled=30))
    said = data(normaliser, event("PARTIALLY_FILLED", at=1, filled=30))

    assert (said["previousStatus"], said["status"]) == ("CANCELLING", "PARTIALLY_FILLED")


@pytest.mark.parametrize("at", [0, 7])
def test_event_that_changes_nothing_is_a_duplicate(at: int) -> None:
    normaliser = fresh(event("OPEN"))
    repeated = event("OPEN", at=at, previousStatus="SUBMITTING")

    assert refusal(normaliser, record(repeated)) is Reason.DUPLICATE


def test_refused_event_leaves_no_trace() -> None:
    normaliser = fresh(event("OPEN"))
    before = normaliser.export(OrderKey("ann", "o-1"))
    refusal(normaliser, record(event("OPEN", at=7)))

    assert normaliser.export(OrderKey("ann", "o-1")) == before
    assert data(normaliser, event("PARTIALLY_FILLED", at=6, filled=1))["status"] != "OPEN"


def test_more_filled_at_the_same_time_and_status_is_published() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=30))
    said = data(normaliser, event("PARTIALLY_FILLED", filled=50))

    assert (said["previousStatus"], said["filledQuantity"]) == ("PARTIALLY_FILLED", "50.000000")


def test_less_filled_at_the_same_time_and_status_is_the_earlier_one() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50, fee=2))
    late = event("PARTIALLY_FILLED", filled=30, fee=1)

    assert refusal(normaliser, record(late)) is Reason.STALE


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("status", STATUSES)
def test_terminal_status_is_never_left(end: str, status: str) -> None:
    normaliser = fresh(event(end))
    expected = Reason.DUPLICATE if status == end else Reason.STALE

    for at in (0, 9):
        assert refusal(normaliser, record(event(status, at=at))) is expected


def test_fee_that_is_settled_after_the_end_is_published() -> None:
    normaliser = fresh(event("FILLED", filled=100))
    said = data(normaliser, event("FILLED", at=3, filled=100, fee="0.25"))

    assert (said["status"], said["previousStatus"], said["fee"]) == ("FILLED", "FILLED", "0.250000")


# What is filled


def test_filled_quantity_never_shrinks_and_keeps_its_average_price() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50, avgFillPrice="0.39"))
    said = data(normaliser, event("CANCELLING", at=1, filled=20, avgFillPrice="0.38"))

    assert said["status"] == "CANCELLING"
    assert (said["filledQuantity"], said["avgFillPrice"]) == ("50.000000", "0.390000")


def test_event_that_forgot_the_fill_is_given_it_back() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50))
    said = data(normaliser, without(event("CANCELLED", at=1), "avgFillPrice"))

    assert (said["filledQuantity"], said["avgFillPrice"]) == ("50.000000", "0.400000")


def test_average_price_stays_known_while_no_more_is_filled() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50))
    said = data(normaliser, event("CANCELLING", at=1, filled=50, avgFillPrice=None))

    assert said["avgFillPrice"] == "0.400000"


def test_average_price_of_an_earlier_fill_is_not_that_of_a_larger_one() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50))
    said = data(normaliser, event("PARTIALLY_FILLED", at=1, filled=60, avgFillPrice=None))

    assert "avgFillPrice" not in said


def test_corrected_average_price_is_published() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50))
    said = data(normaliser, event("PARTIALLY_FILLED", at=1, filled=50, avgFillPrice="0.41"))

    assert said["avgFillPrice"] == "0.410000"


def test_more_filled_than_ordered_is_refused() -> None:
    assert refusal(fresh(), record(event("FILLED", filled=101))) is Reason.BAD_VALUE


def test_quantity_below_what_was_filled_before_is_refused() -> None:
    normaliser = fresh(event("PARTIALLY_FILLED", filled=50))
    shrunk = event("OPEN", at=1, filled=0, quantity=49)

    assert refusal(normaliser, record(shrunk)) is Reason.BAD_VALUE


# What is refused


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_required_field_is_refused(name: str) -> None:
    assert refusal(fresh(), record(without(FIELDS, name))) is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("orderId", ""),
        ("orderId", "x" * 257),
        ("marketId", ""),
        ("exchange", "nyse"),
        ("side", "buy"),
        ("action", "yes"),
        ("type", "stop"),
        ("status", "LIVE"),
        ("previousStatus", "LIVE"),
        ("price", "1.000001"),
        ("price", -1),
        ("quantity", "-0.5"),
        ("filledQuantity", None),
        ("filledQuantity", True),
        ("avgFillPrice", 2),
        ("fee", "free"),
        ("source", "bot"),
        ("updatedAt", 12),
    ],
)
def test_impossible_value_is_refused(name: str, value: object) -> None:
    assert refusal(fresh(), record(FIELDS | {name: value})) is Reason.BAD_VALUE


@pytest.mark.parametrize("name", ["price", "quantity", "avgFillPrice", "status", "updatedAt"])
@pytest.mark.parametrize("literal", ABSURD)
def test_absurd_value_is_a_dead_letter(name: str, literal: str) -> None:
    assert refusal(fresh(), raw(with_literal(FIELDS, name, literal))).is_dead_letter


def test_event_under_another_users_key_is_refused() -> None:
    assert refusal(fresh(), record(FIELDS, key="bob")) is Reason.BAD_VALUE


# What is remembered


def test_orders_of_two_users_never_meet() -> None:
    normaliser = fresh(event("FILLED", filled=100))
    said = only(normaliser, event("OPEN", userId="bob"))

    assert said.user == "bob"
    assert data_of(said)["previousStatus"] is None


@pytest.mark.parametrize(
    ("history", "forgotten"),
    [
        ([("CREATED", "a"), ("CREATED", "b"), ("OPEN", "a"), ("CREATED", "c")], "b"),
        ([("CREATED", "a"), ("FILLED", "b"), ("CREATED", "c")], "b"),
        ([("FILLED", "a"), ("FILLED", "b"), ("CREATED", "c")], "a"),
        ([("CREATED", "a"), ("CREATED", "b"), ("FILLED", "b")], None),
    ],
)
def test_ended_order_or_else_the_one_published_longest_ago_makes_room(
    history: list[tuple[str, str]], forgotten: str | None
) -> None:
    events = [event(status, orderId=order) for status, order in history]
    normaliser = fresh(*events, max_orders=2)

    for order in {order for _, order in history}:
        lost = normaliser.export(OrderKey("ann", order)) is None
        assert lost is (order == forgotten)


def test_at_least_one_order_is_remembered() -> None:
    with pytest.raises(ValueError, match="order"):
        OrderNormaliser(max_orders=0)


def test_restoring_what_is_no_state_fails() -> None:
    with pytest.raises(msgspec.DecodeError):
        fresh().restore(OrderKey("ann", "o-1"), b"{}")


# Laws


@settings(deadline=None)
@given(arrivals() | any_events())
def test_every_order_makes_sense_however_its_events_arrive(events: list[Event]) -> None:
    for said in by_order(published(fresh(), events)).values():
        statuses = [one["status"] for one in said]
        filled = [float(one["filledQuantity"]) for one in said]

        assert not any(a in ENDS and b != a for a, b in pairwise(statuses))
        assert filled == sorted(filled)
        assert [one["previousStatus"] for one in said] == [None, *statuses[:-1]]


@settings(deadline=None)
@given(arrivals())
def test_every_order_ends_as_it_ended_however_its_events_arrive(events: list[Event]) -> None:
    ends = {(e["userId"], e["orderId"]): e for e in events if e["status"] in ENDS}

    for key, said in by_order(published(fresh(), events)).items():
        assert said[-1]["status"] == ends[key]["status"]
        assert float(said[-1]["filledQuantity"]) == ends[key]["filledQuantity"]


@settings(deadline=None)
@given(lives(), st.data())
def test_every_transition_is_published_once_when_they_arrive_in_order(
    life: list[Event], draws: st.DataObject
) -> None:
    arriving = [said for said in life for _ in range(draws.draw(st.integers(1, 2)))]
    statuses = [data_of(publication)["status"] for publication in published(fresh(), arriving)]

    assert statuses == [said["status"] for said in life]


@settings(deadline=None)
@given(arrivals(), st.data())
def test_restored_state_goes_on_with_the_same_bytes(
    events: list[Event], draws: st.DataObject
) -> None:
    cut = draws.draw(st.integers(0, len(events)))
    one, other = fresh(), fresh()
    published(one, events[:cut])
    for key in {OrderKey(said["userId"], said["orderId"]) for said in events[:cut]}:
        state = one.export(key)
        assert state is not None
        other.restore(key, state)

    assert published(other, events[cut:]) == published(one, events[cut:])


@settings(deadline=None)
@given(garbage(FIELDS | {"previousStatus": "OPEN"}))
def test_garbage_is_rejected_and_nothing_worse(value: bytes) -> None:
    survives(fresh(FIELDS), value, keys=KEYS)
