"""Polymarket market messages to publications.

A record is one object of what may have been an array frame; its key is the condition
id. Which token is YES comes from the catalog, never from the message.
"""

from typing import assert_never

from vezta_stream.core.decimals import MICROS
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected
from vezta_stream.core.times import parse_instant
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.exchange import ExchangeMarkets, TradePrint
from vezta_stream.ingestor.markets.market import Drop, complement
from vezta_stream.ingestor.markets.registry import Identity, Registry
from vezta_stream.ingestor.markets.trade_ids import polymarket_trade_id
from vezta_stream.ingestor.normalisers import polymarket_levels as levels
from vezta_stream.ingestor.normalisers import polymarket_messages as messages
from vezta_stream.ingestor.normalisers.polymarket_levels import Tokens
from vezta_stream.schemas.market import Outcome, Side, Source


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
            case unreachable:
                assert_never(unreachable)

    def _price_change(
        self, message: messages.PriceChange, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        changes, stated = levels.in_yes_terms(message.all_changes(), tokens)
        market = self.markets.open(identity, at)
        book = market.book
        if book is None:
            return self.markets.miss_book()
        if not changes:
            return []  # it changed nothing, so it confirms nothing either
        for is_bid, price, size in changes:
            (book.bids if is_bid else book.asks).set(price, size)
        return self.markets.settle_book(market, at, stated)

    def _book(
        self, message: messages.Book, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        folded = not levels.is_yes(message.asset_id, tokens)
        bids, asks = (levels.ladder(side, folded=folded) for side in message.ladders())
        tick_size = levels.tick_size(message.tick_size) if message.tick_size else None
        market = self.markets.open(identity, at)
        market.tick_size = tick_size or market.tick_size
        if folded and market.book is not None and not market.book.folded:
            return []  # the mirror of a book that the YES token's messages keep
        market.book = market.book or Book()
        market.book.folded = folded
        market.book.bids.replace(asks if folded else bids)
        market.book.asks.replace(bids if folded else asks)
        return self.markets.settle_book(market, at)

    def _best_bid_ask(
        self, message: messages.BestBidAsk, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        bid = levels.side_price(message.best_bid)
        ask = levels.side_price(message.best_ask)
        if not levels.is_yes(message.asset_id, tokens):
            bid, ask = complement(ask), complement(bid)
        market = self.markets.open(identity, at)
        market.quote = (bid, ask)
        return self.markets.settle_price(market, at)

    def _last_trade_price(
        self, message: messages.LastTradePrice, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        side = Side(message.side)
        price, size = levels.trade_price(message.price), levels.size(message.size)
        if size == 0:
            raise ValueError("a trade of nothing")
        outcome = Outcome.YES if levels.is_yes(message.asset_id, tokens) else Outcome.NO
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
        tick_size = levels.tick_size(message.new_tick_size)
        market = self.markets.open(identity, at)
        if tick_size != market.tick_size:  # sent for each token: the second changes nothing
            market.tick_size = tick_size
            self.markets.drop_book(market, Drop.TICK_CHANGED)
        return []

    def _market_resolved(
        self, message: messages.MarketResolved, identity: Identity, tokens: Tokens, at: int
    ) -> list[Publication]:
        final_price = MICROS if levels.is_yes(message.winning_asset_id, tokens) else 0
        return self.markets.resolve(self.markets.open(identity, at), at, final_price)

    def _new_market(
        self, message: messages.NewMarket, identity: Identity, at: int
    ) -> list[Publication]:
        stated = message.order_price_min_tick_size
        tick_size = levels.tick_size(stated) if stated else None
        market = self.markets.open(identity, at)
        market.tick_size = market.tick_size or tick_size
        return []
