"""Every topic of the pipeline, and how Kafka is to keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vezta_stream.core.channels import Channel
from vezta_stream.ingestor import dead_letters, sources
from vezta_stream.log.base import TopicSpec
from vezta_stream.log.topic_plan import Wanted

RAW: Final = (
    sources.POLYMARKET,
    sources.KALSHI,
    sources.ORDERS,
    sources.PORTFOLIO,
    sources.NOTIFICATIONS,
    sources.COPY_TRADE,
    sources.SIGNALS,
)

# The ingestor's changelog: what it must know again after a restart.
STATE_MARKETS: Final = "state.markets"
STATE_ORDERS: Final = "state.orders"

# Of these the newest value per key is all that anybody needs.
_COMPACTED: Final = frozenset(
    {Channel.MARKET_PRICES, Channel.MARKET_ORDERBOOK, Channel.USER_PORTFOLIO}
)

_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, kw_only=True)
class TopicPolicy:
    """How topics are kept: copies, time and size."""

    partitions: int
    replication_factor: int
    min_insync_replicas: int
    raw_hours: int
    channel_hours: int
    dead_letter_hours: int
    tombstone_hours: int
    raw_record_bytes: int
    record_bytes: int


def specs(partitions: int) -> list[TopicSpec]:
    """Return every topic. A channel topic has as many partitions as the raw topics."""
    return [
        *(TopicSpec(name, partitions) for name in RAW),
        *(
            TopicSpec(name, partitions, compacted=True)
            for name in (sources.CATALOG, STATE_MARKETS, STATE_ORDERS)
        ),
        *(
            TopicSpec(channel.topic, partitions, compacted=channel in _COMPACTED)
            for channel in Channel
        ),
        TopicSpec(dead_letters.TOPIC, partitions),
    ]


def wanted(policy: TopicPolicy) -> list[Wanted]:
    """Return every topic as it is to be."""
    return [
        Wanted(spec.name, spec.partitions, policy.replication_factor, _configs(spec, policy))
        for spec in specs(policy.partitions)
    ]


def _configs(spec: TopicSpec, policy: TopicPolicy) -> Mapping[str, str]:
    is_raw = spec.name in RAW or spec.name == sources.CATALOG
    configs = {
        "min.insync.replicas": policy.min_insync_replicas,
        # What is made of a record is larger than the record: it must fit all the same.
        "max.message.bytes": policy.raw_record_bytes if is_raw else policy.record_bytes,
    }
    if spec.compacted:
        # What is written to is not compacted: close segments, or restarts read it all.
        return {
            "cleanup.policy": "compact",
            "delete.retention.ms": str(policy.tombstone_hours * _HOUR_MS),
            "segment.ms": str(_HOUR_MS),
            "min.cleanable.dirty.ratio": "0.2",
        } | _as_text(configs)
    hours = {dead_letters.TOPIC: policy.dead_letter_hours}.get(
        spec.name, policy.raw_hours if is_raw else policy.channel_hours
    )
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(hours * _HOUR_MS),
    } | _as_text(configs)


def _as_text(configs: Mapping[str, int]) -> dict[str, str]:
    return {name: str(value) for name, value in configs.items()}
