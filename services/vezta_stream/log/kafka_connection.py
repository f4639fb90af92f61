"""How Kafka is reached, and how patient its clients are."""

import ssl
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class KafkaConnection:
    """Addresses and credentials; the same for every client of a process."""

    bootstrap_servers: str
    security_protocol: str
    sasl_mechanism: str
    sasl_username: str | None
    sasl_password: str | None
    ca_file: str | None

    def options(self) -> dict[str, Any]:
        """Return the keywords that all of aiokafka's clients share."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options


@dataclass(frozen=True, kw_only=True)
class KafkaPolicy:
    """Deadlines and sizes of the log's clients.

    A member that the group has not heard of for `session_seconds` is taken for dead; it
    speaks up every `heartbeat_seconds`. Members have `rebalance_seconds` to give up their
    partitions. One request is given up after `request_seconds`, longer than a rebalance
    may take; whatever needs an answer fails after `answer_seconds`, long enough for a
    broker to be restarted.

    A fetch that finds nothing comes back after `fetch_wait_seconds`. Records of up to
    `fetch_bytes` of each partition wait for the poll. A batch of a partition is closed
    at `batch_bytes`; a larger record travels alone.

    A reader asks for the end of its topic again after `reader_fresh_seconds`; in between
    it returns what has arrived by itself, usually within milliseconds.
    """

    session_seconds: float
    heartbeat_seconds: float
    rebalance_seconds: float
    request_seconds: float
    answer_seconds: float
    fetch_wait_seconds: float
    fetch_bytes: int
    batch_bytes: int
    reader_fresh_seconds: float

    def client_options(self) -> dict[str, Any]:
        """Return the keywords that all of aiokafka's clients share."""
        return {
            "request_timeout_ms": _ms(self.request_seconds),
            "metadata_max_age_ms": 60_000,
            "retry_backoff_ms": 50,
        }

    def fetch_options(self) -> dict[str, Any]:
        """Return the keywords of everything that reads."""
        return {
            **self.client_options(),
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "fetch_max_wait_ms": _ms(self.fetch_wait_seconds),
            "max_partition_fetch_bytes": self.fetch_bytes,
        }

    def group_options(self) -> dict[str, Any]:
        """Return the keywords of a member of a group."""
        return {
            **self.fetch_options(),
            "session_timeout_ms": _ms(self.session_seconds),
            "heartbeat_interval_ms": _ms(self.heartbeat_seconds),
            "rebalance_timeout_ms": _ms(self.rebalance_seconds),
        }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
