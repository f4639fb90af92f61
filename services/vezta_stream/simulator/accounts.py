"""What the simulated users hold; money and shares in micros."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from vezta_stream.core.decimals import MICROS, Percent, Price, Signed6, Size, divide_half_up
from vezta_stream.core.times import Instant
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.portfolio import Portfolio, PortfolioPosition
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.texts import uuid_text

_PERCENT: Final = 100 * 10_000


def record_of(topic: Topic, user: str, payload: object) -> InputRecord:
    """Return a payload of a user's channel as the backend sends it: with its `userId`."""
    value = b'{"userId":' + encode(user) + b"," + encode(payload)[1:]
    return InputRecord(topic, user, value)


def worth(market: Market, outcome: Outcome) -> int:
    """Return what one share of the outcome is worth now."""
    return market.midpoint() if outcome is Outcome.YES else MICROS - market.midpoint()


def touch(market: Market, outcome: Outcome, action: Side) -> int:
    """Return the price at which one share could be bought or sold now."""
    hits_asks = (outcome is Outcome.YES) == (action is Side.BUY)
    best = market.book.best_ask if hits_asks else market.book.best_bid
    if best is None:
        return worth(market, outcome)
    return 1000 * best if outcome is Outcome.YES else MICROS - 1000 * best


@dataclass
class Holding:
    """Shares of one outcome, and what was paid for those still held."""

    position_id: str
    market: Market
    outcome: Outcome
    shares: int = 0
    cost: int = 0


class Account:
    """One user's holdings and gains; always the sum of the fills that it was told."""

    def __init__(self, *, user: str, rng: Random) -> None:
        self.user = user
        # Holdings that an order is selling: no second one may.
        self.selling: set[str] = set()
        self._rng = rng
        self._holdings: dict[tuple[str, Outcome], Holding] = {}
        self._realised = 0
        self._at_day_start: int | None = None

    @property
    def holdings(self) -> list[Holding]:
        """What is held, oldest first."""
        return list(self._holdings.values())

    def buy(self, market: Market, outcome: Outcome, shares: int, cost: int) -> None:
        """Add shares bought for `cost`."""
        key = (market.listing.market_id, outcome)
        if key not in self._holdings:
            self._holdings[key] = Holding(uuid_text(self._rng), market, outcome)
        self._holdings[key].shares += shares
        self._holdings[key].cost += cost

    def sell(self, market: Market, outcome: Outcome, shares: int, proceeds: int) -> None:
        """Take away shares sold for `proceeds`; there must be as many."""
        key = (market.listing.market_id, outcome)
        holding = self._holdings[key]
        cost = divide_half_up(holding.cost * shares, holding.shares)
        self._realised += proceeds - cost
        holding.shares -= shares
        holding.cost -= cost
        if not holding.shares:
            del self._holdings[key]

    def charge(self, fee: int) -> None:
        """Take a fee off the gains."""
        self._realised -= fee

    def settle(self, market: Market, yes_won: bool) -> list[Holding]:
        """Pay out what is held of a resolved market and return it."""
        settled = [each for each in self.holdings if each.market is market]
        for holding in settled:
            won = (holding.outcome is Outcome.YES) == yes_won
            self.sell(market, holding.outcome, holding.shares, holding.shares if won else 0)
        return settled

    def record(self, now_ms: int) -> InputRecord:
        """Return the portfolio at current prices."""
        positions = [_position(holding) for holding in self._holdings.values()]
        value = sum(position.value.units for position in positions)
        cost = sum(holding.cost for holding in self._holdings.values())
        gains = value - cost + self._realised
        if self._at_day_start is None:
            self._at_day_start = gains
        day = gains - self._at_day_start
        portfolio = Portfolio(
            total_value=Signed6(value),
            total_cost=Signed6(cost),
            unrealized_pnl=Signed6(value - cost),
            unrealized_pnl_percent=_percent(value - cost, cost),
            realized_pnl=Signed6(self._realised),
            day_pnl=Signed6(day),
            day_pnl_percent=_percent(day, value - day),
            positions=positions,
            updated_at=Instant(now_ms),
        )
        return record_of(Topic.PORTFOLIO, self.user, portfolio)


def endow(account: Account, markets: Iterable[Market], rng: Random) -> None:
    """Give an account something that it bought earlier, some of each market."""
    for market in markets:
        outcome = rng.choice((Outcome.YES, Outcome.NO))
        shares = rng.choice((800, 1000, 1250, 2000, 3000)) * MICROS
        entry = max(10_000, min(990_000, worth(market, outcome) + 1000 * rng.randint(-80, 80)))
        account.buy(market, outcome, shares, divide_half_up(shares * entry, MICROS))


def _position(holding: Holding) -> PortfolioPosition:
    price = worth(holding.market, holding.outcome)
    value = divide_half_up(holding.shares * price, MICROS)
    return PortfolioPosition(
        position_id=holding.position_id,
        market_id=holding.market.listing.market_id,
        market_title=holding.market.listing.question.title,
        side=holding.outcome,
        shares=Size(holding.shares),
        entry_price=Price(divide_half_up(holding.cost * MICROS, holding.shares)),
        current_price=Price(price),
        value=Signed6(value),
        unrealized_pnl=Signed6(value - holding.cost),
        unrealized_pnl_percent=_percent(value - holding.cost, holding.cost),
    )


def _percent(part: int, whole: int) -> Percent:
    return Percent(divide_half_up(part * _PERCENT, whole) if whole else 0)
