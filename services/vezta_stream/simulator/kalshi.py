"""The simulated Kalshi: what its WebSocket sends while markets trade."""

from collections import deque
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from vezta_stream.simulator import kalshi_messages as messages
from vezta_stream.simulator.book import Change
from vezta_stream.simulator.emissions import ExchangeFrame, Topic
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.kalshi_messages import Era, Style
from vezta_stream.simulator.market import Market, Take
from vezta_stream.simulator.texts import uuid_text

_REMEMBERED_GAPS: Final = 1000


class Subscription:
    """One `sid`: numbers what it sends, over all its markets."""

    def __init__(self, *, sid: int, channel: str, use_yes_price: bool) -> None:
        self.sid = sid
        self.channel = channel
        self.use_yes_price = use_yes_price
        self.seq = 0

    def confirmation(self) -> ExchangeFrame:
        """Return the answer to having subscribed; it takes no number."""
        message = f'{{"channel":"{self.channel}","sid":{self.sid}}}'
        return self._frame(f'{{"id":{self.sid},"type":"subscribed","msg":{message}}}')

    def acknowledgement(self, command: int, tickers: Iterable[str]) -> ExchangeFrame:
        """Return the answer to a change of the subscription; it takes a number."""
        self.seq += 1
        listed = ",".join(f'"{ticker}"' for ticker in tickers)
        return self._frame(
            f'{{"id":{command},"sid":{self.sid},"seq":{self.seq},"type":"ok",'
            f'"msg":{{"market_tickers":[{listed}]}}}}'
        )

    def numbered(self, type_: str, message: str) -> ExchangeFrame:
        """Return a message with the next number."""
        self.seq += 1
        return self._frame(
            f'{{"type":"{type_}","sid":{self.sid},"seq":{self.seq},"msg":{message}}}'
        )

    def plain(self, type_: str, message: str) -> ExchangeFrame:
        """Return a message of a type that has no numbers."""
        return self._frame(f'{{"type":"{type_}","sid":{self.sid},"msg":{message}}}')

    def _frame(self, text: str) -> ExchangeFrame:
        return ExchangeFrame(Topic.KALSHI, text.encode(), self.use_yes_price)


