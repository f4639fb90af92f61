from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from tests.unit.simulator.builders import NOW, habits, market, messages, with_book
from tests.unit.simulator.replay import PolymarketReplay, mirrored, true_book
from vezta_stream.simulator.emissions import ExchangeFrame
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.polymarket import Polymarket

ALWAYS_TAKEN = habits(take=1, burst=1)


def polymarket(habits: Habits = ALWAYS_TAKEN, *, seed: int = 1) -> Polymarket:
    return Polymarket(rng=Random(seed), habits=habits)


def kinds(frames: list[ExchangeFrame]) -> list[str]:
    return [each["event_type"] for each in messages(frames)]


def a_sweep() -> tuple[Market, list[dict[str, Any]]]:
    """Return a market and the messages of a taker's order that left a remainder."""
    for seed in range(1000):
        made = market(seed=seed)
        sent = messages(polymarket().act(made, NOW))
        if kinds_of(sent)[:3] == ["price_change"] * 3 and is_crossing(sent[0]):
            return made, sent
    raise AssertionError("no order swept two levels and rested")


def kinds_of(sent: list[dict[str, Any]]) -> list[str]:
    return [each["event_type"] for each in sent]


def is_crossing(message: dict[str, Any]) -> bool:
    """Whether the change adds the remainder: it is the new best price of its side."""
    change = message["price_changes"][0]
    best = change["best_bid" if change["side"] == "BUY" else "best_ask"]
    return Decimal(change["price"]) == Decimal(best) and change["size"] != "0"


def test_a_dump_is_arrays_with_the_books_of_both_tokens() -> None:
    frames = polymarket().dump([market(seed=n) for n in range(10)], NOW)

    assert [len(msgspec.json.decode(frame.data)) for frame in frames] == [16, 4]
    assert kinds(frames) == ["book"] * 20


def test_a_makers_change_is_one_frame() -> None:
    frames = polymarket(habits()).act(market(), NOW)

    assert kinds(frames)[0] == "price_change"
    assert msgspec.json.decode(frames[0].data)["timestamp"] == str(NOW)


def test_a_sweep_rests_first_and_ends_with_trades_and_books_of_one_moment() -> None:
    made, sent = a_sweep()

    changes = [each for each in sent if each["event_type"] == "price_change"]
    prints = [each for each in sent if each["event_type"] == "last_trade_price"]
    assert kinds_of(sent) == (
        ["price_change"] * len(changes) + ["last_trade_price"] * len(prints) + ["book"] * 2
    )
    assert len(prints) == len(changes) - 1
    assert {each["timestamp"] for each in sent} == {str(NOW)}
    assert all(change["size"] == "0" for each in changes[1:] for change in each["price_changes"])


def test_every_change_of_a_sweep_states_the_best_prices_at_its_end() -> None:
    made, sent = a_sweep()
    yes = made.listing.tokens[0]

    stated = {
        (Decimal(change["best_bid"]), Decimal(change["best_ask"]))
        for each in sent
        for change in each.get("price_changes", [])
        if change["asset_id"] == yes
    }

    bids, asks = true_book(made)
    assert stated == {(max(bids), min(asks))}


def test_the_changes_and_books_of_a_sweep_share_their_hashes() -> None:
    made, sent = a_sweep()

    hashes = {
        (each["asset_id"], each["hash"])
        for message in sent
        for each in message.get("price_changes", [message])
        if "hash" in each
    }

    assert len(hashes) == 2


def test_prints_of_one_order_share_their_transaction_and_agree_with_the_tokens() -> None:
    for seed in range(40):
        made = market(seed=seed)
        sent = messages(polymarket(seed=seed).act(made, NOW))
        prints = [each for each in sent if each["event_type"] == "last_trade_price"]
        assert len({each["transaction_hash"] for each in prints}) == 1
        assert len({(each["asset_id"], each["side"]) for each in prints}) == 1
        assert sent[-1]["last_trade_price"] == prints[-1]["price"]


def test_a_burst_may_come_as_one_array() -> None:
    frames = polymarket(habits(array=1)).act(market(), NOW)

    assert len(frames) == 1
    assert kinds(frames).count("price_change") == 3


def test_a_rebook_sends_both_books_after_changes_that_nobody_saw() -> None:
    made = market()
    before = true_book(made)

    frames = polymarket(habits(rebook=1), seed=2).act(made, NOW)

    assert kinds(frames) == ["book", "book"]
    assert true_book(made) != before


def test_near_the_edge_the_tick_becomes_fine_and_books_follow() -> None:
    made = with_book({970: 5, 960: 5}, {980: 5}, probability=0.975)

    sent = kinds(polymarket(habits()).act(made, NOW))

    assert sent[-4:] == ["tick_size_change", "tick_size_change", "book", "book"]
    assert made.tick == 1
    assert "tick_size_change" not in kinds(polymarket(habits()).act(made, NOW))


def test_a_new_market_is_announced_before_its_books() -> None:
    assert kinds(polymarket().announce(market(), NOW)) == ["new_market", "book", "book"]


def test_a_resolution_is_one_message() -> None:
    assert kinds(polymarket().resolve(market(), True, NOW)) == ["market_resolved"]


def test_messages_are_counted_one_by_one() -> None:
    exchange, made = polymarket(habits(take=0.2, array=0.2, rebook=0.1)), market()
    frames = exchange.dump([made], NOW)
    for n in range(100):
        frames += exchange.act(made, NOW + n)

    assert exchange.messages == len(messages(frames)) > len(frames)


def test_what_is_sent_replayed_is_the_true_book_and_states_its_best_prices() -> None:
    exchange, made, replay = (
        polymarket(habits(take=0.2), seed=3),
        market(tick=1),
        PolymarketReplay(),
    )
    replay.apply(exchange.dump([made], NOW))
    yes, no = made.listing.tokens
    for n in range(300):
        made.wander(NOW + 50 * n)
        replay.apply(exchange.act(made, NOW + 50 * n))
        bids, asks = replay.books[yes]
        assert (bids, asks) == true_book(made)
        assert replay.books[no] == mirrored(true_book(made))
        assert replay.stated.get(yes, (max(bids), min(asks))) == (max(bids), min(asks))
