"""One market's state, and when it publishes a price or a book (the rules of normalisation).

Knows nothing of exchanges: the normalisers tell it what changed and when. All times are
ms since 1970, all prices and sizes integers in millionths.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from vezta_stream.core.channels import Channel
from vezta_stream.core.decimals import MICROS, divide_half_up
from vezta_stream.core.publications import Publication
from vezta_stream.ingestor.markets import render
from vezta_stream.ingestor.markets.book import Book
from vezta_stream.ingestor.markets.history import (
    MINUTE_MS,
    Changes,
    PriceHistory,
    TradedVolume,
)
from vezta_stream.ingestor.markets.registry import Identity

# A book that stays crossed this long is wrong, not in the middle of a sweep.
HELD_LIMIT_MS: Final = 5_000
# The midpoint says something only while the spread is at most this.
TIGHT_SPREAD: Final = 100_000
TOMBSTONE_AFTER_MS: Final = 24 * 60 * MINUTE_MS
_CENT: Final = 10**10  # in units of 10^-12 USD

Top = tuple[int | None, int | None]


class Drop(StrEnum):
    """Why a market lost its book."""

    HELD_TOO_LONG = "book_held_too_long"
    TICK_CHANGED = "book_tick_changed"
    RESYNC = "book_resync"


class PublishedPrice(NamedTuple):
    """What subscribers last saw of a market's price; volume in cents."""

    yes: int
    volume24h: int
    changes: Changes
    at: int