class Kalshi:
    """Lets markets act and tells of it as the exchange would, over one connection.

    Books come over two subscriptions, one of which gives NO prices as YES prices. What
    the frames say, applied in order, is each market's book as it then is; now and then
    a frame is lost, which its number shows, until a snapshot is asked for.
    """

    def __init__(self, *, rng: Random, habits: Habits) -> None:
        self._rng = rng
        self._habits = habits
        self._books = Subscription(sid=1, channel="orderbook_delta", use_yes_price=False)
        self._yes_books = Subscription(sid=2, channel="orderbook_delta", use_yes_price=True)
        self._tickers = Subscription(sid=3, channel="ticker", use_yes_price=False)
        self._trades = Subscription(sid=4, channel="trade", use_yes_price=False)
        self._lifecycle = Subscription(sid=5, channel="market_lifecycle_v2", use_yes_price=False)
        self._styles: dict[str, tuple[Style, Subscription]] = {}
        self._commands = 100
        # Messages sent so far.
        self.messages = 0
        # The newest (sid, seq) that were lost on purpose.
        self.lost: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED_GAPS)

    def dump(self, markets: Sequence[Market]) -> list[ExchangeFrame]:
        """Return what follows the connection: confirmations, then all snapshots."""
        subscriptions = (
            self._books,
            self._yes_books,
            self._tickers,
            self._trades,
            self._lifecycle,
        )
        confirmations = [subscription.confirmation() for subscription in subscriptions]
        return self._sent(confirmations) + self.snapshots(markets)

    def snapshots(self, markets: Iterable[Market]) -> list[ExchangeFrame]:
        """Return the books of these markets."""
        return self._sent([self._snapshot(market) for market in markets])

    def act(self, market: Market, at: int) -> list[ExchangeFrame]:
        """Let a market do something and return what is heard of it."""
        habits, roll = self._habits, self._rng.random()
        if roll < habits.acknowledgement:
            return self._sent([self._acknowledged(market)])
        take = None
        if self._rng.random() < (habits.burst if market.is_hot else habits.take):
            take = market.take()
        market.is_hot = take is not None or (market.is_hot and roll < 0.9)
        if take is not None:
            return self._sent(self._taken(market, take, at))
        return self._sent(self._quoted(market, at))

    def announce(self, market: Market, at: int) -> list[ExchangeFrame]:
        """Return the beginning of a market and, added to its subscription, its book."""
        listing = market.listing
        frames = [
            self._lifecycle.numbered("market_lifecycle_v2", messages.created(listing, at=at)),
            self._lifecycle.numbered("market_lifecycle_v2", messages.activated(listing)),
            self._acknowledged(market),
        ]
        return self._sent(frames) + self.snapshots([market])

    def resolve(self, market: Market, yes_won: bool, at: int) -> list[ExchangeFrame]:
        """Return the end of a market."""
        listing = market.listing
        self._styles.pop(listing.external_id, None)
        determined = messages.determined(listing, yes_won=yes_won, at=at)
        return self._sent(
            [
                self._lifecycle.numbered("market_lifecycle_v2", determined),
                self._lifecycle.numbered("market_lifecycle_v2", messages.settled(listing, at=at)),
            ]
        )

    def _quoted(self, market: Market, at: int) -> list[ExchangeFrame]:
        top = _top(market)
        frames = self._deltas(market, market.quote(), at)
        after = _top(market)
        if top[:2] != after[:2] or (top != after and self._rng.random() < 0.2):
            frames.append(self._ticker(market, 0, at))
        return frames

    def _taken(self, market: Market, take: Take, at: int) -> list[ExchangeFrame]:
        style, _ = self._style(market)
        frames = [
            self._trades.numbered(
                "trade",
                messages.trade(
                    market,
                    style,
                    fill,
                    taker_buys=take.buys,
                    trade_id=uuid_text(self._rng),
                    at=at,
                ),
            )
            for fill in take.fills
        ]
        resting = [] if take.remainder is None else [take.remainder]
        frames += self._deltas(market, take.changes + resting, at)
        frames.append(self._ticker(market, take.fills[-1].size, at))
        return frames

    def _deltas(self, market: Market, changes: Sequence[Change], at: int) -> list[ExchangeFrame]:
        style, books = self._style(market)
        frames = []
        for change in changes:
            message = messages.delta(
                market, style, change, use_yes_price=books.use_yes_price, at=at
            )
            frame = books.numbered("orderbook_delta", message)
            if self._rng.random() < self._habits.gap:
                self.lost.append((books.sid, books.seq))
            else:
                frames.append(frame)
        return frames

    def _ticker(self, market: Market, last_size: int, at: int) -> ExchangeFrame:
        style, _ = self._style(market)
        message = messages.ticker(market, style, last_size=last_size, at=at)
        return self._tickers.plain("ticker", message)

    def _snapshot(self, market: Market) -> ExchangeFrame:
        style, books = self._style(market)
        message = messages.snapshot(market, style, use_yes_price=books.use_yes_price)
        return books.numbered("orderbook_snapshot", message)

    def _acknowledged(self, market: Market) -> ExchangeFrame:
        self._commands += 1
        _, books = self._style(market)
        return books.acknowledgement(self._commands, [market.listing.external_id])

    def _style(self, market: Market) -> tuple[Style, Subscription]:
        """Return how a market is written and where its book comes from, chosen once."""
        ticker = market.listing.external_id
        if ticker not in self._styles:
            self._styles[ticker] = self._chosen(market)
        return self._styles[ticker]

    def _chosen(self, market: Market) -> tuple[Style, Subscription]:
        roll = self._rng.random()
        in_cents = market.tick % 10 == 0 and market.nature.lot % 1_000_000 == 0
        if in_cents and roll < 0.2:
            return Style(Era.CENTS if roll < 0.1 else Era.BOTH, 3), self._books
        books = self._yes_books if roll > 0.75 else self._books
        return Style(Era.DOLLARS, self._rng.choice((2, 3, 4))), books

    def _sent(self, frames: list[ExchangeFrame]) -> list[ExchangeFrame]:
        self.messages += len(frames)
        return frames


def _top(market: Market) -> tuple[int | None, int | None, int, int]:
    book = market.book
    bid, ask = book.best_bid, book.best_ask
    return bid, ask, book.bids.get(bid or 0, 0), book.asks.get(ask or 0, 0)
