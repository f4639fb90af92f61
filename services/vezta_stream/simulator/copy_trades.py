"""The simulated copy-trading backend: trades of others, repeated as own orders."""

from dataclasses import dataclass
from functools import partial
from random import Random

import msgspec

from vezta_stream.core.decimals import MICROS, Price, Signed6, Size, divide_half_up
from vezta_stream.core.times import Instant
from vezta_stream.schemas.copy_trade import CopyTrade, CopyTradeKind, SizingStrategy
from vezta_stream.schemas.market import Outcome, Side
from vezta_stream.schemas.notifications import NotificationType
from vezta_stream.schemas.orders import OrderSource, OrderStatus
from vezta_stream.simulator.accounts import record_of, touch
from vezta_stream.simulator.emissions import InputRecord, Topic
from vezta_stream.simulator.market import Market
from vezta_stream.simulator.notices import notice
from vezta_stream.simulator.order_lives import Working
from vezta_stream.simulator.orders import OrderDesk
from vezta_stream.simulator.texts import hex_text, uuid_text

_NAMES = ("tidewater.eth", "quiet_owl", "northern-lights", None)


@dataclass(frozen=True)
class _Target:
    """A trader whom the user copies."""

    subscription_id: str
    wallet: str
    name: str | None
    strategy: SizingStrategy


@dataclass(frozen=True)
class _Copy:
    """A trade to repeat; quantities in micros."""

    target: _Target
    market: Market
    outcome: Outcome
    price: int
    quantity: int
    original: int


class CopyDesk:
    """Follows a few traders for one user; each trade is detected, then copied or not."""

    def __init__(self, *, user: str, desk: OrderDesk, rng: Random) -> None:
        self._user = user
        self._desk = desk
        self._rng = rng
        self._targets = [
            _Target(
                uuid_text(rng), f"0x{hex_text(rng, 40)}", name, rng.choice(list(SizingStrategy))
            )
            for name in _NAMES
        ]

    def copy(self, market: Market, now_ms: int) -> list[InputRecord]:
        """Detect a trade in this market and copy it; sometimes it is skipped."""
        target, outcome = self._rng.choice(self._targets), self._rng.choice(list(Outcome))
        original = self._rng.choice((200, 500, 1000, 2500)) * MICROS
        fixed = target.strategy is SizingStrategy.FIXED
        quantity = 50 * MICROS if fixed else original // 10
        copied = _Copy(
            target, market, outcome, touch(market, outcome, Side.BUY), quantity, original
        )
        records = [self._event(CopyTradeKind.DETECTED, copied, now_ms)]
        if self._rng.random() < 0.15:
            return [*records, self._event(CopyTradeKind.SKIPPED, copied, now_ms)]
        return records + self._desk.place(
            market,
            outcome,
            Side.BUY,
            quantity,
            OrderSource.COPY_TRADE,
            now_ms,
            done=partial(self._done, copied),
        )

    def _done(self, copied: _Copy, order: Working, now_ms: int) -> list[InputRecord]:
        """Tell how the copy went: it is executed if all of it was bought."""
        title = copied.market.listing.question.title
        if order.status is OrderStatus.FILLED:
            kind, type_ = CopyTradeKind.EXECUTED, NotificationType.COPY_TRADE_EXECUTED
            heading, text = "Copy Trade Executed", f"Your copy on '{title}' was executed."
        else:
            kind, type_ = CopyTradeKind.FAILED, NotificationType.COPY_TRADE_FAILED
            heading, text = "Copy Trade Failed", f"Your copy on '{title}' failed."
        return [
            self._event(kind, copied, now_ms, order=order),
            notice(self._user, type_, heading, text, now_ms, self._rng, market=copied.market),
        ]

    def _event(
        self, kind: CopyTradeKind, copied: _Copy, now_ms: int, *, order: Working | None = None
    ) -> InputRecord:
        price = copied.price if order is None else order.average or order.price
        executed = order is not None and kind is CopyTradeKind.EXECUTED
        event = CopyTrade(
            event=kind,
            subscription_id=copied.target.subscription_id,
            target_wallet_address=copied.target.wallet,
            target_display_name=copied.target.name or msgspec.UNSET,
            order_id=order.order_id if order is not None and executed else msgspec.UNSET,
            market_id=copied.market.listing.market_id,
            market_title=copied.market.listing.question.title,
            side=copied.outcome,
            action=Side.BUY,
            price=Price(price),
            quantity=Size(copied.quantity),
            total=Signed6(divide_half_up(price * copied.quantity, MICROS)),
            sizing_strategy=copied.target.strategy,
            original_trade_size=Size(copied.original),
            executed_at=Instant(now_ms),
        )
        return record_of(Topic.COPY_TRADE, self._user, event)
