"""The platform's own backends, simulated: users who trade, and signals."""

from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from vezta_stream.simulator.accounts import Account, endow
from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.copy_trades import CopyDesk
from vezta_stream.simulator.emissions import Emission, InputRecord
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.notices import occasional_notice, settlement_notice
from vezta_stream.simulator.orders import OrderDesk
from vezta_stream.simulator.signals import SignalDesk

_HOLDINGS_AT_FIRST: Final = 4
# The others do everything this many times less often than the first user.
_OTHERS_SLOWER: Final = 3


class _User(NamedTuple):
    account: Account
    desk: OrderDesk
    copies: CopyDesk


class Backends:
    """What the backends of a few users send, the first being the one who is watched.

    `markets` may change its content while time passes; what it holds must be open.
    """

    def __init__(
        self, *, users: Sequence[str], markets: Sequence[Market], rng: Random, habits: Habits
    ) -> None:
        self._markets = markets
        self._rng = rng
        self._habits = habits
        self._agenda = Agenda()
        self._signals = SignalDesk(rng=rng)
        self._users = [self._join(name) for name in users]

    def start(self, now_ms: int) -> None:
        """Begin: everybody holds something already."""
        habits = self._habits
        for number, user in enumerate(self._users):
            endow(user.account, self._rng.sample(self._markets, self._at_first()), self._rng)
            slower = _OTHERS_SLOWER if number else 1
            self._begin(user, now_ms, slower)
        self._agenda.repeat(
            habits.signal_every_ms,
            lambda now: [self._signals.next(self._markets, now)],
            start_ms=now_ms + 500,
        )

    def run(self, now_ms: int) -> list[Emission]:
        """Return what the backends send up to this time."""
        return self._agenda.run(now_ms)

    def resolve(self, market: Market, yes_won: bool, now_ms: int) -> list[InputRecord]:
        """Pay out a market and return who is told of it."""
        return [
            settlement_notice(user.account.user, holding, now_ms, self._rng)
            for user in self._users
            for holding in user.account.settle(market, yes_won)
        ]

    def _join(self, name: str) -> _User:
        account = Account(user=name, rng=self._rng)
        desk = OrderDesk(
            account=account,
            agenda=self._agenda,
            rng=self._rng,
            repeat_event=self._habits.repeat_event,
        )
        return _User(account, desk, CopyDesk(user=name, desk=desk, rng=self._rng))

    def _begin(self, user: _User, now_ms: int, slower: int) -> None:
        habits, account = self._habits, user.account
        self._agenda.repeat(
            slower * habits.portfolio_every_ms,
            lambda now: [account.record(now)],
            start_ms=now_ms + 200,
        )
        self._agenda.repeat(
            slower * habits.order_every_ms,
            lambda now: user.desk.trade(self._rng.choice(self._markets), now),
            start_ms=now_ms + self._soon(),
        )
        self._agenda.repeat(
            slower * habits.copy_trade_every_ms,
            lambda now: user.copies.copy(self._rng.choice(self._markets), now),
            start_ms=now_ms + self._soon(),
        )
        self._agenda.repeat(
            5 * slower * habits.order_every_ms,
            lambda now: [
                occasional_notice(account.user, self._rng.choice(self._markets), now, self._rng)
            ],
            start_ms=now_ms + self._soon(),
        )

    def _soon(self) -> int:
        return self._rng.randint(500, 3000)

    def _at_first(self) -> int:
        return min(_HOLDINGS_AT_FIRST, len(self._markets))
