"""Settings: typed, validated, read from the environment by composition roots only.

Every variable is `VEZTA_` and the field's name in capitals. A bad value stops the
process at start with the name of the variable; values are never shown.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vezta_stream.bus.redis_url import parse_url
from vezta_stream.ingestor.markets.trades import WhaleThresholds
from vezta_stream.log.kafka_connection import KafkaConnection, KafkaPolicy
from vezta_stream.topics import TopicPolicy


class LogLevel(StrEnum):
    """From which severity on log lines are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JwtAlgorithm(StrEnum):
    """How tokens are signed; one per deployment, so that keys cannot be confused."""

    HS256 = "HS256"
    RS256 = "RS256"
    ES256 = "ES256"


class SecurityProtocol(StrEnum):
    """How brokers are spoken to."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How user name and password are shown to brokers."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class _Settings(BaseSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="VEZTA_",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # a mistyped secret must not end up in a log
    )


class LogSettings(_Settings):
    """What every deployable says, and how."""

    # One line when a connection opens and one when it closes; nothing per publication.
    log_level: LogLevel = LogLevel.INFO
    # `json` is for machines, as in production; `console` for a terminal.
    log_format: str = Field(default="json", pattern="^(json|console)$")


class TokenSettings(_Settings):
    """How access tokens are verified. Exactly one key, of the algorithm's kind."""

    # What the reference platform signs with.
    jwt_algorithm: JwtAlgorithm = JwtAlgorithm.HS256
    # HS256: the shared secret, at least 32 bytes; or a file that holds it.
    jwt_secret: SecretStr | None = None
    jwt_secret_file: Path | None = None
    # RS256, ES256: the public key as PEM (RSA from 2048 bits, P-256); or a file.
    jwt_public_key: str | None = None
    jwt_public_key_file: Path | None = None
    # Compared exactly when set. Set both wherever the same key signs for other services.
    jwt_audience: str | None = Field(default=None, min_length=1)
    jwt_issuer: str | None = Field(default=None, min_length=1)
    # Clocks of the issuer and the node differ by less; tokens live 15 minutes.
    jwt_leeway_seconds: float = Field(default=5.0, ge=0, le=300)

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        secrets = _given(self.jwt_secret, self.jwt_secret_file)
        public_keys = _given(self.jwt_public_key, self.jwt_public_key_file)
        kind, wanted, unwanted = "VEZTA_JWT_SECRET", secrets, public_keys
        if self.jwt_algorithm is not JwtAlgorithm.HS256:
            kind, wanted, unwanted = "VEZTA_JWT_PUBLIC_KEY", public_keys, secrets
        if wanted != 1 or unwanted:
            raise ValueError(f"{self.jwt_algorithm} needs {kind} or {kind}_FILE, and nothing else")
        return self

    def jwt_key(self) -> bytes:
        """Return the secret or the PEM. Raises OSError when its file cannot be read.

        White space around it is not part of it: files end with a line feed.
        """
        if self.jwt_secret is not None:
            return self.jwt_secret.get_secret_value().strip().encode()
        if self.jwt_public_key is not None:
            return self.jwt_public_key.strip().encode()
        path = self.jwt_secret_file or self.jwt_public_key_file
        assert path is not None  # by `_one_key`
        return path.read_bytes().strip()


def _given(*values: object) -> int:
    return sum(value is not None for value in values)


class GatewaySettings(_Settings):
    """One gateway node."""

    # All interfaces: a node that only its own host can reach serves nobody. `localhost`
    # is both loopback addresses.
    host: str = "0.0.0.0"
    # The documented port of local development.
    port: int = Field(default=3001, ge=0, le=65535)
    # Open, as the contract says: the token is the only credential, never a cookie.
    # A comma-separated list of origins closes it.
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("*",)
    # Clients only send commands of some hundred bytes; a token is at most 8 KiB.
    max_message_bytes: int = Field(default=65_536, ge=16_384, le=1_048_576)
    # Socket.IO's own defaults: a dead client is noticed within 45 s.
    ping_interval_seconds: float = Field(default=25.0, ge=1, le=300)
    ping_timeout_seconds: float = Field(default=20.0, ge=1, le=300)
    # Generous to clients that subscribe to everything at once, deadly to floods.
    commands_per_second: float = Field(default=100.0, gt=0)
    commands_burst: int = Field(default=500, ge=1)
    # What may wait for one connection before it is evicted as too slow: some seconds
    # of all markets for a client that reads at all.
    queue_packets: int = Field(default=2_048, ge=16)
    queue_bytes: int = Field(default=4_194_304, ge=65_536)
    # Shorter than the ping timeout: a connection that waits for the bus does not read.
    bus_timeout_seconds: float = Field(default=5.0, gt=0, le=15)
    # How long open requests may take at the end; Ctrl-C is to be felt within two seconds.
    shutdown_seconds: float = Field(default=0.5, ge=0.1, le=60)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip() for origin in value.split(",") if origin.strip())
        return value


