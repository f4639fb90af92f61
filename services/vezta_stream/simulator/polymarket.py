"""The simulated Polymarket: what its WebSocket sends while markets trade."""

from collections.abc import Sequence
from random import Random
from typing import Final

from vezta_stream.simulator import polymarket_messages as messages
from vezta_stream.simulator.book import Change
from vezta_stream.simulator.emissions import ExchangeFrame, Topic
from vezta_stream.simulator.habits import Habits
from vezta_stream.simulator.market import Market, Take
from vezta_stream.simulator.polymarket_messages import Hashes, Print
from vezta_stream.simulator.texts import BARE, MILLS, PADDED, TRIMMED, hex_text

_MARKETS_PER_DUMP: Final = 8
# As recorded: not every move of the best prices is told of in a message of its own.
_SHARE_OF_BESTS: Final = 0.04
_COARSE_TICK, _FINE_TICK = 10, 1
# Beyond these a coarse tick becomes fine.
_LOW_EDGE, _HIGH_EDGE = 40, 960


class Polymarket:
    """Lets markets act and tells of it as the exchange would.

    What the frames say, applied in order, is each market's book as it then is.
    """

    def __init__(self, *, rng: Random, habits: Habits) -> None:
        self._rng = rng
        self._habits = habits
        # Messages sent so far: an array frame holds several.
        self.messages = 0
        # How many of them told of best prices.
        self._bests = 0

    def dump(self, markets: Sequence[Market], at: int) -> list[ExchangeFrame]:
        """Return the books that follow a subscription, both tokens of each market."""
        frames = []
        for start in range(0, len(markets), _MARKETS_PER_DUMP):
            several = markets[start : start + _MARKETS_PER_DUMP]
            books = [text for market in several for text in self._books(market, self._hashes(), at)]
            frames.append(self._array(books))
        return frames

    def act(self, market: Market, at: int) -> list[ExchangeFrame]:
        """Let a market do something and return what is heard of it."""
        habits, roll = self._habits, self._rng.random()
        if roll < habits.rebook:
            return self._rebook(market, at)
        take = None
        if self._rng.random() < (habits.burst if market.is_hot else habits.take):
            take = market.take()
        market.is_hot = take is not None or (market.is_hot and roll < 0.9)
        if take is not None:
            texts = self._sweep(market, take, at)
            return self._frames(texts + self._finer_tick(market, at), together=roll < 0.5)
        if roll > 1 - habits.array:
            texts = [text for _ in range(3) for text in self._quote(market, at)]
            return self._frames(texts, together=True)
        return self._frames(self._quote(market, at) + self._finer_tick(market, at), together=False)

    def announce(self, market: Market, at: int) -> list[ExchangeFrame]:
        """Return the announcement of a new market and its first books."""
        announcement = self._frames([messages.new_market(market, at=at)], together=False)
        return announcement + self.dump([market], at)

    def resolve(self, market: Market, yes_won: bool, at: int) -> list[ExchangeFrame]:
        """Return the end of a market."""
        text = messages.market_resolved(market.listing, yes_won=yes_won, at=at)
        return self._frames([text], together=False)

    def _quote(self, market: Market, at: int) -> list[str]:
        best = (market.book.best_bid, market.book.best_ask)
        changes = market.quote()
        texts = [self._price_change(market, changes, self._hashes(), at)]
        moved = best != (market.book.best_bid, market.book.best_ask)
        if moved and self._bests < _SHARE_OF_BESTS * self.messages:
            self._bests += 2
            texts += [messages.best_bid_ask(market, yes=yes, at=at) for yes in (True, False)]
        return texts

    def _sweep(self, market: Market, take: Take, at: int) -> list[str]:
        """Return a taker's order: the remainder first, although the book is then crossed."""
        hashes = self._hashes()
        changes = take.changes if take.remainder is None else [take.remainder, *take.changes]
        texts = [self._price_change(market, [change], hashes, at) for change in changes]
        transaction, in_yes = hex_text(self._rng, 64), self._rng.random() < 0.5
        for fill in take.fills:
            trade = Print(
                token=market.listing.tokens[0 if in_yes else 1],
                side="BUY" if take.buys == in_yes else "SELL",
                price=fill.price if in_yes else MILLS - fill.price,
                size=fill.size,
                transaction=transaction,
            )
            market.last_print = trade.price
            texts.append(messages.last_trade_price(market, trade, at=at))
        return texts + self._books(market, hashes, at)

    def _rebook(self, market: Market, at: int) -> list[ExchangeFrame]:
        """Send whole books after changes that nobody heard of, as after an outage."""
        for _ in range(self._rng.randint(1, 5)):
            market.quote()
        return [self._array(self._books(market, self._hashes(), at))]

    def _finer_tick(self, market: Market, at: int) -> list[str]:
        middle = market.midpoint() // 1000
        if market.tick != _COARSE_TICK or _LOW_EDGE <= middle <= _HIGH_EDGE:
            return []
        market.tick = _FINE_TICK
        changes = [
            messages.tick_size_change(market, yes=yes, old=_COARSE_TICK, at=at)
            for yes in (True, False)
        ]
        return changes + self._books(market, self._hashes(), at)

    def _price_change(
        self, market: Market, changes: Sequence[Change], hashes: Hashes, at: int
    ) -> str:
        roll = self._rng.random()
        prices = TRIMMED if roll < 0.9 else PADDED if roll < 0.995 else BARE
        return messages.price_change(
            market,
            changes,
            hashes=hashes,
            prices=prices,
            no_first=self._rng.random() < 0.5,
            at=at,
        )

    def _books(self, market: Market, hashes: Hashes, at: int) -> list[str]:
        return [
            messages.book(market, yes=True, hash_=hashes.yes, at=at),
            messages.book(market, yes=False, hash_=hashes.no, at=at),
        ]

    def _hashes(self) -> Hashes:
        return Hashes(hex_text(self._rng, 40), hex_text(self._rng, 40))

    def _frames(self, texts: list[str], *, together: bool) -> list[ExchangeFrame]:
        if together:
            return [self._array(texts)]
        self.messages += len(texts)
        return [ExchangeFrame(Topic.POLYMARKET, text.encode()) for text in texts]

    def _array(self, texts: list[str]) -> ExchangeFrame:
        self.messages += len(texts)
        return ExchangeFrame(Topic.POLYMARKET, f"[{','.join(texts)}]".encode())