class Market:
    """The state of one market."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.book: Book | None = None
        # Bid and ask as a ticker tells them; a book, where there is one, decides before it.
        self.quote: Top = (None, None)
        # Since when the book may not be published; None while it is consistent.
        self.held_since: int | None = None
        self.tick_size = identity.tick_size
        self.resolved_at: int | None = None
        self.inactive_since = identity.inactive_since
        self.last_price: int | None = None
        self._last_traded_at = 0
        # The latest time seen: windows and limits never run backwards.
        self._clock = 0
        # Best prices of the last consistent state of the book.
        self._top: Top | None = None
        self._history = PriceHistory()
        self._volume = TradedVolume()
        self._published_price: PublishedPrice | None = None
        self._published_book = b""
        self._tombstoned = False

    def adopt(self, identity: Identity) -> None:
        """Take what the catalog now says; publishes nothing by itself."""
        if identity.tokens != self.identity.tokens:
            self.book = self.held_since = self._top = None
            self.quote = (None, None)
        self.identity = identity
        self.set_active(identity.inactive_since is None, identity.inactive_since or 0)
        self.tick_size = self.tick_size or identity.tick_size

    def set_active(self, active: bool, at: int) -> None:
        """Note that the market is open, or that it stopped being so at `at`."""
        if not active:
            self.inactive_since = at if self.inactive_since is None else self.inactive_since
        else:
            self.inactive_since = None
            self._tombstoned = self._tombstoned and self.resolved_at is not None

    def advance(self, at: int) -> Drop | None:
        """Let time pass up to `at`, before what happened at `at` is applied.

        A book held for the whole limit is dropped, at the exact millisecond, whether a
        record or a tick brings the news.
        """
        self._clock = max(self._clock, at)
        if self.held_since is not None and self._clock - self.held_since >= HELD_LIMIT_MS:
            self.drop_book()
            return Drop.HELD_TOO_LONG
        return None

    def drop_book(self) -> None:
        """Forget the book; changes are ignored until the next snapshot."""
        self.book = self.held_since = self._top = None

    def settle_book(self, at: int, *, agrees: bool) -> list[Publication]:
        """Publish what follows from the book as it is now, all changes of a frame applied.

        `agrees` says whether the frame's own best prices confirm it. A book that is
        crossed or unconfirmed is held back: neither it nor its prices are published.
        """
        if self.book is None:
            return []
        if not agrees or self.book.crossed:
            if self.held_since is None:
                self.held_since = self._clock
            return []
        self.held_since = None
        self._top = self.book.top
        body = self.book.json()
        if body == self._published_book:
            return self.settle_price(at)
        self._published_book = body
        data = render.book(self.identity, body, at)
        published = Publication(Channel.MARKET_ORDERBOOK, self.identity.market_id, data)
        return [published, *self.settle_price(at)]

    def traded(self, price: int, amount: int, at: int) -> None:
        """Count a trade: `price` in YES terms, `amount` = price × size in 10^-12 USD."""
        self._volume.add(amount, at)
        self.printed(price, at)

    def printed(self, price: int, at: int) -> None:
        """Learn the last trade's price in YES terms; an older print changes nothing."""
        if at >= self._last_traded_at:
            self.last_price, self._last_traded_at = price, at

    def settle_price(self, at: int) -> list[Publication]:
        """Publish the price if it or the volume differs from what was published last."""
        price = self.price()
        if price is None:
            return []
        self._history.set(price, self._clock)
        last = self._published_price
        if last and (last.yes, last.volume24h) == (price, self._volume24h()):
            return []
        return [self._publish_price(price, at)]

    def price(self) -> int | None:
        """Return the YES price: midpoint, last trade, or the one side that exists."""
        top = self._top if self.book is not None else None
        bid, ask = top or self.quote
        if bid is not None and ask is not None:
            midpoint = (bid + ask + 1) // 2
            if ask - bid <= TIGHT_SPREAD or self.last_price is None:
                return midpoint
            return self.last_price
        if self.last_price is not None:
            return self.last_price
        return bid if bid is not None else ask

    def resolve(self, at: int, final_price: int | None) -> list[Publication]:
        """End the market; publishes the final price (0 or 1 in millionths) if there is one."""
        self.resolved_at = self._clock
        self.drop_book()
        if final_price is None:
            return []
        self._history.set(final_price, self._clock)
        return [self._publish_price(final_price, at)]

    @property
    def needs_watching(self) -> bool:
        """Whether a limit of its own is running, so that every tick counts."""
        ended = self.resolved_at is not None or self.inactive_since is not None
        return self.held_since is not None or (ended and not self._tombstoned)

    def bury(self, now: int) -> list[Publication]:
        """Return the tombstones of a market that ended 24 hours ago, once."""
        ended_at = self.resolved_at if self.resolved_at is not None else self.inactive_since
        if self._tombstoned or ended_at is None or now - ended_at < TOMBSTONE_AFTER_MS:
            return []
        self._tombstoned = True
        self._published_price, self._published_book = None, b""
        key = self.identity.market_id
        return [
            Publication(Channel.MARKET_PRICES, key, None),
            Publication(Channel.MARKET_ORDERBOOK, key, None),
        ]

    def refresh(self, boundary: int) -> list[Publication]:
        """Publish the price again if, as of this minute boundary, its change fields differ.

        A volume of our own that fades counts too; a new one in the catalog alone does not.
        """
        self._clock = max(self._clock, boundary)
        last, price = self._published_price, self._history.price
        if last is None or price is None or self.resolved_at is not None or last.at > boundary:
            return []
        volume = self._volume24h(boundary)
        changed = self._history.changes(boundary) != last.changes
        faded = self.identity.volume24h is None and volume != last.volume24h
        return [self._publish_price(price, boundary, boundary)] if changed or faded else []

    def _publish_price(self, price: int, at: int, now: int | None = None) -> Publication:
        now = self._clock if now is None else now
        published = PublishedPrice(price, self._volume24h(now), self._history.changes(now), at)
        self._published_price = published
        data = render.price(self.identity, price, published.volume24h, published.changes, at)
        return Publication(Channel.MARKET_PRICES, self.identity.market_id, data)

    def _volume24h(self, now: int | None = None) -> int:
        if self.identity.volume24h is not None:
            return self.identity.volume24h
        return divide_half_up(self._volume.total(self._clock if now is None else now), _CENT)


def complement(price: int | None) -> int | None:
    """Return the other token's price for this one."""
    return None if price is None else MICROS - price
