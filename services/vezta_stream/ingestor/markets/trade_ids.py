"""Identities that are derived, and the window in which a repeated one is recognised."""

from collections import OrderedDict
from typing import Final
from uuid import UUID, uuid5

from vezta_stream.core.decimals import render_units

NAMESPACE: Final = UUID("dc7dffb0-2f27-5816-a478-5e0220ce30ef")


def market_id(source: str, external_id: str) -> str:
    """Return the id of a market that the catalog does not name."""
    return str(uuid5(NAMESPACE, f"{source}:{external_id}"))


def polymarket_trade_id(*, asset_id: str, print_id: str, side: str, price: int, size: int) -> str:
    """Return the id of a trade print, which carries none of its own.

    `print_id` is the transaction hash, or the timestamp in ms where there is none;
    `price` and `size` are in millionths.
    """
    name = f"{asset_id}:{print_id}:{side}:{render_units(price, 6)}:{render_units(size, 6)}"
    return str(uuid5(NAMESPACE, f"trade:polymarket:{name}"))


def whale_signal_id(trade_id: str) -> str:
    """Return the id of the signal that a large trade becomes."""
    return str(uuid5(NAMESPACE, f"whale:{trade_id}"))


class TradeIds:
    """The most recent trade ids, at most `limit`; the oldest leave first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, trade_id: str) -> bool:
        return trade_id in self._ids

    def add(self, trade_id: str) -> None:
        """Remember this id."""
        self._ids[trade_id] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)