class IngestorSettings(_Settings):
    """One ingestor worker."""

    # Raised by one whenever a raw topic is recreated: its offsets begin again.
    generation: int = Field(default=1, ge=0)
    # What amount, in whole USD, makes a trade a signal of which severity.
    whale_low_usd: int = Field(default=10_000, gt=0)
    whale_high_usd: int = Field(default=50_000, gt=0)
    whale_critical_usd: int = Field(default=250_000, gt=0)
    # How much one partition remembers: hours of trades, days of orders.
    trade_ids_per_partition: int = Field(default=100_000, ge=1)
    orders_per_partition: int = Field(default=100_000, ge=1)
    # Records of markets that the catalog does not know yet, until it does.
    parked_records: int = Field(default=10_000, ge=1)
    parked_bytes: int = Field(default=16_777_216, ge=1)
    parked_seconds: float = Field(default=60.0, gt=0)
    # Large enough to be efficient, small enough that a crash repeats little.
    poll_records: int = Field(default=1_000, ge=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.whale_low_usd <= self.whale_high_usd <= self.whale_critical_usd:
            raise ValueError("VEZTA_WHALE_LOW_USD, _HIGH_USD and _CRITICAL_USD must rise")
        return self

    def whale_thresholds(self) -> WhaleThresholds:
        """Return the thresholds in cents, as the normalisers compare them."""
        return WhaleThresholds(
            low=self.whale_low_usd * 100,
            high=self.whale_high_usd * 100,
            critical=self.whale_critical_usd * 100,
        )


class RedisSettings(_Settings):
    """The Redis that is the bus; see `docs/redis.md`."""

    # redis://, rediss://, redis+sentinel:// or rediss+sentinel://; it may hold a password.
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    # What every key and pub/sub channel begins with: several installations may share one.
    redis_prefix: str = Field(default="vezta", pattern="^[a-z0-9-]+$")
    # Commands in flight at once; more wait for a connection.
    redis_connections: int = Field(default=16, ge=1, le=1024)
    # A Redis that is well answers within milliseconds.
    redis_timeout_seconds: float = Field(default=2.0, gt=0, le=10)
    # How much of a log channel a client may have missed and still recover.
    redis_log_entries: int = Field(default=10_000, ge=100)
    # Longer than the raw topics keep records: what is read again must still be known.
    redis_retention_seconds: float = Field(default=691_200.0, ge=3_600)

    @field_validator("redis_url")
    @classmethod
    def _understood(cls, value: SecretStr) -> SecretStr:
        parse_url(value.get_secret_value())
        return value


class KafkaSettings(_Settings):
    """How Kafka is reached, and how patient its clients are."""

    # Some brokers, as host:port, separated by commas; they name the others.
    kafka_bootstrap_servers: str = Field(default="localhost:9092", min_length=1)
    kafka_security_protocol: SecurityProtocol = SecurityProtocol.PLAINTEXT
    kafka_sasl_mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512
    kafka_sasl_username: str | None = Field(default=None, min_length=1)
    kafka_sasl_password: SecretStr | None = None
    # Whom to trust with SSL; the system's authorities when not set.
    kafka_ca_file: Path | None = None
    # After so long without a heartbeat others take over, so it bounds the pause after a
    # crash; brokers refuse less than 6 s unless told otherwise.
    kafka_session_seconds: float = Field(default=6.0, ge=1, le=300)
    # Several chances within a session.
    kafka_heartbeat_seconds: float = Field(default=1.5, gt=0, le=60)
    # How long the others wait for a member that is busy before it loses its partitions.
    kafka_rebalance_seconds: float = Field(default=10.0, ge=1, le=300)
    # Longer than a rebalance: joining a group is one request.
    kafka_request_seconds: float = Field(default=15.0, ge=1, le=600)
    # Long enough for a broker to be restarted; then the worker gives up and is restarted.
    kafka_answer_seconds: float = Field(default=30.0, ge=1, le=600)
    kafka_fetch_wait_seconds: float = Field(default=0.25, gt=0, le=10)
    kafka_fetch_bytes: int = Field(default=1_048_576, ge=65_536)
    # Below what every topic takes as one batch.
    kafka_batch_bytes: int = Field(default=524_288, ge=16_384, le=1_048_576)
    # The catalog is looked at in every turn of the ingestor; it changes rarely.
    kafka_reader_fresh_seconds: float = Field(default=0.1, ge=0, le=10)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and _given(
            self.kafka_sasl_username, self.kafka_sasl_password
        ) != len(("user name", "password")):
            raise ValueError("SASL needs VEZTA_KAFKA_SASL_USERNAME and VEZTA_KAFKA_SASL_PASSWORD")
        if self.kafka_heartbeat_seconds * 2 > self.kafka_session_seconds:
            raise ValueError("VEZTA_KAFKA_HEARTBEAT_SECONDS must fit twice into the session")
        if self.kafka_rebalance_seconds >= self.kafka_request_seconds:
            raise ValueError("VEZTA_KAFKA_REQUEST_SECONDS must exceed the rebalance's")
        return self

    def connection(self) -> KafkaConnection:
        """Return how brokers are reached."""
        password = self.kafka_sasl_password
        return KafkaConnection(
            bootstrap_servers=self.kafka_bootstrap_servers,
            security_protocol=self.kafka_security_protocol.value,
            sasl_mechanism=self.kafka_sasl_mechanism.value,
            sasl_username=self.kafka_sasl_username,
            sasl_password=None if password is None else password.get_secret_value(),
            ca_file=None if self.kafka_ca_file is None else str(self.kafka_ca_file),
        )

    def policy(self) -> KafkaPolicy:
        """Return the clients' deadlines and sizes."""
        return KafkaPolicy(
            session_seconds=self.kafka_session_seconds,
            heartbeat_seconds=self.kafka_heartbeat_seconds,
            rebalance_seconds=self.kafka_rebalance_seconds,
            request_seconds=self.kafka_request_seconds,
            answer_seconds=self.kafka_answer_seconds,
            fetch_wait_seconds=self.kafka_fetch_wait_seconds,
            fetch_bytes=self.kafka_fetch_bytes,
            batch_bytes=self.kafka_batch_bytes,
            reader_fresh_seconds=self.kafka_reader_fresh_seconds,
        )


class TopicSettings(_Settings):
    """How `vezta-stream topics apply` wants the topics."""

    # At most so many workers share the work. It cannot be changed later without a drain.
    topic_partitions: int = Field(default=12, ge=1, le=1_000)
    # Three copies, two of them written: a broker may fail and another one be restarted.
    topic_replication_factor: int = Field(default=3, ge=1, le=32_767)
    topic_min_insync_replicas: int = Field(default=2, ge=1, le=32_767)
    # Long enough to repair and repeat after a weekend.
    topic_raw_hours: int = Field(default=72, ge=1)
    # The bus holds ten minutes; this is what it is restored from.
    topic_channel_hours: int = Field(default=24, ge=1)
    topic_dead_letter_hours: int = Field(default=336, ge=1)
    # For how long a reader that starts sees what was removed.
    topic_tombstone_hours: int = Field(default=24, ge=1)
    # A frame of 1 MiB with its headers; and what may become of it.
    topic_raw_record_bytes: int = Field(default=1_114_112, ge=1_048_576)
    topic_record_bytes: int = Field(default=2_228_224, ge=1_048_576)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.topic_min_insync_replicas > self.topic_replication_factor:
            raise ValueError(
                "VEZTA_TOPIC_MIN_INSYNC_REPLICAS exceeds VEZTA_TOPIC_REPLICATION_FACTOR"
            )
        if self.topic_record_bytes < self.topic_raw_record_bytes:
            raise ValueError("VEZTA_TOPIC_RECORD_BYTES is below VEZTA_TOPIC_RAW_RECORD_BYTES")
        return self

    def policy(self) -> TopicPolicy:
        """Return how topics are kept."""
        return TopicPolicy(
            partitions=self.topic_partitions,
            replication_factor=self.topic_replication_factor,
            min_insync_replicas=self.topic_min_insync_replicas,
            raw_hours=self.topic_raw_hours,
            channel_hours=self.topic_channel_hours,
            dead_letter_hours=self.topic_dead_letter_hours,
            tombstone_hours=self.topic_tombstone_hours,
            raw_record_bytes=self.topic_raw_record_bytes,
            record_bytes=self.topic_record_bytes,
        )
