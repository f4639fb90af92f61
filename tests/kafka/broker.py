"""A real Apache Kafka broker (KRaft, one node) as a child process."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
JARS: Final = ROOT / ".make" / "kafka"
LOG4J: Final = Path(__file__).with_name("log4j2.properties")

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0

# Small enough for a shared machine: starting counts for more than throughput.
_JVM: Final = (
    "-Xms128m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
)

_PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
num.network.threads=2
num.io.threads=2
background.threads=2
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=250
initial.broker.registration.timeout.ms=60000
group.min.session.timeout.ms=500
log.cleaner.backoff.ms=100
log.cleaner.dedupe.buffer.size=4194304
log.initial.task.delay.ms=500
"""


class BrokerUnavailable(Exception):
    """What a broker needs is missing here; the message says what."""


class Broker:
    """One broker with its data in `folder`; it outlives whoever started it until `stop`.

    `kill` and `start` again keep the data and the port, as a machine that crashed does.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port, controller_port = _free_ports(2)
        self._properties = folder / "server.properties"
        self._properties.write_text(
            _PROPERTIES.format(
                port=self.port, controller_port=controller_port, data=folder / "data"
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where clients connect: `host:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process last started, `None` before the first."""
        return None if self._process is None else self._process.pid

    def format(self) -> None:
        """Prepare the empty data folder, once."""
        cluster = uuid.uuid4().hex[:22]
        self._run_tool(
            "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c",
            str(self._properties),
        )  # fmt: skip

    def start(self) -> None:
        """Return when the broker accepts connections. Raises BrokerUnavailable."""
        with (self._folder / "broker.log").open("ab") as output:
            self._process = subprocess.Popen(
                _java("kafka.Kafka", str(self._properties)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # the terminal's Ctrl-C is for the tests alone
                cwd=self._folder,
            )
        deadline = time.monotonic() + START_SECONDS
        while not _accepts(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BrokerUnavailable(f"Kafka did not start: {self._last_words()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL, as a crash; returns when the process is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=STOP_SECONDS)

    def end(self) -> None:
        """Stop the process if it runs."""
        if self._process is not None and self._process.poll() is None:
            stop(self._process.pid)
            self._process.wait(timeout=STOP_SECONDS)

    def _run_tool(self, *arguments: str) -> None:
        done = subprocess.run(
            _java(*arguments), capture_output=True, timeout=START_SECONDS, cwd=self._folder
        )
        if done.returncode:
            raise BrokerUnavailable(done.stderr.decode(errors="replace")[-500:])

    def _last_words(self) -> str:
        return (self._folder / "broker.log").read_text(errors="replace")[-500:]


def require_parts() -> None:
    """Raise BrokerUnavailable when Java or Kafka's jars are missing."""
    if shutil.which("java") is None:
        raise BrokerUnavailable("no java on PATH")
    if not any(JARS.glob("kafka_*.jar")):
        raise BrokerUnavailable("no Kafka jars: run `make .make/kafka`")


def stop(pid: int) -> None:
    """End a broker that another process may have started; returns when it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if _is_gone(pid):
                return
            time.sleep(0.02)


def _is_gone(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):  # not our child: its parent reaps it
        os.waitpid(pid, os.WNOHANG)
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def _java(*arguments: str) -> list[str]:
    return [
        "java",
        *_JVM,
        f"-Dlog4j2.configurationFile={LOG4J}",
        "-cp",
        f"{JARS}/*",
        *arguments,
    ]


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
