"""The Lua scripts: each a file beside this one, sent to a server once and then named."""

import hashlib
from collections.abc import Awaitable, Sequence
from importlib.resources import files
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import NoScriptError


class Script:
    """One script, known to servers by its digest."""

    def __init__(self, name: str) -> None:
        self._source = files(__package__).joinpath(name).read_text(encoding="utf-8")
        self._digest = hashlib.sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: Redis, keys: Sequence[str], *arguments: bytes | str | int) -> Any:
        """Run it; a server that does not know it (any more) is sent the source."""
        try:
            return await _command(redis, "EVALSHA", self._digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return await _command(redis, "EVAL", self._source, len(keys), *keys, *arguments)

    async def load(self, redis: Redis) -> None:
        """Make the server know it, for `queue`."""
        await _command(redis, "SCRIPT", "LOAD", self._source)

    def queue(self, pipeline: Pipeline, keys: Sequence[str], *arguments: bytes | str | int) -> None:
        """Put a run of it into a pipeline, which fails where the server does not know it."""
        pipeline.execute_command("EVALSHA", self._digest, len(keys), *keys, *arguments)


def _command(redis: Redis, *words: bytes | str | int) -> Awaitable[Any]:
    answer = redis.execute_command(*words)  # type: ignore[no-untyped-call]  # few types there
    return cast("Awaitable[Any]", answer)


PUBLISH = Script("publish.lua")
POSITION = Script("position.lua")
READ_LOG = Script("read_log.lua")
READ_LAST = Script("read_last.lua")
