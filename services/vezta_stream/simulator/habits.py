"""How often the simulated world does what is out of the ordinary."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Habits:
    """Chances are per action of a market, intervals in milliseconds.

    `take` is the chance that a taker comes to a market where none was lately, `burst`
    the chance that one follows another.
    """

    take: float
    burst: float
    array: float
    rebook: float
    gap: float
    acknowledgement: float
    resolve_every_ms: int
    refresh_catalog_every_ms: int
    order_every_ms: int
    portfolio_every_ms: int
    copy_trade_every_ms: int
    signal_every_ms: int
    repeat_event: float


# The mix of Polymarket's messages comes out as in recordings: 91 % price changes, 4 %
# books, 4 % best prices, 2 % trades. What is rare is frequent enough to be seen by a
# person who watches for a minute.
LIFELIKE = Habits(
    take=0.009,
    burst=0.12,
    array=0.02,
    rebook=0.0004,
    gap=0.0001,
    acknowledgement=0.001,
    resolve_every_ms=45_000,
    refresh_catalog_every_ms=20_000,
    order_every_ms=6_000,
    portfolio_every_ms=3_000,
    copy_trade_every_ms=11_000,
    signal_every_ms=4_000,
    repeat_event=0.06,
)
