from random import Random
from typing import Any

import msgspec

from tests.unit.simulator.builders import NOW, with_book
from vezta_stream.core.decimals import MICROS
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.simulator.accounts import Account, endow, record_of, touch, worth
from vezta_stream.simulator.emissions import Topic
from vezta_stream.simulator.market import Market

YES, NO = Outcome.YES, Outcome.NO


def a_market() -> Market:
    return with_book({480: 10}, {520: 10})


def account() -> Account:
    return Account(user="ada", rng=Random(1))


def portfolio(of: Account, at: int = NOW) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(of.record(at).value)
    return value


def test_a_users_record_begins_with_the_user() -> None:
    record = record_of(Topic.ORDERS, "ada", {"x": 1})

    assert record == (Topic.ORDERS, "ada", b'{"userId":"ada","x":1}')


def test_a_share_is_worth_the_midpoint() -> None:
    assert worth(with_book({480: 1}, {500: 1}), YES) == 490_000
    assert worth(with_book({480: 1}, {500: 1}), NO) == 510_000


def test_buying_yes_and_selling_no_hit_the_asks() -> None:
    made = a_market()

    assert touch(made, YES, Side.BUY) == 520_000
    assert touch(made, YES, Side.SELL) == 480_000
    assert touch(made, NO, Side.BUY) == 520_000
    assert touch(made, NO, Side.SELL) == 480_000


def test_with_nothing_to_hit_the_midpoint_counts() -> None:
    assert touch(with_book({480: 1}, {}), YES, Side.BUY) == 480_000


def test_an_empty_portfolio_is_all_noughts() -> None:
    value = portfolio(account())

    assert value["positions"] == []
    assert value["totalValue"] == value["totalCost"] == "0.000000"
    assert value["unrealizedPnlPercent"] == value["dayPnlPercent"] == "0.0000"


def test_a_holding_is_valued_at_the_market() -> None:
    holder = account()
    holder.buy(a_market(), YES, 100 * MICROS, 40 * MICROS)

    [position] = portfolio(holder)["positions"]

    del position["positionId"]
    assert position == {
        "marketId": "c5a2e7f1-0000-4000-8000-000000000001",
        "marketTitle": "Gold above $2000?",
        "side": "yes",
        "shares": "100.000000",
        "entryPrice": "0.400000",
        "currentPrice": "0.500000",
        "value": "50.000000",
        "unrealizedPnl": "10.000000",
        "unrealizedPnlPercent": "25.0000",
    }


def test_totals_are_the_sums_of_the_positions() -> None:
    holder, made = account(), a_market()
    holder.buy(made, YES, 100 * MICROS, 40 * MICROS)
    holder.buy(made, NO, 50 * MICROS, 30 * MICROS)

    value = portfolio(holder)

    assert (value["totalValue"], value["totalCost"]) == ("75.000000", "70.000000")
    assert (value["unrealizedPnl"], value["realizedPnl"]) == ("5.000000", "0.000000")


def test_buying_more_averages_the_entry() -> None:
    holder, made = account(), a_market()
    holder.buy(made, YES, 100 * MICROS, 40 * MICROS)
    holder.buy(made, YES, 100 * MICROS, 60 * MICROS)

    assert portfolio(holder)["positions"][0]["entryPrice"] == "0.500000"


def test_selling_realises_what_was_gained() -> None:
    holder, made = account(), a_market()
    holder.buy(made, YES, 100 * MICROS, 40 * MICROS)
    holder.sell(made, YES, 50 * MICROS, 24 * MICROS)
    holder.charge(1 * MICROS)

    value = portfolio(holder)
    assert value["realizedPnl"] == "3.000000"
    assert value["positions"][0]["shares"] == "50.000000"

    holder.sell(made, YES, 50 * MICROS, 24 * MICROS)
    assert holder.holdings == []


def test_the_days_gain_counts_from_the_first_portfolio() -> None:
    holder, made = account(), a_market()
    holder.buy(made, YES, 100 * MICROS, 40 * MICROS)
    assert portfolio(holder)["dayPnl"] == "0.000000"

    made.book.put(True, 500, 10)

    value = portfolio(holder)
    assert (value["totalValue"], value["dayPnl"]) == ("51.000000", "1.000000")
    assert value["dayPnlPercent"] == "2.0000"


def test_a_resolved_market_is_paid_out() -> None:
    holder, made, other = account(), a_market(), a_market()
    holder.buy(made, YES, 100 * MICROS, 40 * MICROS)
    holder.buy(made, NO, 10 * MICROS, 5 * MICROS)

    assert holder.settle(other, True) == []
    assert [each.outcome for each in holder.settle(made, True)] == [YES, NO]

    assert holder.holdings == []
    assert portfolio(holder)["realizedPnl"] == "55.000000"


def test_an_endowed_account_holds_some_of_each_market() -> None:
    holder = account()

    endow(holder, [a_market()], Random(1))

    [holding] = holder.holdings
    assert 0 < holding.cost < holding.shares
