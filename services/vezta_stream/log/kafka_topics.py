"""Creating and altering Kafka's topics."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from vezta_stream.errors import LogUnavailable
from vezta_stream.log.kafka_client import answer_within
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.log.topic_plan import Alter, Create, Existing, Step, Wanted

_SET_FOR_THE_TOPIC: Final = 1
_NO_ERROR: Final = 0
_ALREADY_EXISTS: Final = 36  # somebody else was quicker: the next run compares


class TopicAdmin:
    """Looks at topics and changes them. Raises `LogUnavailable` for whatever goes wrong."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self._admin = admin

    async def existing(self, wanted: Sequence[Wanted]) -> Mapping[str, Existing]:
        """Return those of the topics that exist."""
        described = await self._admin.describe_topics([topic.name for topic in wanted])
        partitions = {
            topic["topic"]: len(topic["partitions"])
            for topic in described
            if topic["error_code"] == _NO_ERROR
        }
        configs = await self._configs(partitions)
        return {name: Existing(count, configs[name]) for name, count in partitions.items()}

    async def perform(self, steps: Iterable[Step]) -> None:
        """Create and alter; settings that no step names stay as they are."""
        steps = list(steps)
        await self._create([step.topic for step in steps if isinstance(step, Create)])
        await self._alter([step for step in steps if isinstance(step, Alter)])

    async def _create(self, topics: Sequence[Wanted]) -> None:
        if not topics:
            return
        response = await self._admin.create_topics(
            [
                NewTopic(name, partitions, copies, topic_configs=dict(configs))
                for name, partitions, copies, configs in topics
            ]
        )
        for name, code, *rest in response.topic_errors:
            _check(name, code, rest[0] if rest else None)

    async def _alter(self, steps: Sequence[Alter]) -> None:
        if not steps:
            return
        now = await self._configs([step.name for step in steps])
        # The whole of a topic's settings is replaced: what is there must be said again.
        resources = [
            ConfigResource(
                ConfigResourceType.TOPIC,
                step.name,
                {**now[step.name], **{key: new for key, (_, new) in step.changes.items()}},
            )
            for step in steps
        ]
        for response in await self._admin.alter_configs(resources):
            for code, message, _, name in response.resources:
                _check(name, code, message)

    async def _configs(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        if not resources:
            return {}
        found = {}
        for response in await self._admin.describe_configs(resources):
            for code, message, _, name, entries, *_ in response.resources:
                _check(name, code, message)
                found[name] = {
                    key: value
                    for key, value, _, source, *_ in entries
                    if source == _SET_FOR_THE_TOPIC
                }
        return found


@asynccontextmanager
async def topic_admin(
    connection: KafkaConnection, policy: KafkaPolicy
) -> AsyncIterator[TopicAdmin]:
    """Connect; all that is done within has `answer_seconds`."""
    admin = AIOKafkaAdminClient(**connection.options(), **policy.client_options())
    try:
        async with answer_within(policy.answer_seconds):
            await admin.start()
            yield TopicAdmin(admin)
    finally:
        await admin.close()


def _check(name: str, code: int, message: str | None) -> None:
    if code not in (_NO_ERROR, _ALREADY_EXISTS):
        raise LogUnavailable(f"{name}: {message or for_code(code).__name__}")
