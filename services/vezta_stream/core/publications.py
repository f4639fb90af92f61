"""A publication: one normalised event on one channel."""

from typing import NamedTuple

from vezta_stream.core.channels import Channel


class Publication(NamedTuple):
    """One normalised event.

    `key` is what it is about inside its channel (a market, an order): the unit of
    conflation. `data` is the payload as JSON, encoded once and never decoded again on
    its way to the client; `None` is a tombstone: the key leaves its merge channel's
    snapshots and nothing is delivered. `user` is set exactly on private channels.
    """

    channel: Channel
    key: str
    data: bytes | None
    user: str | None = None
