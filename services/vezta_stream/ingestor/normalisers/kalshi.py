"""Kalshi market messages to publications.

Sequences are checked before the raw topic, where a whole sid is seen; here a gap
arrives as the control record `vezta.resync`. Whether NO prices are YES-leg prices
comes with the record, never by guessing.
"""

from typing import assert_never

from vezta_stream.core.decimals import MICROS
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets, TradePrint
from vezta_stream.ingestor.markets.market import Market
from vezta_stream.ingestor.markets.registry import Registry
from vezta_stream.ingestor.normalisers import kalshi_messages as messages
from vezta_stream.ingestor.normalisers import kalshi_numbers as numbers
from vezta_stream.schemas.market import Outcome, Side


class KalshiNormaliser:
    """State and rules of one partition of `exchange.kalshi`."""

    def __init__(self, *, registry: Registry, markets: ExchangeMarkets) -> None:
        self.markets = markets
        self._registry = registry

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return what the record publishes. Raises `Rejected`."""
        frame = messages.decode(record.value)
        try:
            return self._apply(frame, record)
        except ValueError as error:
            raise Rejected(Reason.BAD_VALUE, str(error)) from None

    def _apply(self, frame: messages.Frame | None, record: RawRecord) -> list[Publication]:
        match frame:
            case None:
                return []
            case messages.DeltaFrame(msg=delta):
                return self._delta(delta, record)
            case messages.TickerFrame(msg=ticker):
                return self._ticker(ticker, record)
            case messages.SnapshotFrame(msg=snapshot):
                return self._snapshot(snapshot, record)
            case messages.TradeFrame(msg=trade):
                return self._trade(trade, record)
            case messages.LifecycleFrame(msg=lifecycle):
                return self._lifecycle(lifecycle, record)
            case messages.Resync(market_ticker=ticker):
                self.markets.distrust(ticker)
                return []
            case unreachable:
                assert_never(unreachable)

    def _open(self, ticker: str, at: int) -> Market:
        return self.markets.open(self._registry.find_or_derive(ticker), at)

    def _snapshot(self, snapshot: messages.Snapshot, record: RawRecord) -> list[Publication]:
        at = snapshot.time(record.received_at)
        bids = numbers.ladder(snapshot.yes_dollars_fp, snapshot.yes_dollars, snapshot.yes)
        asks = numbers.ladder(snapshot.no_dollars_fp, snapshot.no_dollars, snapshot.no)
        if not record.use_yes_price:
            asks = {MICROS - price: size for price, size in asks.items()}
        market = self._open(snapshot.market_ticker, at)
        market.book = Book()
        market.book.bids.replace(bids)
        market.book.asks.replace(asks)
        return self.markets.settle_book(market, at)

    def _delta(self, delta: messages.Delta, record: RawRecord) -> list[Publication]:
        at = delta.time(record.received_at)
        side = Outcome(delta.side)
        price = numbers.level_price(delta.price_dollars, delta.price)
        change = numbers.count(delta.delta_fp, delta.delta)
        market = self._open(delta.market_ticker, at)
        if market.book is None:
            return self.markets.miss_book()
        ladder = market.book.bids if side is Outcome.YES else market.book.asks
        if side is Outcome.NO and not record.use_yes_price:
            price = MICROS - price
        ladder.set(price, ladder.size_at(price) + change)
        return self.markets.settle_book(market, at)

    def _ticker(self, ticker: messages.Ticker, record: RawRecord) -> list[Publication]:
        at = ticker.time(record.received_at)
        bid = numbers.side_price(ticker.yes_bid_dollars, ticker.yes_bid, ticker.yes_bid_size_fp)
        ask = numbers.side_price(ticker.yes_ask_dollars, ticker.yes_ask, ticker.yes_ask_size_fp)
        last_price = numbers.price(ticker.price_dollars, ticker.price)
        market = self._open(ticker.market_ticker, at)
        market.quote = (bid, ask)
        if last_price:  # 0 means that nothing was traded yet
            market.printed(last_price, at)
        return self.markets.settle_price(market, at)

    def _trade(self, trade: messages.Trade, record: RawRecord) -> list[Publication]:
        at = trade.time(record.received_at)
        outcome = _taker_outcome(trade)
        price = _price_of(outcome, trade)
        size = numbers.size(trade.count_fp, trade.count)
        if price == 0 or size == 0:
            raise ValueError("a trade without price or size")
        traded = TradePrint(trade.trade_id, Side.BUY, outcome, price, size, at)
        return self.markets.trade(self._registry.find_or_derive(trade.market_ticker), traded)

    def _lifecycle(self, step: messages.Lifecycle, record: RawRecord) -> list[Publication]:
        at = step.time(record.received_at)
        match step.event_type:
            case "determined" | "settled":
                return self._resolve(step, at)
            case "activated" | "deactivated":
                market = self._open(step.market_ticker, at)
                self.markets.set_active(market, step.event_type == "activated", at)
            case "created" | "metadata_updated":
                self._enrich(step, at)
            case "close_date_updated" | "price_level_structure_updated":
                pass
            case unknown:
                raise Rejected(Reason.UNKNOWN_TYPE, f"lifecycle {unknown[:64]}")
        return []

    def _resolve(self, step: messages.Lifecycle, at: int) -> list[Publication]:
        ended_at = step.determination_ts if step.event_type == "determined" else step.settled_ts
        at = parse_instant(ended_at) if ended_at else at
        final_price = _final_price(step)
        return self.markets.resolve(self._open(step.market_ticker, at), at, final_price)

    def _enrich(self, step: messages.Lifecycle, at: int) -> None:
        title = step.additional_metadata.title if step.additional_metadata else None
        market = self._open(step.market_ticker, at)
        if title and market.identity.title == market.identity.external_id:
            market.identity = market.identity._replace(title=title)


def _taker_outcome(trade: messages.Trade) -> Outcome:
    if trade.taker_outcome_side:
        return Outcome(trade.taker_outcome_side)
    if trade.taker_side:
        return Outcome(trade.taker_side)
    if trade.taker_book_side in ("bid", "ask"):
        return Outcome.YES if trade.taker_book_side == "bid" else Outcome.NO
    raise Rejected(Reason.MISSING_FIELD, "taker_outcome_side")


def _price_of(outcome: Outcome, trade: messages.Trade) -> int:
    yes = numbers.price(trade.yes_price_dollars, trade.yes_price)
    no = numbers.price(trade.no_price_dollars, trade.no_price)
    own, other = (yes, no) if outcome is Outcome.YES else (no, yes)
    if own is None and other is None:
        raise Rejected(Reason.MISSING_FIELD, "yes_price_dollars")
    return own if own is not None else MICROS - (other or 0)


def _final_price(step: messages.Lifecycle) -> int | None:
    """Return 1 or 0, `None` for a market that ended as neither YES nor NO."""
    if step.result in ("yes", "no"):
        return MICROS if step.result == "yes" else 0
    value = numbers.price(step.settlement_value, None)
    if value is None and not step.result and step.event_type == "determined":
        raise Rejected(Reason.MISSING_FIELD, "result")
    return value if value in (0, MICROS) else None
