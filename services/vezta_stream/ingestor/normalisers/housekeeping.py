"""What exchanges send about the connection: neither output nor rejection.

The connector keeps it out of the raw topics; a record that got there all the same is
passed over.
"""

from typing import Final

# The `type` of answers to our own commands.
ANSWERS: Final = frozenset({"subscribed", "unsubscribed", "ok", "heartbeat"})
_SIGNS_OF_LIFE: Final = frozenset({b"PING", b"PONG", b"heartbeat"})


def is_sign_of_life(value: bytes) -> bool:
    """Whether this is one of the textual keep-alives, which are no JSON."""
    return len(value) < 16 and value.strip() in _SIGNS_OF_LIFE
