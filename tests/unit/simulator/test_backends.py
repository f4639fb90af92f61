from collections import Counter
from random import Random

from tests.unit.simulator.builders import NOW, market, payloads
from vezta_stream.simulator.backends import Backends
from vezta_stream.simulator.emissions import Emission, InputRecord, Topic
from vezta_stream.simulator.habits import LIFELIKE
from vezta_stream.simulator.market import Market

MINUTE = range(0, 60_000, 100)


def backends(markets: list[Market], *, users: tuple[str, ...] = ("ada", "bob")) -> Backends:
    made = Backends(users=users, markets=markets, rng=Random(1), habits=LIFELIKE)
    made.start(NOW)
    return made


def a_minute(made: Backends) -> list[Emission]:
    return [each for ms in MINUTE for each in made.run(NOW + ms)]


def test_everything_is_said_about_every_user() -> None:
    emissions = a_minute(backends([market(seed=n) for n in range(6)]))

    for topic in (Topic.ORDERS, Topic.PORTFOLIO, Topic.NOTIFICATIONS, Topic.COPY_TRADE):
        assert {each["userId"] for each in payloads(emissions, topic)} == {"ada", "bob"}
    assert payloads(emissions, Topic.SIGNALS)


def test_records_are_keyed_by_their_user() -> None:
    for each in a_minute(backends([market()])):
        if isinstance(each, InputRecord) and each.topic is not Topic.SIGNALS:
            assert f'"userId":"{each.key}"'.encode() in each.value


def test_the_first_user_is_the_busiest() -> None:
    emissions = a_minute(backends([market(seed=n) for n in range(6)]))

    count = Counter(each["userId"] for each in payloads(emissions, Topic.PORTFOLIO))
    assert count["ada"] == 20
    assert count["bob"] == 7


def test_the_portfolio_follows_the_fills() -> None:
    emissions = a_minute(backends([market(seed=n) for n in range(6)], users=("ada",)))

    values = payloads(emissions, Topic.PORTFOLIO)
    assert values[0]["totalCost"] != values[-1]["totalCost"]
    for value in values:
        cost = sum(float(p["value"]) - float(p["unrealizedPnl"]) for p in value["positions"])
        assert abs(cost - float(value["totalCost"])) < 0.001


def test_those_who_hold_a_resolved_market_are_paid_and_told() -> None:
    held = market()
    made = backends([held])

    told = payloads(made.resolve(held, True, NOW), Topic.NOTIFICATIONS)

    assert [each["userId"] for each in told] == ["ada", "bob"]
    assert {each["type"] for each in told} == {"market_resolved"}
    assert made.resolve(held, True, NOW) == []
