"""A real Redis as a child process that a test may kill, pause and start again."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_WITHIN_SECONDS = 10.0
ENDS_WITHIN_SECONDS = 5.0


class RedisServer:
    """One `redis-server` on a free port of the loopback, its data in `directory`.

    What it answered is on its way to the disk and survives a kill, unless `forget` is
    called before it starts again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @staticmethod
    def missing() -> str | None:
        """Return why there can be none here; `None` when there can."""
        return None if shutil.which("redis-server") else "redis-server is not installed"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Which process it is now."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Start it, with the data that there is; returns when it answers."""
        assert self._process is None, "it runs already"
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._directory),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._directory / "redis.log"),
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(["redis-server", *arguments])
        self._await_answer()

    def kill(self) -> None:
        """SIGKILL: no goodbye to anyone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM; also when paused, or when it does not run."""
        if self._process is not None:
            self.resume()
            self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Kill it and start it again with its data."""
        self.kill()
        self.start()

    def forget(self) -> None:
        """Remove the data of a server that does not run."""
        assert self._process is None, "it runs"
        shutil.rmtree(self._directory / "appendonlydir", ignore_errors=True)

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None, "it does not run"
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            process.wait(timeout=ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=ENDS_WITHIN_SECONDS)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if answers(self.port):
                return
            time.sleep(0.01)  # another process's start: there is nothing to wait on
        log = (self._directory / "redis.log").read_text(errors="replace")
        raise RuntimeError(f"redis-server did not become ready: {log[-2000:]}")


def answers(port: int) -> bool:
    """Whether a Redis on this port of the loopback answers PING; asks once."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
