"""A whole demo as a child process, as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

STARTS_WITHIN_SECONDS = 30.0
STOPS_WITHIN_SECONDS = 10.0


@dataclass
class Demo:
    """A running `vezta-stream demo`."""

    port: int
    process: subprocess.Popen[str]
    environment: dict[str, str]
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: str) -> str:
        """Ask the command for a token, as the README says."""
        return run_command("token", "--sub", user, environment=self.environment).strip()

    def interrupt(self) -> float:
        """Press Ctrl-C; returns the seconds until the process was gone."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=STOPS_WITHIN_SECONDS)
        return time.monotonic() - started


def run_command(*arguments: str, environment: dict[str, str]) -> str:
    """Run `vezta-stream` and return what it prints."""
    completed = subprocess.run(
        [sys.executable, "-m", "vezta_stream.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return completed.stdout


@contextmanager
def running_demo(directory: Path, *arguments: str) -> Iterator[Demo]:
    """Run a demo of its own on a free port until the block ends."""
    port = _free_port()
    environment = {**os.environ, "XDG_STATE_HOME": str(directory / "state")}
    log = directory / "demo.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "vezta_stream.cli", "demo", "--port", str(port), *arguments],
            env=environment,
            stdout=stderr,
            stderr=stderr,
            text=True,
        )
    demo = Demo(port, process, environment, log)
    try:
        _await_ready(demo)
        yield demo
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=STOPS_WITHIN_SECONDS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for a module's tests."""
    with running_demo(tmp_path_factory.mktemp("demo"), "--markets", "60") as running:
        yield running


def _await_ready(demo: Demo) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if demo.process.poll() is not None:
            raise RuntimeError(f"the demo ended: {demo.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{demo.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)  # another process's start: there is nothing to wait on
    raise RuntimeError(f"the demo did not become ready: {demo.log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
