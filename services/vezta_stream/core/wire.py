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


def lane_to_bytes(lane: Lane) -> bytes:
    """Return the lane as `generation/topic/partition/key`."""
    return f"{lane.generation}/{lane.topic}/{lane.partition}/{lane.key}".encode()


def lane_from_bytes(value: bytes) -> Lane:
    """Read what `lane_to_bytes` wrote; raises ValueError for anything else."""
    generation, topic, partition, key = value.decode().split("/", 3)
    return Lane(int(generation), topic, int(partition), key)


def source_to_bytes(source: SourcePosition) -> bytes:
    """Return the source position as `offset.index`."""
    return f"{source.offset}.{source.index}".encode()


def source_from_bytes(value: bytes) -> SourcePosition:
    """Read what `source_to_bytes` wrote; raises ValueError for anything else."""
    offset, _, index = value.decode().partition(".")
    return SourcePosition(int(offset), int(index))
