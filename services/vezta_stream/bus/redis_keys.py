"""What a scope is called in Redis. All names of one scope share a hash tag, so one slot."""

from typing import NamedTuple

from vezta_stream.core.positions import Scope


class ScopeKeys(NamedTuple):
    """The names of one scope's keys, and of its pub/sub channel."""

    meta: str
    last: str
    order: str
    log: str
    channel: str


def scope_keys(prefix: str, scope: Scope) -> ScopeKeys:
    """Return the names for a scope.

    A user's id is hex-encoded: whatever is in it cannot end the tag or look like
    another user's.
    """
    tag = scope.channel.value
    if scope.user is not None:
        tag += ":" + scope.user.encode().hex()
    base = f"{prefix}:{{{tag}}}:"
    return ScopeKeys(*(base + field for field in ScopeKeys._fields))
