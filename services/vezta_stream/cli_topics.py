"""`vezta-stream topics`: the verbs for Kafka's topics."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from vezta_stream.errors import LogUnavailable
from vezta_stream.log.kafka_topics import TopicAdmin, topic_admin
from vezta_stream.log.topic_plan import Refuse, Step, Wanted, plan
from vezta_stream.settings import KafkaSettings, TopicSettings
from vezta_stream.topics import wanted

_LOOK_AGAIN_SECONDS: Final = 0.1

topics = typer.Typer(help="Kafka's topics.", no_args_is_help=True)


@topics.callback()
def _group() -> None:
    """Kafka's topics."""


@topics.command()
def apply(
    dry_run: Annotated[bool, typer.Option(help="Only say what would change.")] = False,
    bootstrap: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Overrides the settings.")
    ] = None,
) -> None:
    """Create all topics and bring their settings up to date; repeating it changes nothing.

    The number of partitions of a topic is never changed: then nothing is done at all.
    """
    try:
        kafka = KafkaSettings(kafka_bootstrap_servers=bootstrap) if bootstrap else KafkaSettings()
        steps = asyncio.run(_apply(kafka, TopicSettings(), dry_run=dry_run))
    except (ValidationError, LogUnavailable, OSError) as error:
        typer.echo(f"vezta-stream: {error}", err=True)
        raise typer.Exit(1) from None
    refused = any(isinstance(step, Refuse) for step in steps)
    for step in steps:
        typer.echo(str(step), err=isinstance(step, Refuse))
    if refused:
        typer.echo("vezta-stream: nothing was changed", err=True)
        raise typer.Exit(1)
    if not steps:
        typer.echo("all topics are as wanted")
    elif dry_run:
        typer.echo("nothing was changed: this was a dry run")


async def _apply(kafka: KafkaSettings, topics: TopicSettings, *, dry_run: bool) -> list[Step]:
    async with topic_admin(kafka.connection(), kafka.policy()) as admin:
        goal = wanted(topics.policy())
        steps = plan(goal, await admin.existing(goal))
        if not dry_run and not any(isinstance(step, Refuse) for step in steps):
            await admin.perform(steps)
            await _visible(admin, goal)
    return steps


async def _visible(admin: TopicAdmin, goal: Sequence[Wanted]) -> None:
    """Return when brokers show it: they learn of it a moment later, and who starts next looks."""
    while True:
        if not plan(goal, await admin.existing(goal)):
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
