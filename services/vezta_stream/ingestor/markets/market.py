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
from vezta_stream.ingestor.markets.book import Book, Top
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


class Drop(StrEnum):
    """Why a market lost its book."""

    HELD_TOO_LONG = "book_held_too_long"
    TICK_CHANGED = "book_tick_changed"
    RESYNC = "book_resync"


class PublishedPrice(NamedTuple):
    """What subscribers last saw of a market's price; volume in cents.

    `own_volume` says that the volume was counted by ourselves, not told by the catalog.
    """

    yes: int
    volume24h: int
    changes: Changes
    at: int
    own_volume: bool


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
        self.inactive_since: int | None = None
        self.last_price: int | None = None
        # Whether its id has gone out: from then on it stays.
        self.named = False
        self._last_traded_at = 0
        # The latest time seen: windows and limits never run backwards.
        self._clock = 0
        # Best prices of the last consistent state of the book.
        self._top: Top | None = None
        self._history = PriceHistory()
        self._volume = TradedVolume()
        self._published_price: PublishedPrice | None = None
        self._published_book = b""
        # When the market leaves the snapshots; None while it is active, and once it has.
        self._bury_at: int | None = None
        # That it left, while nothing has told so.
        self._tombstones: list[Publication] = []
        # The minute of the last refresh: a minute has one output of a tick, not two.
        self._refreshed_minute = 0
        self.set_active(identity.inactive_since is None, identity.inactive_since or 0)

    def adopt(self, identity: Identity) -> None:
        """Take what the catalog now says; publishes nothing by itself."""
        if identity.tokens != self.identity.tokens:
            self._forget_prices()
        self.identity = identity
        self.set_active(identity.inactive_since is None, identity.inactive_since or 0)
        self.tick_size = self.tick_size or identity.tick_size

    def set_active(self, active: bool, at: int) -> None:
        """Note that the market is open, or that it stopped being so at `at`."""
        if active == (self.inactive_since is None):
            return
        self.inactive_since = None if active else at
        if self.resolved_at is None:
            self._bury_at = None if active else at + TOMBSTONE_AFTER_MS

    def advance(self, at: int) -> Drop | None:
        """Let time pass up to `at`, before what happened at `at` is applied.

        A book held for the whole limit is dropped and a market that ended long ago is
        buried, at the exact millisecond, whether a record or a tick brings the news.
        """
        if at > self._clock:
            self._clock = at
        if self._bury_at is not None and self._clock >= self._bury_at:
            self._bury()
        if self.held_since is not None and self._clock - self.held_since >= HELD_LIMIT_MS:
            self.drop_book()
            return Drop.HELD_TOO_LONG
        return None

    def drop_book(self) -> None:
        """Forget the book; changes are ignored until the next snapshot."""
        self.book = self.held_since = self._top = None

    def settle_book(self, at: int, stated: Top = (None, None)) -> list[Publication]:
        """Publish what follows from the book as it is now, all changes of a frame applied.

        `stated` are the best prices that the frame itself tells, `None` where it is
        silent and 0 or 1 for an empty side. A book that is crossed or contradicts them
        is held back: neither it nor its prices are published.
        """
        if self.book is None:
            return []
        top = self.book.top
        if _crossed(top) or (stated != top and not _agree(stated, top)):
            if self.held_since is None:
                self.held_since = self._clock
            return []
        self.held_since = None
        self._top = top
        self.quote = (None, None)  # older than this book, should the book be dropped
        body = self.book.json()
        if body == self._published_book:
            return self.settle_price(at)
        self._published_book = body
        self._postpone_burial()
        data = render.book(self.identity, body, at)
        published = Publication(Channel.MARKET_ORDERBOOK, self.identity.market_id, data)
        return [*self._take_tombstones(), published, *self.settle_price(at)]

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
        if last and last.yes == price and last.volume24h == self._volume24h(self._clock):
            return []
        return [*self._take_tombstones(), self._publish_price(price, at, self._clock)]

    def price(self) -> int | None:
        """Return the YES price: midpoint, last trade, or the one side that exists."""
        bid, ask = self._top or self.quote
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
        self._bury_at = self._clock + TOMBSTONE_AFTER_MS
        self.drop_book()
        if final_price is None:
            return []
        self._history.set(final_price, self._clock)
        return [*self._take_tombstones(), self._publish_price(final_price, at, self._clock)]

    @property
    def needs_watching(self) -> bool:
        """Whether a limit of its own is running, so that every tick counts."""
        return self.held_since is not None or self._bury_at is not None or bool(self._tombstones)

    def tombstones(self, minute: int) -> list[Publication]:
        """Return, once and in this unix minute, that the market has left the snapshots."""
        if minute == self._refreshed_minute:
            return []  # two outputs of one minute would be taken for one and the same
        return self._take_tombstones()

    def refresh(self, minute: int) -> list[Publication]:
        """Publish the price again if, when this unix minute began, its change fields differ.

        A volume of our own that fades counts too; what the catalog says now does not.
        """
        boundary = minute * MINUTE_MS
        self._clock = max(self._clock, boundary)
        last, price = self._published_price, self._history.price
        if last is None or price is None or self.resolved_at is not None or last.at > boundary:
            return []
        if self._bury_at is not None and self._bury_at < boundary + MINUTE_MS:
            return []  # it leaves within this minute
        volume = self._volume24h(boundary)
        faded = last.own_volume and self.identity.volume24h is None and volume != last.volume24h
        if not faded and self._history.changes(boundary) == last.changes:
            return []
        self._refreshed_minute = minute
        return [self._publish_price(price, boundary, boundary)]

    def _publish_price(self, price: int, at: int, now: int) -> Publication:
        own_volume = self.identity.volume24h is None
        published = PublishedPrice(
            price, self._volume24h(now), self._history.changes(now), at, own_volume
        )
        self._published_price = published
        self._postpone_burial()
        data = render.price(self.identity, price, published.volume24h, published.changes, at)
        return Publication(Channel.MARKET_PRICES, self.identity.market_id, data)

    def _bury(self) -> None:
        self._bury_at = None
        self._published_price, self._published_book = None, b""
        key = self.identity.market_id
        self._tombstones = [
            Publication(Channel.MARKET_PRICES, key, None),
            Publication(Channel.MARKET_ORDERBOOK, key, None),
        ]

    def _take_tombstones(self) -> list[Publication]:
        taken, self._tombstones = self._tombstones, []
        return taken

    def _postpone_burial(self) -> None:
        """Bury again what is published, though inactive, after it was buried."""
        if self.inactive_since is None or self.resolved_at is not None:
            return
        if self._bury_at is None:
            self._bury_at = self._clock + TOMBSTONE_AFTER_MS

    def _volume24h(self, now: int) -> int:
        if self.identity.volume24h is not None:
            return self.identity.volume24h
        total = self._volume.total(now)
        return divide_half_up(total, _CENT) if total else 0

    def _forget_prices(self) -> None:
        """Forget what was told in YES terms: another token is YES now."""
        self.drop_book()
        self.quote = (None, None)
        self.last_price = None
        self._history = PriceHistory()


def complement(price: int | None) -> int | None:
    """Return the other token's price for this one."""
    return None if price is None else MICROS - price


def _crossed(top: Top) -> bool:
    bid, ask = top
    return bid is not None and ask is not None and bid >= ask


def _agree(stated: Top, top: Top) -> bool:
    return _confirms(stated[0], top[0]) and _confirms(stated[1], top[1])


def _confirms(stated: int | None, best: int | None) -> bool:
    if stated is None:
        return True
    return best is None if stated in (0, MICROS) else stated == best
