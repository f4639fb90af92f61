"""Fixtures that give tests the real parts, and say at the end which could not be had.

Servers are children of the test process (one set per xdist worker) and end with it.
"""

import os
from collections.abc import Iterator

import pytest

from tests.parts.redis_server import RedisServer

NOT_RUN = "not run: "


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a Redis is that tests share and leave running: `VEZTA_TEST_REDIS` or our own."""
    given = os.environ.get("VEZTA_TEST_REDIS")
    if given:
        yield given
        return
    yield from (server.url for server in _running(tmp_path_factory))


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the test's own, to do harm to."""
    yield from _running(tmp_path_factory)


def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if (reason := RedisServer.missing()) is not None:
        pytest.skip(NOT_RUN + reason)
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run for want of a part."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        if isinstance(report.longrepr, tuple) and NOT_RUN in report.longrepr[2]:
            reason = report.longrepr[2].partition(NOT_RUN)[2]
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"NOT RUN: {count} tests, {reason}", yellow=True)
