"""What Kalshi says about a market: the `msg` of each type, in each era's form."""

from enum import Enum

import msgspec

from vezta_stream.core.times import render_instant
from vezta_stream.simulator.book import Book, Change
from vezta_stream.simulator.listings import Listing
from vezta_stream.simulator.market import Fill, Market
from vezta_stream.simulator.texts import DOLLARS, MILLS, SHARE, count_text


class Era(Enum):
    """Which fields messages have: dollars only, cents beside dollars, cents only."""

    DOLLARS = "dollars"
    BOTH = "both"
    CENTS = "cents"


class Style:
    """How one market's numbers are written; `digits` of dollars in deltas and trades."""

    __slots__ = ("digits", "era")

    def __init__(self, era: Era, digits: int) -> None:
        self.era = era
        self.digits = digits

    @property
    def has_cents(self) -> bool:
        return self.era is not Era.DOLLARS

    @property
    def has_dollars(self) -> bool:
        return self.era is not Era.CENTS


def snapshot(market: Market, style: Style, *, use_yes_price: bool) -> str:
    """Return both ladders, best last; a key is absent when its side is empty."""
    book, fields = market.book, [_names(market, style)]
    yes = [(price, book.bids[price]) for price in sorted(book.bids)]
    no = [
        (price if use_yes_price else MILLS - price, book.asks[price])
        for price in sorted(book.asks, reverse=True)
    ]
    for side, levels in (("yes", yes), ("no", no)):
        if levels and style.has_cents:
            fields.append(f'"{side}":[{_in_cents(levels)}]')
        if levels and style.has_dollars:
            fields.append(f'"{side}_dollars_fp":[{_in_dollars(levels)}]')
    return "{" + ",".join(fields) + "}"


def _names(market: Market, style: Style) -> str:
    listing = market.listing
    if not style.has_dollars:
        return f'"market_ticker":"{listing.external_id}"'
    return f'"market_ticker":"{listing.external_id}","market_id":"{listing.exchange_id}"'


def _in_dollars(levels: list[tuple[int, int]]) -> str:
    texts = DOLLARS[4]
    return ",".join([f'["{texts[price]}","{count_text(size)}"]' for price, size in levels])


def _in_cents(levels: list[tuple[int, int]]) -> str:
    return ",".join([f"[{price // 10},{size // SHARE}]" for price, size in levels])


def delta(market: Market, style: Style, change: Change, *, use_yes_price: bool, at: int) -> str:
    """Return the signed change of one level."""
    price = change.price if change.is_bid or use_yes_price else MILLS - change.price
    by = change.after - change.before
    fields = [_names(market, style)]
    if style.has_cents:
        fields.append(f'"price":{price // 10},"delta":{_whole(by)}')
    if style.has_dollars:
        fields.append(
            f'"price_dollars":"{DOLLARS[style.digits][price]}","delta_fp":"{count_text(by)}"'
        )
    fields.append(f'"side":"{"yes" if change.is_bid else "no"}"')
    fields.append(f'"ts":"{render_instant(at)}"')
    if style.has_dollars:
        fields.append(f'"ts_ms":{at}')
    return "{" + ",".join(fields) + "}"


def _whole(micros: int) -> int:
    return micros // SHARE if micros >= 0 else -(-micros // SHARE)


def ticker(market: Market, style: Style, *, last_size: int, at: int) -> str:
    """Return the best prices and totals; an absent side is 0 or 1 with size 0."""
    bid, bid_size, ask, ask_size = _top(market.book)
    last = market.last_price or 0
    shares, dollars = market.volume // SHARE, market.turnover // SHARE
    fields = [_names(market, style)]
    if style.has_cents:
        fields.append(f'"price":{last // 10},"yes_bid":{bid // 10},"yes_ask":{ask // 10}')
        fields.append(f'"volume":{shares},"open_interest":{shares // 3}')
    if style.has_dollars:
        texts = DOLLARS[4]
        fields.append(
            f'"price_dollars":"{texts[last]}","yes_bid_dollars":"{texts[bid]}",'
            f'"yes_ask_dollars":"{texts[ask]}","volume_fp":"{count_text(market.volume)}",'
            f'"open_interest_fp":"{shares // 3}.00","yes_bid_size_fp":"{count_text(bid_size)}",'
            f'"yes_ask_size_fp":"{count_text(ask_size)}",'
            f'"last_trade_size_fp":"{count_text(last_size)}"'
        )
    fields.append(f'"dollar_volume":{dollars},"dollar_open_interest":{dollars // 3}')
    fields.append(f'"ts":{at // 1000}')
    if style.has_cents:
        fields.append(f'"Clock":{at % 10_000_000_000}')
    else:
        fields.append(f'"ts_ms":{at},"time":"{render_instant(at)}"')
    return "{" + ",".join(fields) + "}"


def _top(book: Book) -> tuple[int, int, int, int]:
    bid, ask = book.best_bid, book.best_ask
    bid_size = 0 if bid is None else book.bids[bid]
    ask_size = 0 if ask is None else book.asks[ask]
    return bid or 0, bid_size, MILLS if ask is None else ask, ask_size


def trade(
    market: Market, style: Style, fill: Fill, *, taker_buys: bool, trade_id: str, at: int
) -> str:
    """Return a trade; a taker who sells YES is one who buys NO."""
    outcome = "yes" if taker_buys else "no"
    names = f'"trade_id":"{trade_id}","market_ticker":"{market.listing.external_id}"'
    yes, no = fill.price, MILLS - fill.price
    if not style.has_dollars:
        return (
            f'{{{names},"yes_price":{yes // 10},"no_price":{no // 10},'
            f'"count":{fill.size // SHARE},"taker_side":"{outcome}","ts":{at // 1000}}}'
        )
    texts = DOLLARS[style.digits]
    return (
        f'{{{names},"yes_price_dollars":"{texts[yes]}","no_price_dollars":"{texts[no]}",'
        f'"count_fp":"{count_text(fill.size)}","taker_side":"{outcome}",'
        f'"taker_outcome_side":"{outcome}","taker_book_side":"{"bid" if taker_buys else "ask"}",'
        f'"is_block_trade":false,"ts":{at // 1000},"ts_ms":{at}}}'
    )


def created(listing: Listing, *, at: int) -> str:
    """Return the lifecycle event of a new market."""
    return _lifecycle(
        listing,
        event_type="created",
        open_ts=at // 1000,
        close_ts=at // 1000 + 30 * 86_400,
        price_level_structure="deci_cent",
        additional_metadata={
            "name": listing.question.title,
            "title": listing.question.title,
            "yes_sub_title": "Yes",
            "no_sub_title": "No",
            "can_close_early": True,
            "event_ticker": listing.external_id.rpartition("-")[0],
        },
    )


def activated(listing: Listing) -> str:
    """Return that a market may be traded from now on."""
    return _lifecycle(listing, event_type="activated", is_deactivated=False)


def determined(listing: Listing, *, yes_won: bool, at: int) -> str:
    """Return how a market ended."""
    return _lifecycle(
        listing,
        event_type="determined",
        result="yes" if yes_won else "no",
        settlement_value="1.0000" if yes_won else "0.0000",
        determination_ts=at // 1000,
    )


def settled(listing: Listing, *, at: int) -> str:
    """Return that an ended market was paid out."""
    return _lifecycle(listing, event_type="settled", settled_ts=at // 1000)


def _lifecycle(listing: Listing, **fields: object) -> str:
    return msgspec.json.encode({"market_ticker": listing.external_id, **fields}).decode()
