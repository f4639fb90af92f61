"""Polymarket market messages to publications.

A record is one object of what may have been an array frame; its key is the condition
id. Which token is YES comes from the catalog, never from the message.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from vezta_stream.core.decimals import MICROS, parse_units
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets, TradePrint
from vezta_stream.ingestor.markets.market import Drop, complement
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.markets.trade_ids import polymarket_trade_id
from vezta_stream.ingestor.normalisers import polymarket_messages as messages
from vezta_stream.schemas.market import Outcome, Side, Source

Tokens = tuple[str, str]

_BUYS: Final = {"BUY": True, "SELL": False}


class PolymarketNormaliser:
    """State and rules of one partition of `exchange.polymarket`."""

    def __init__(self, *, registry: Registry, markets: ExchangeMarkets) -> None:
        self.markets = markets
        self._registry = registry

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return what the record publishes. Raises `Rejected`.

        `UNKNOWN_MARKET` means that the catalog does not know the market yet: the caller
        may hold the record and offer it again.
        """
        message = messages.decode(record.value)
        try:
            return self._apply(message)
        except ValueError as error:
            raise Rejected(Reason.BAD_VALUE, str(error)) from None

    def _apply(self, message: messages.Message) -> list[Publication]:
        at = parse_instant(message.timestamp)
        identity = self._registry.find(Source.POLYMARKET, message.market)
        if identity is None or identity.tokens is None:
            raise Rejected(Reason.UNKNOWN_MARKET, message.market)
        match message:
            case messages.PriceChange():
                return self._price_change(message, identity, identity.tokens, at)
            case messages.Book():
                return self._book(message, identity, identity.tokens, at)
            case messages.BestBidAsk():
                return self._best_bid_ask(message, identity, identity.tokens, at)
            case messages.LastTradePrice():
                return self._last_trade_price(message, identity, identity.tokens, at)
            case messages.TickSizeChange():
                return self._tick_size_change(message, identity, at)
            case messages.MarketResolved():
                return self._market_resolved(message, identity, identity.tokens, at)
            case messages.NewMarket():
                return self._new_market(message, identity, at)

    def _price_change(
        self, message: messages.PriceChange, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        levels, best = _in_yes_terms(message.all_changes(), tokens)
        market = self.markets.open(identity, at)
        if market.book is None:
            self.markets.tallies["change_without_book"] += 1
            return []
        for level in levels:
            (market.book.bids if level.is_bid else market.book.asks).set(level.price, level.size)
        return self.markets.settle_book(market, at, agrees=best.agrees_with(market.book.top))

    def _book(
        self, message: messages.Book, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        folded = not _is_yes(message.asset_id, tokens)
        bids = _ladder(message.buys if message.bids is None else message.bids, folded=folded)
        asks = _ladder(message.sells if message.asks is None else message.asks, folded=folded)
        tick_size = _tick(message.tick_size) if message.tick_size else None
        market = self.markets.open(identity, at)
        market.tick_size = tick_size or market.tick_size
        if folded and market.book is not None and not market.book.folded:
            return []  # the mirror of a book that the YES token's messages keep
        market.book = Book(folded=folded)
        market.book.bids.replace(asks if folded else bids)
        market.book.asks.replace(bids if folded else asks)
        return self.markets.settle_book(market, at)

    def _best_bid_ask(
        self, message: messages.BestBidAsk, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        bid = _side_price(message.best_bid)
        ask = _side_price(message.best_ask)
        if not _is_yes(message.asset_id, tokens):
            bid, ask = complement(ask), complement(bid)
        market = self.markets.open(identity, at)
        market.quote = (bid, ask)
        return self.markets.settle_price(market, at)

    def _last_trade_price(
        self, message: messages.LastTradePrice, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        side = Side(message.side)
        price, size = _trade_price(message.price), _size(message.size)
        if size == 0:
            raise ValueError("a trade of nothing")
        outcome = Outcome.YES if _is_yes(message.asset_id, tokens) else Outcome.NO
        tx_hash = message.transaction_hash or None
        trade_id = polymarket_trade_id(
            asset_id=message.asset_id,
            print_id=tx_hash or str(at),
            side=side,
            price=price,
            size=size,
        )
        market = self.markets.open(identity, at)
        traded = TradePrint(trade_id, side, outcome, price, size, at, tx_hash)
        return self.markets.trade(market, traded)

    def _tick_size_change(
        self, message: messages.TickSizeChange, identity: Identity, at: int
    ) -> list[Publication]:
        tick_size = _tick(message.new_tick_size)
        market = self.markets.open(identity, at)
        if tick_size != market.tick_size:  # sent for each token: the second changes nothing
            market.tick_size = tick_size
            self.markets.drop_book(market, Drop.TICK_CHANGED)
        return []

    def _market_resolved(
        self, message: messages.MarketResolved, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        final_price = MICROS if _is_yes(message.winning_asset_id, tokens) else 0
        return self.markets.resolve(self.markets.open(identity, at), at, final_price)

    def _new_market(
        self, message: messages.NewMarket, identity: Identity, at: int
    ) -> list[Publication]:
        tick_size = message.order_price_min_tick_size
        market = self.markets.open(identity, at)
        if tick_size and market.tick_size is None:
            market.tick_size = _tick(str(tick_size))
        return []


class _YesLevel(NamedTuple):
    """A level's new size in YES terms."""

    is_bid: bool
    price: int
    size: int


class _Best(NamedTuple):
    """The best prices that a frame states, in YES terms; `None` where it says nothing.

    An empty side is written as a price that nobody can quote: 0 or 1.
    """

    bid: int | None
    ask: int | None

    def agrees_with(self, top: tuple[int | None, int | None]) -> bool:
        """Whether a book with these best prices is the one that the frame describes."""
        return _confirms(self.bid, top[0]) and _confirms(self.ask, top[1])


def _in_yes_terms(changes: list[messages.Change], tokens: Tokens) -> tuple[list[_YesLevel], _Best]:
    """Return the frame's changes, each counted once, and the best prices it states.

    Both tokens' entries mirror each other: a NO entry is folded only if its YES mirror
    is not in the frame.
    """
    mirrors = {_yes_level(change) for change in changes if _is_yes(change.asset_id, tokens)}
    levels = []
    best = folded_best = _Best(None, None)
    for change in changes:
        bid, ask = _stated(change.best_bid), _stated(change.best_ask)
        level = _yes_level(change)
        if change.asset_id == tokens[0]:
            levels.append(level)
            best = _Best(bid, ask)
        else:
            level = _YesLevel(not level.is_bid, MICROS - level.price, level.size)
            if level not in mirrors:
                levels.append(level)
            folded_best = _Best(complement(ask), complement(bid))
    return levels, best if mirrors else folded_best


def _confirms(stated: int | None, best: int | None) -> bool:
    if stated is None:
        return True
    return best is None if stated in (0, MICROS) else stated == best


def _yes_level(change: messages.Change) -> _YesLevel:
    is_bid = _BUYS.get(change.side)
    if is_bid is None:
        raise ValueError("side is neither BUY nor SELL")
    return _YesLevel(is_bid, _level_price(change.price), _size(change.size))


def _is_yes(asset_id: str, tokens: Tokens) -> bool:
    if asset_id == tokens[0]:
        return True
    if asset_id == tokens[1]:
        return False
    raise ValueError("asset_id is none of the market's tokens")


def _ladder(levels: list[messages.Level] | None, *, folded: bool) -> dict[int, int]:
    if folded:
        return {MICROS - _level_price(level.price): _size(level.size) for level in levels or ()}
    return {_level_price(level.price): _size(level.size) for level in levels or ()}


@lru_cache(maxsize=16_384)
def _level_price(text: str) -> int:
    price = parse_units(text, 6)
    if not 0 < price < MICROS:
        raise ValueError("price is not between 0 and 1")
    return price


def _trade_price(text: str) -> int:
    price = parse_units(text, 6)
    if not 0 < price <= MICROS:
        raise ValueError("price is not between 0 and 1")
    return price


@lru_cache(maxsize=65_536)
def _size(text: str) -> int:
    size = parse_units(text, 6)
    if size < 0:
        raise ValueError("size is negative")
    return size


def _tick(text: str) -> int:
    tick_size = parse_units(text, 6)
    if not 0 < tick_size < MICROS:
        raise ValueError("tick size is not between 0 and 1")
    return tick_size


@lru_cache(maxsize=16_384)
def _stated(text: str | None) -> int | None:
    """Return a stated best price in millionths, 0 and 1 (an empty side) included."""
    if not text:
        return None
    price = parse_units(text, 6)
    if not 0 <= price <= MICROS:
        raise ValueError("best price is not between 0 and 1")
    return price


def _side_price(text: str) -> int | None:
    """Return a best price in millionths, `None` for an empty side."""
    price = _stated(text)
    return price if price is not None and 0 < price < MICROS else None
