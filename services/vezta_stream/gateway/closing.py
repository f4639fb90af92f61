"""Why an Engine.IO session ends, and what its client is told."""

from enum import StrEnum
from typing import Final


class CloseReason(StrEnum):
    """Why a session ended."""

    CLIENT = "client"
    SERVER = "server"
    TRANSPORT = "transport"
    PING_TIMEOUT = "ping_timeout"
    MALFORMED = "malformed"
    SLOW = "slow"
    IDLE = "idle"
    SHUTDOWN = "shutdown"

    @property
    def code(self) -> int:
        """The WebSocket close code; clients reconnect by themselves after each of them."""
        return _CODES[self]


_CODES: Final = {
    CloseReason.CLIENT: 1000,
    CloseReason.SERVER: 1000,
    CloseReason.TRANSPORT: 1001,
    CloseReason.PING_TIMEOUT: 1001,
    CloseReason.MALFORMED: 1002,
    CloseReason.SLOW: 1013,
    CloseReason.IDLE: 1008,
    CloseReason.SHUTDOWN: 1012,
}
