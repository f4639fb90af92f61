"""The simulated outside world: exchanges, catalog and backends, step by step."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.backends import Backends
from vezta_stream.simulator.emissions import Emission
from vezta_stream.simulator.exchanges import Exchanges
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.texts import MILLS, uuid_text

# A step makes up for no more than this: after a pause the world does not race.
_MOST_AT_ONCE_MS: Final = 250


class Simulator:
    """Some hundred markets that trade, and some users of the platform.

    Deterministic: the arguments and the times passed to `step` decide every byte. `rate`
    is in messages per second over both exchanges (an array frame holds several). `user`
    is the first of the users; `others` more have made-up ids.
    """

    def __init__(
        self, *, seed: int, markets: int, rate: float, user: str, others: int, habits: Habits
    ) -> None:
        self._rng = rng = Random(seed)
        self._rate = rate
        self._habits = habits
        self._exchanges = Exchanges(count=markets, rng=rng, habits=habits)
        self._agenda = Agenda()
        self._backends = Backends(
            users=[user, *(uuid_text(rng) for _ in range(others))],
            markets=self._exchanges.markets,
            rng=rng,
            habits=habits,
        )
        # Tickers whose books were asked for.
        self._awaited: dict[str, None] = {}
        # The market that resolves next, and how.
        self._ending: tuple[Market, bool] | None = None
        self._owed = 0.0
        self._now_ms: int | None = None

    @property
    def markets(self) -> Sequence[Market]:
        """The open markets, each with its true book as of the last step."""
        return self._exchanges.markets

    @property
    def lost(self) -> Sequence[tuple[int, int]]:
        """The newest Kalshi frames that were lost on purpose, as (sid, seq)."""
        return self._exchanges.kalshi.lost

    def request_snapshots(self, tickers: Iterable[str]) -> None:
        """Ask Kalshi for these books: they come with the next step, but for unknown ones."""
        self._awaited.update(dict.fromkeys(tickers))

    def step(self, now_ms: int) -> list[Emission]:
        """Return everything that was sent since the last step, in order.

        The first step gives the catalog, then every book. A time before the last one
        counts as the last one.
        """
        if self._now_ms is None:
            self._now_ms = now_ms
            return self._open(now_ms)
        start_ms, self._now_ms = self._now_ms, max(now_ms, self._now_ms)
        answers = self._exchanges.snapshots(self._awaited)
        self._awaited.clear()
        return [
            *answers,
            *self._trade(start_ms, self._now_ms),
            *self._agenda.run(self._now_ms),
            *self._backends.run(self._now_ms),
        ]

    def _open(self, now_ms: int) -> list[Emission]:
        emissions = self._exchanges.open(now_ms)
        habits, agenda = self._habits, self._agenda
        agenda.repeat(habits.resolve_every_ms, self._resolve, start_ms=now_ms)
        agenda.repeat(habits.refresh_catalog_every_ms, self._exchanges.refresh, start_ms=now_ms + 1)
        self._backends.start(now_ms)
        return emissions

    def _trade(self, start_ms: int, end_ms: int) -> Sequence[Emission]:
        elapsed_ms = min(end_ms - start_ms, _MOST_AT_ONCE_MS)
        self._owed += self._rate * elapsed_ms / 1000
        before = self._exchanges.messages
        frames = self._exchanges.trade(self._owed, start_ms=start_ms, end_ms=end_ms)
        self._owed -= self._exchanges.messages - before
        return frames

    def _resolve(self, now_ms: int) -> list[Emission]:
        """Resolve the market whose time has come and let the next one lean to its end."""
        emissions: list[Emission] = []
        if self._ending is not None:
            market, yes_won = self._ending
            emissions += self._exchanges.resolve(market, yes_won, now_ms)
            emissions += self._backends.resolve(market, yes_won, now_ms)
        market = self._rng.choice(self._exchanges.markets)
        yes_won = self._rng.random() * MILLS < market.fair
        market.lean(yes_won)
        self._ending = (market, yes_won)
        return emissions
