"""What has to change for topics to be as wanted. Pure: `log.kafka_topics` does it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Wanted(NamedTuple):
    """A topic as it is to be. Settings that are not named may be anything."""

    name: str
    partitions: int
    replication_factor: int
    configs: Mapping[str, str]


class Existing(NamedTuple):
    """A topic as it is; `configs` holds what was set for it, not the broker's defaults."""

    partitions: int
    configs: Mapping[str, str]


class Create(NamedTuple):
    """A topic that there is not."""

    topic: Wanted

    def __str__(self) -> str:
        name, partitions, copies, configs = self.topic
        kept = " ".join(f"{key}={value}" for key, value in sorted(configs.items()))
        return f"create {name}: partitions={partitions} replicas={copies} {kept}"


class Alter(NamedTuple):
    """Settings of a topic that differ: name to (now, wanted)."""

    name: str
    changes: Mapping[str, tuple[str | None, str]]

    def __str__(self) -> str:
        shown = ", ".join(
            f"{key} {'unset' if old is None else old} -> {new}"
            for key, (old, new) in sorted(self.changes.items())
        )
        return f"alter {self.name}: {shown}"


class Refuse(NamedTuple):
    """A topic with another number of partitions.

    With another number keys change places: the order per key would break, and a compacted
    topic would keep what is old. Only an empty, unread topic could be made anew.
    """

    name: str
    partitions: int
    wanted: int

    def __str__(self) -> str:
        return (
            f"refuse {self.name}: it has {self.partitions} partitions, not {self.wanted};"
            " drain the pipeline, delete the topic and raise VEZTA_GENERATION instead"
        )


Step = Create | Alter | Refuse


def plan(wanted: Sequence[Wanted], existing: Mapping[str, Existing]) -> list[Step]:
    """Return what is to be done, in the order of `wanted`; nothing when all is well."""
    steps = (_step(topic, existing.get(topic.name)) for topic in wanted)
    return [step for step in steps if step is not None]


def _step(topic: Wanted, found: Existing | None) -> Step | None:
    if found is None:
        return Create(topic)
    if found.partitions != topic.partitions:
        return Refuse(topic.name, found.partitions, topic.partitions)
    changes = {
        key: (found.configs.get(key), value)
        for key, value in topic.configs.items()
        if found.configs.get(key) != value
    }
    return Alter(topic.name, changes) if changes else None
