"""What reaches the raw topics: exchange frames through the connector, the rest as it is."""

from collections.abc import Callable, Iterable, Sequence

from vezta_stream.connector import polymarket
from vezta_stream.connector.frames import Element
from vezta_stream.connector.sequence import SequenceGuard
from vezta_stream.core import wire
from vezta_stream.log.base import Draft
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, InputRecord, Topic


class Feed:
    """Turns what the outside world sends into raw records.

    `clock` gives what is stamped as received-at, in ms since 1970. `request_snapshots`
    is called with the Kalshi tickers whose books can no longer be trusted.
    """

    def __init__(
        self,
        *,
        guard: SequenceGuard,
        clock: Callable[[], int],
        request_snapshots: Callable[[Iterable[str]], None],
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._request_snapshots = request_snapshots

    def drafts(self, emissions: Iterable[Emission]) -> list[Draft]:
        """Return the raw records of what was sent, in order."""
        received_at = (wire.RECEIVED_AT, str(self._clock()).encode())
        drafts: list[Draft] = []
        for emission in emissions:
            match emission:
                case ExchangeFrame(topic=Topic.KALSHI):
                    flag = b"true" if emission.use_yes_price else b"false"
                    headers = (received_at, (wire.USE_YES_PRICE, flag))
                    drafts += _records(Topic.KALSHI, self._kalshi(emission.data), headers)
                case ExchangeFrame():
                    elements = polymarket.split(emission.data)
                    drafts += _records(emission.topic, elements, (received_at,))
                case InputRecord(topic, key, value):
                    drafts.append(Draft(topic.value, key.encode(), value, (received_at,)))
        return drafts

    def _kalshi(self, frame: bytes) -> Sequence[Element]:
        checked = self._guard.check(frame)
        for request in checked.requests:
            self._request_snapshots(request.tickers)
        return checked.elements


def _records(topic: Topic, elements: Iterable[Element], headers: wire.Headers) -> Iterable[Draft]:
    for key, value in elements:
        yield Draft(topic.value, key.encode() if key else None, value, headers)
