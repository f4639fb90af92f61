import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.behaviour.bus_harness import Inbox, entry, log_scope
from tests.parts.redis_buses import running_bus
from tests.parts.redis_server import RedisServer, free_port
from vezta_stream.bus.redis import RedisBus
from vezta_stream.bus.redis_connection import answered
from vezta_stream.errors import BusUnavailable

pytestmark = pytest.mark.redis


async def test_what_takes_too_long_is_unavailable() -> None:
    with pytest.raises(BusUnavailable, match="Timeout"):
        async with answered(0.01):
            await asyncio.Event().wait()


async def test_what_fails_is_unavailable_and_says_why() -> None:
    with pytest.raises(BusUnavailable, match="refused"):
        async with answered(1):
            raise ConnectionRefusedError("refused")


@pytest.fixture
def sentinel(redis_server: RedisServer, tmp_path: Path) -> Iterator[int]:
    """A sentinel that knows the server as `main`; its port."""
    port = free_port()
    file = tmp_path / "sentinel.conf"
    file.write_text(
        f"port {port}\nbind 127.0.0.1\nlogfile {tmp_path}/log\n"
        f"sentinel monitor main 127.0.0.1 {redis_server.port} 1\n"
    )
    process = subprocess.Popen(["redis-server", str(file), "--sentinel"])
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=5)


async def test_a_sentinel_says_where_the_primary_is(sentinel: int) -> None:
    scope, inbox = log_scope(), Inbox()
    async with running_bus(f"redis+sentinel://127.0.0.1:{sentinel}/main/0") as bus:
        await _answering(bus)
        await bus.subscribe(scope, inbox)
        await bus.publish(scope, [entry(0)])

        assert len(await inbox.until(1)) == 1


async def _answering(bus: RedisBus) -> None:
    """Wait for the sentinel's start."""
    async with asyncio.timeout(20):
        while True:
            try:
                await bus.check()
            except BusUnavailable:
                await asyncio.sleep(0.05)
            else:
                return
