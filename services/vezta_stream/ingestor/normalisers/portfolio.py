"""`portfolio.updates` to `user:portfolio`."""

import msgspec

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS, Percent, Price, Signed6, Size, divide_half_up
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.normalisers.backend import Id, UserReader, UserRecord
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.market import Outcome
from vezta_stream.schemas.portfolio import Portfolio, PortfolioPosition

# A ratio of 1 is 100.0000 percent, in units of the fourth digit.
_WHOLE = 100 * 10**Percent.digits


class PositionRecord(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One holding as the backend sends it; its percentage is computed when absent."""

    position_id: Id
    market_id: Id
    market_title: str
    side: Outcome
    shares: Size
    entry_price: Price
    current_price: Price
    value: Signed6
    unrealized_pnl: Signed6
    unrealized_pnl_percent: Percent | None = None


class PortfolioRecord(UserRecord, frozen=True, rename="camel", kw_only=True):
    """A whole portfolio as the backend sends it; percentages are computed when absent."""

    total_value: Signed6
    total_cost: Signed6
    unrealized_pnl: Signed6
    unrealized_pnl_percent: Percent | None = None
    realized_pnl: Signed6
    day_pnl: Signed6
    day_pnl_percent: Percent | None = None
    positions: list[PositionRecord]
    updated_at: Instant


class PortfolioNormaliser:
    """Stateless; the key is the user, so a newer portfolio replaces an older one that waits."""

    def __init__(self) -> None:
        self._reader = UserReader(PortfolioRecord)

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return the one publication of `record`, or raise `Rejected`."""
        said = self._reader.read(record)
        data = encode(_portfolio(said))
        return [Publication(Channel.USER_PORTFOLIO, said.user_id, data, said.user_id)]


def _portfolio(said: PortfolioRecord) -> Portfolio:
    return Portfolio(
        total_value=said.total_value,
        total_cost=said.total_cost,
        unrealized_pnl=said.unrealized_pnl,
        unrealized_pnl_percent=_or_else(
            said.unrealized_pnl_percent, said.unrealized_pnl.units, said.total_cost.units
        ),
        realized_pnl=said.realized_pnl,
        day_pnl=said.day_pnl,
        # Relative to what the portfolio was worth when the day began.
        day_pnl_percent=_or_else(
            said.day_pnl_percent, said.day_pnl.units, said.total_value.units - said.day_pnl.units
        ),
        positions=[_position(position) for position in said.positions],
        updated_at=said.updated_at,
    )


def _position(said: PositionRecord) -> PortfolioPosition:
    return PortfolioPosition(
        position_id=said.position_id,
        market_id=said.market_id,
        market_title=said.market_title,
        side=said.side,
        shares=said.shares,
        entry_price=said.entry_price,
        current_price=said.current_price,
        value=said.value,
        unrealized_pnl=said.unrealized_pnl,
        # shares × price has twelve digits: the profit is brought to as many.
        unrealized_pnl_percent=_or_else(
            said.unrealized_pnl_percent,
            said.unrealized_pnl.units * MICROS,
            said.shares.units * said.entry_price.units,
        ),
    )


def _or_else(said: Percent | None, part: int, whole: int) -> Percent:
    """Return what was said, else `part` in percent of `whole`; zero percent of nothing."""
    if said is not None:
        return said
    return Percent(divide_half_up(_WHOLE * part, whole) if whole else 0)
