"""Headers of channel records: where a publication comes from, and in which version.

Written by the ingestor, read by the relay; both sides of a rollout understand them.
"""

from vezta_stream.core.positions import Lane, SourcePosition

LANE = "lane"
SOURCE = "source-position"
RECEIVED_AT = "received-at"
USE_YES_PRICE = "use-yes-price"
USER = "user"
KEY = "key"

Headers = tuple[tuple[str, bytes], ...]

# The first byte of every channel record: what follows is the payload's JSON.
VERSION = b"\x01"


def wrap(data: bytes) -> bytes:
    """Return a channel record's value for a payload."""
    return VERSION + data


def unwrap(value: bytes) -> bytes:
    """Return the payload of a channel record; raises ValueError for another version."""
    if value[:1] != VERSION:
        raise ValueError(f"channel record of version {value[:1]!r}")
    return value[1:]


def lane_to_bytes(lane: Lane) -> bytes:
    """Return the lane as `generation/topic/partition/key`."""
    return f"{lane.generation}/{lane.topic}/{lane.partition}/{lane.key}".encode()


def lane_from_bytes(value: bytes) -> Lane:
    """Read what `lane_to_bytes` wrote; raises ValueError for anything else."""
    generation, topic, partition, key = value.decode().split("/", 3)
    return Lane(int(generation), topic, int(partition), key)


def source_to_bytes(source: SourcePosition) -> bytes:
    """Return the source position as `offset.output`."""
    return f"{source.offset}.{source.output}".encode()


def source_from_bytes(value: bytes) -> SourcePosition:
    """Read what `source_to_bytes` wrote; raises ValueError for anything else."""
    offset, _, output = value.decode().partition(".")
    return SourcePosition(int(offset), int(output))
