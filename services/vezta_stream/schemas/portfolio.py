"""`user:portfolio`."""

import msgspec

from vezta_stream.core.decimals import Percent, Price, Signed6, Size
from vezta_stream.core.times import Instant
from vezta_stream.schemas.market import Outcome


class PortfolioPosition(msgspec.Struct, frozen=True, rename="camel"):
    """One holding of a portfolio."""

    position_id: str
    market_id: str
    market_title: str
    side: Outcome
    shares: Size
    entry_price: Price
    current_price: Price
    value: Signed6
    unrealized_pnl: Signed6
    unrealized_pnl_percent: Percent


class Portfolio(msgspec.Struct, frozen=True, rename="camel"):
    """A user's whole portfolio; amounts in USD, percentages in percent."""

    total_value: Signed6
    total_cost: Signed6
    unrealized_pnl: Signed6
    unrealized_pnl_percent: Percent
    realized_pnl: Signed6
    day_pnl: Signed6
    day_pnl_percent: Percent
    positions: list[PortfolioPosition]
    updated_at: Instant
