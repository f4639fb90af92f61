"""A node per test, and a check that it never logged a defect."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog

from tests.contract.node_under_test import NodeUnderTest, running_node


@pytest_asyncio.fixture
async def node() -> AsyncIterator[NodeUnderTest]:
    """A node with the usual limits."""
    async with running_node() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_defects(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail when anything was logged as an error or with a traceback."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    with caplog.at_level(logging.INFO):
        yield
    structlog.reset_defaults()
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    defects = [r for r in records if r.exc_info or r.levelno >= logging.ERROR]
    assert not defects, [record.getMessage() for record in defects]
