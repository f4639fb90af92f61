"""What Kafka's settings refuse, and what becomes of them."""

import os
from typing import Any

import pytest
from pydantic import ValidationError

from vezta_stream.settings import KafkaSettings, TopicSettings


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VEZTA_")]:
        monkeypatch.delenv(name)


def test_the_defaults_agree_with_each_other() -> None:
    policy = KafkaSettings().policy()

    assert policy.session_seconds == 6
    assert policy.batch_bytes < TopicSettings().topic_raw_record_bytes
    assert TopicSettings().policy().min_insync_replicas == 2


def test_the_password_reaches_the_clients_and_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("VEZTA_KAFKA_SASL_USERNAME", "stream")
    monkeypatch.setenv("VEZTA_KAFKA_SASL_PASSWORD", "hidden")
    settings = KafkaSettings()

    options = settings.connection().options()
    assert options["sasl_plain_password"] == "hidden"
    assert options["ssl_context"].check_hostname
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    "bad",
    [
        {"kafka_security_protocol": "SASL_SSL"},
        {"kafka_security_protocol": "SASL_SSL", "kafka_sasl_username": "stream"},
        {"kafka_heartbeat_seconds": 5},
        {"kafka_rebalance_seconds": 15},
        {"kafka_bootstrap_servers": ""},
    ],
)
def test_what_cannot_work_is_refused_at_start(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KafkaSettings(**bad)


@pytest.mark.parametrize(
    "bad",
    [{"topic_replication_factor": 1}, {"topic_record_bytes": 1_048_576}],
)
def test_topics_that_could_not_be_written_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TopicSettings(**bad)
