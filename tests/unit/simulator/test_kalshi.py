from random import Random

import pytest

from tests.unit.simulator.builders import NOW, habits, market, messages
from tests.unit.simulator.replay import KalshiReplay, true_book
from vezta_stream.schemas.market import Source
from vezta_stream.simulator.emissions import ExchangeFrame
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.kalshi import Kalshi, Subscription
from vezta_stream.simulator.market import Market


def kalshi(habits: Habits, *, seed: int = 1) -> Kalshi:
    return Kalshi(rng=Random(seed), habits=habits)


def kinds(frames: list[ExchangeFrame]) -> list[str]:
    return [each["type"] for each in messages(frames)]


def on_kalshi(seed: int = 1, *, two_sided: bool = True) -> Market:
    return market(Source.KALSHI, seed=seed, two_sided=two_sided)


def test_a_subscription_numbers_all_but_its_confirmation_and_plain_messages() -> None:
    books = Subscription(sid=7, channel="orderbook_delta", use_yes_price=True)

    frames = [
        books.confirmation(),
        books.numbered("orderbook_snapshot", "{}"),
        books.plain("ticker", "{}"),
        books.acknowledgement(5, ["A", "B"]),
        books.numbered("orderbook_delta", "{}"),
    ]

    sent = messages(frames)
    assert [each.get("seq") for each in sent] == [None, 1, None, 2, 3]
    assert sent[0]["msg"] == {"channel": "orderbook_delta", "sid": 7}
    assert sent[3] == {
        "id": 5,
        "sid": 7,
        "seq": 2,
        "type": "ok",
        "msg": {"market_tickers": ["A", "B"]},
    }
    assert all(frame.use_yes_price for frame in frames)


def test_the_connection_begins_with_confirmations_then_all_snapshots() -> None:
    frames = kalshi(habits()).dump([on_kalshi(), on_kalshi(2)])

    assert kinds(frames) == ["subscribed"] * 5 + ["orderbook_snapshot"] * 2


def test_a_change_of_the_best_price_is_followed_by_a_ticker() -> None:
    exchange, made = kalshi(habits()), on_kalshi()
    for n in range(300):
        made.wander(NOW + 100 * n)
        best = (made.book.best_bid, made.book.best_ask)
        sent = kinds(exchange.act(made, NOW + 100 * n))
        if best != (made.book.best_bid, made.book.best_ask):
            assert sent[-1] == "ticker"
        assert sent[0] == "orderbook_delta"


def test_a_taker_gives_trades_deltas_and_a_ticker() -> None:
    sent = kinds(kalshi(habits(take=1)).act(on_kalshi(), NOW))

    assert sent[0] == "trade"
    assert sent[-2:] == ["orderbook_delta", "ticker"]


def test_the_book_is_not_crossed_while_a_taker_is_served() -> None:
    for seed in range(60):
        exchange, made, replay = kalshi(habits(take=1)), on_kalshi(seed), KalshiReplay()
        replay.apply(exchange.dump([made]))
        for frame in exchange.act(made, NOW):
            replay.apply([frame])
            bids, asks = replay.books[made.listing.external_id]
            assert max(bids) < min(asks)


def test_an_acknowledgement_takes_a_number_of_the_books() -> None:
    exchange, made = kalshi(habits(acknowledgement=1)), on_kalshi()
    exchange.dump([made])

    [sent] = messages(exchange.act(made, NOW))

    assert (sent["type"], sent["seq"]) == ("ok", 2)


def test_a_lost_delta_takes_a_number_and_is_remembered() -> None:
    exchange, made = kalshi(habits(gap=1)), on_kalshi()
    exchange.dump([made])

    assert "orderbook_delta" not in kinds(exchange.act(made, NOW))
    assert list(exchange.lost)[0][1] == 2


def test_a_market_begins_with_its_lifecycle_and_a_snapshot() -> None:
    sent = messages(kalshi(habits()).announce(on_kalshi(), NOW))

    assert [each["type"] for each in sent] == [
        "market_lifecycle_v2",
        "market_lifecycle_v2",
        "ok",
        "orderbook_snapshot",
    ]
    assert [each["msg"].get("event_type") for each in sent[:2]] == ["created", "activated"]


@pytest.mark.parametrize(("yes_won", "result"), [(True, "yes"), (False, "no")])
def test_a_market_ends_determined_then_settled(yes_won: bool, result: str) -> None:
    determined, settled = messages(kalshi(habits()).resolve(on_kalshi(), yes_won, NOW))

    assert determined["msg"]["result"] == result
    assert settled["msg"]["event_type"] == "settled"


def test_markets_differ_in_era_digits_and_price_mode() -> None:
    made = [on_kalshi(seed) for seed in range(1)]
    snapshots = []
    for seed in range(60):
        snapshots += kalshi(habits(), seed=seed).snapshots(made)

    eras = {("yes" in each["msg"], "yes_dollars_fp" in each["msg"]) for each in messages(snapshots)}
    assert eras == {(False, True), (True, True), (True, False)}
    assert {frame.use_yes_price for frame in snapshots} == {True, False}


@pytest.mark.parametrize("seed", range(12))
def test_what_is_sent_replayed_is_the_true_book_in_every_form(seed: int) -> None:
    exchange, replay = kalshi(habits(take=0.2, acknowledgement=0.1), seed=seed), KalshiReplay()
    made = on_kalshi(seed, two_sided=seed % 4 != 0)
    replay.apply(exchange.dump([made]))
    for n in range(100):
        made.wander(NOW + 50 * n)
        replay.apply(exchange.act(made, NOW + 50 * n))
        assert replay.books[made.listing.external_id] == true_book(made)


def test_messages_are_counted() -> None:
    exchange, made = kalshi(habits(take=0.2, gap=0.1, acknowledgement=0.1)), on_kalshi()
    frames = exchange.dump([made])
    for n in range(100):
        frames += exchange.act(made, NOW + n)

    assert exchange.messages == len(frames)
