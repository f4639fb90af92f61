"""One broker for all test processes of a run: started when first needed, stopped at the end."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.kafka.broker import Broker, BrokerUnavailable, require_parts, stop

# A broker that is there already, as host:port.
EXISTING: Final = "VEZTA_TEST_KAFKA"
# Set for the workers of a run (pytest-xdist) by the process that starts them.
_FOLDER: Final = "VEZTA_TEST_RUN_FOLDER"
# What this process started: another one may stop it, so nothing here waits for its end.
_started: Final[list[Broker]] = []


def pytest_configure(config: pytest.Config) -> None:
    if _FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="vezta-kafka-")
        os.environ[_FOLDER] = folder
        # At the very end, and also when tests or workers failed.
        config.add_cleanup(lambda: _end(Path(folder)))


@pytest.fixture(scope="session")
def kafka_address() -> str:
    """The address of a real broker; skips, saying why, where there can be none."""
    if address := os.environ.get(EXISTING):
        return address
    folder = Path(os.environ[_FOLDER])
    with _locked(folder):
        try:
            return _shared(folder)
        except BrokerUnavailable as error:
            pytest.skip(f"NOT RUN, no Kafka: {error} (or set {EXISTING}=host:port)")


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker for one test, which may do with it what it likes."""
    try:
        require_parts()
    except BrokerUnavailable as error:
        pytest.skip(f"NOT RUN, no Kafka: {error}")
    broker = Broker(tmp_path)
    broker.format()
    try:
        broker.start()
        yield broker
    finally:
        broker.end()


def _shared(folder: Path) -> str:
    """Return the address of this run's broker; the first to ask starts it."""
    address = folder / "address"
    if address.exists():
        return address.read_text()
    require_parts()
    broker = Broker(folder)
    _started.append(broker)
    broker.format()
    try:
        broker.start()
    finally:
        if broker.pid is not None:
            (folder / "pid").write_text(str(broker.pid))
    address.write_text(broker.address)
    return broker.address


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _end(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        stop(int((folder / "pid").read_text()))
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(_FOLDER, None)
