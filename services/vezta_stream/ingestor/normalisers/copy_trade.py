"""`copy-trade.events` to `user:copy-trade`."""

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS, Price, Signed6, Size, divide_half_up
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord
from vezta_stream.core.times import Instant
from vezta_stream.ingestor.normalisers.backend import Id, UserReader, UserRecord, given
from vezta_stream.schemas.codec import encode
from vezta_stream.schemas.copy_trade import CopyTrade, CopyTradeKind, SizingStrategy
from vezta_stream.schemas.market import Outcome, Side


class CopyTradeRecord(UserRecord, frozen=True, rename="camel", kw_only=True):
    """What the backend sends; without a `total` it is price × quantity."""

    event: CopyTradeKind
    subscription_id: Id
    target_wallet_address: Id
    target_display_name: str | None = None
    order_id: Id | None = None
    market_id: Id
    market_title: str
    side: Outcome
    action: Side
    price: Price
    quantity: Size
    total: Signed6 | None = None
    sizing_strategy: SizingStrategy
    original_trade_size: Size
    executed_at: Instant


class CopyTradeNormaliser:
    """Stateless; every event of a copied trade is delivered."""

    def __init__(self) -> None:
        self._reader = UserReader(CopyTradeRecord)

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return the one publication of `record`, or raise `Rejected`."""
        said = self._reader.read(record)
        data = encode(_copy_trade(said))
        return [Publication(Channel.USER_COPY_TRADE, said.subscription_id, data, said.user_id)]


def _copy_trade(said: CopyTradeRecord) -> CopyTrade:
    return CopyTrade(
        event=said.event,
        subscription_id=said.subscription_id,
        target_wallet_address=said.target_wallet_address,
        target_display_name=given(said.target_display_name),
        order_id=given(_order_id(said)),
        market_id=said.market_id,
        market_title=said.market_title,
        side=said.side,
        action=said.action,
        price=said.price,
        quantity=said.quantity,
        total=_total(said.price, said.quantity) if said.total is None else said.total,
        sizing_strategy=said.sizing_strategy,
        original_trade_size=said.original_trade_size,
        executed_at=said.executed_at,
    )


def _order_id(said: CopyTradeRecord) -> str | None:
    # Clients may take its presence for an order that was executed.
    return said.order_id if said.event is CopyTradeKind.EXECUTED else None


def _total(price: Price, quantity: Size) -> Signed6:
    return Signed6(divide_half_up(price.units * quantity.units, MICROS))
