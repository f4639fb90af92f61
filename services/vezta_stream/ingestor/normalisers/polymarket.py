"""Polymarket market messages to publications.

A record is one object of what may have been an array frame; its key is the condition
id. Which token is YES comes from the catalog, never from the message.
"""

from functools import lru_cache
from typing import Final

from vezta_stream.core.decimals import MICROS, Signed6, parse_units
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.markets.book import Book, Top
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets, TradePrint
from vezta_stream.ingestor.markets.market import Drop, complement
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.markets.trade_ids import polymarket_trade_id
from vezta_stream.ingestor.normalisers import polymarket_messages as messages
from vezta_stream.schemas.market import Outcome, Side, Source

Tokens = tuple[str, str]
# A level's new size in YES terms: is it a bid, at which price, how much.
_YesLevel = tuple[bool, int, int]

_IS_BID: Final = {"BUY": True, "SELL": False}
_NOT_A_TOKEN: Final = "asset_id is none of the market's tokens"


class PolymarketNormaliser:
    """State and rules of one partition of `exchange.polymarket`."""

    def __init__(self, *, registry: Registry, markets: ExchangeMarkets) -> None:
        self.markets = markets
        self._registry = registry

    def normalise(self, record: RawRecord) -> list[Publication]:
        """Return what the record publishes. Raises `Rejected`.

        `UNKNOWN_MARKET`, with the market as detail, means that the catalog does not know
        it yet: the caller may hold the record and offer it again.
        """
        message = messages.decode(record.value)
        if message is None:
            return []
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
        levels, stated = _in_yes_terms(message.all_changes(), tokens)
        market = self.markets.open(identity, at)
        book = market.book
        if book is None:
            return self.markets.miss_book()
        for is_bid, price, size in levels:
            (book.bids if is_bid else book.asks).set(price, size)
        return self.markets.settle_book(market, at, stated)

    def _book(
        self, message: messages.Book, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        folded = not _is_yes(message.asset_id, tokens)
        bids, asks = (_ladder(side, folded=folded) for side in message.ladders())
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
        traded = TradePrint(trade_id, side, outcome, price, size, at, tx_hash)
        return self.markets.trade(identity, traded)

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
        stated = message.order_price_min_tick_size
        tick_size = _tick(stated) if stated else None
        market = self.markets.open(identity, at)
        market.tick_size = market.tick_size or tick_size
        return []


def _in_yes_terms(changes: list[messages.Change], tokens: Tokens) -> tuple[list[_YesLevel], Top]:
    """Return the frame's changes, each counted once, and the best prices that it states.

    Both tokens' entries mirror each other: a NO entry is folded only if its YES mirror
    is not in the frame. Where the two tokens contradict each other, YES has the last word.
    """
    yes, no = tokens
    levels: list[_YesLevel] = []
    folded: list[_YesLevel] = []
    bid = ask = folded_bid = folded_ask = None
    for change in changes:
        is_bid, price, size = _is_bid(change.side), _level_price(change.price), _size(change.size)
        stated_bid, stated_ask = _stated(change.best_bid), _stated(change.best_ask)
        if change.asset_id == yes:
            levels.append((is_bid, price, size))
            bid = bid if stated_bid is None else stated_bid
            ask = ask if stated_ask is None else stated_ask
        elif change.asset_id == no:
            folded.append((not is_bid, MICROS - price, size))
            folded_bid = folded_bid if stated_ask is None else MICROS - stated_ask
            folded_ask = folded_ask if stated_bid is None else MICROS - stated_bid
        else:
            raise ValueError(_NOT_A_TOKEN)
    if folded:
        mirrors = set(levels)
        levels = [level for level in folded if level not in mirrors] + levels
    return levels, (folded_bid if bid is None else bid, folded_ask if ask is None else ask)


def _is_bid(side: str) -> bool:
    if side not in _IS_BID:
        raise ValueError("side is neither BUY nor SELL")
    return _IS_BID[side]


def _is_yes(asset_id: str, tokens: Tokens) -> bool:
    if asset_id == tokens[0]:
        return True
    if asset_id == tokens[1]:
        return False
    raise ValueError(_NOT_A_TOKEN)


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


def _tick(value: object) -> int:
    tick_size = Signed6.parse(value).units
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
