"""Where a publication comes from, and where it stands in its channel."""

from typing import NamedTuple

from vezta_stream.core.channels import Channel


class Lane(NamedTuple):
    """The ordered source an output comes from. Within a lane source positions only grow.

    `generation` is raised by the operator when a raw topic is recreated. `key` is the
    raw record's key, empty where the topic has none.
    """

    generation: int
    topic: str
    partition: int
    key: str


class SourcePosition(NamedTuple):
    """A place in a lane: the raw offset, and the output's number on that channel.

    Outputs of ticks carry the last offset they include and the unix minute as output,
    which is larger than any record's own index.
    """

    offset: int
    output: int


class Position(NamedTuple):
    """A point in one scope's sequence. Sequence numbers compare only within an epoch."""

    epoch: str
    seq: int

    def is_next(self, after: "Position") -> bool:
        """Whether this is the position straight behind `after`."""
        return self.epoch == after.epoch and self.seq == after.seq + 1


class Scope(NamedTuple):
    """What has a sequence of its own: a public channel, or one user's part of a private one."""

    channel: Channel
    user: str | None = None
