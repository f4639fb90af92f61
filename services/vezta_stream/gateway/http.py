"""uvicorn's HTTP protocol class, with bounds on what a request's head may be."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Browsers and load balancers stay below 16 KiB, and the parser itself has no bound.
MAX_HEAD_BYTES: Final = 32_768
# From the connection, or a request's first byte, to the end of its headers.
HEAD_SECONDS: Final = 10.0


class GatewayHttp(HttpToolsProtocol):
    """Closes connections whose requests' first lines and headers do not end within bounds."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes: int | None = 0  # `None` while a body arrives
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]  # as uvicorn's own
        self, transport: asyncio.Transport
    ) -> None:
        """Expect a head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._head_ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, unless the head is too large by now."""
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._deadline is None:
                self._expect_head()
        super().data_received(data)
        too_large = self._head_bytes is not None and self._head_bytes > MAX_HEAD_BYTES
        if too_large and not self.transport.is_closing():
            self.send_400_response("Request head too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """A request's head has ended."""
        self._head_ended()
        self._head_bytes = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request has ended: what comes next is a head."""
        self._head_bytes = 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """Close because the server stops; a request that is not complete is not waited for."""
        if self._head_bytes is None:
            self.transport.abort()
        else:
            super().shutdown()

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_ended(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
