"""Where recorded messages lie, and a plain replay to compare with."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vezta_stream.connector import polymarket
from vezta_stream.core.publications import Publication
from vezta_stream.ingestor.markets.registry import Registry

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
SAMPLES = ROOT.parent / "shared" / "samples"

Side = list[tuple[Decimal, Decimal]]


def sample(path: str) -> Path:
    """Return a file of the recordings; the test is skipped without them."""
    file = SAMPLES / path
    if not file.exists():
        pytest.skip(f"the recordings are not beside the repository: no {path}")
    return file


def catalog(file: Path) -> Registry:
    """Return a registry that has read this file."""
    known = Registry()
    for line in file.read_bytes().splitlines():
        known.apply(line)
    return known


def elements(file: Path) -> list[bytes]:
    """Return the raw records of a file of Polymarket's frames."""
    frames = file.read_bytes().splitlines()
    return [element.value for frame in frames for element in polymarket.split(frame)]


def levels(side: Sequence[dict[str, str]]) -> Side:
    """Return levels as exact numbers."""
    return [(Decimal(level["price"]), Decimal(level["size"])) for level in side]


class PlainBook:
    """The YES book as the messages tell it: nothing held, nothing checked."""

    def __init__(self, yes: str) -> None:
        self._yes = yes
        self._sides: dict[str, dict[Decimal, Decimal]] = {"BUY": {}, "SELL": {}}

    def apply(self, message: dict[str, Any]) -> None:
        """Apply a message, the YES token's part of it only."""
        if message["event_type"] == "book" and message["asset_id"] == self._yes:
            self._sides = {
                "BUY": dict(levels(message["bids"])),
                "SELL": dict(levels(message["asks"])),
            }
        for change in message.get("price_changes", ()):
            if change["asset_id"] == self._yes:
                self._set(self._sides[change["side"]], change["price"], change["size"])

    def _set(self, side: dict[Decimal, Decimal], price: str, size: str) -> None:
        side[Decimal(price)] = Decimal(size)
        if not side[Decimal(price)]:
            del side[Decimal(price)]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Bids and asks, best first."""
        bids, asks = self._sides["BUY"], self._sides["SELL"]
        return sorted(bids.items(), reverse=True), sorted(asks.items())


def decoded(publication: Publication) -> dict[str, Any]:
    """Return a publication's payload."""
    payload: dict[str, Any] = json.loads(publication.data or b"null")
    return payload
