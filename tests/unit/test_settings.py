"""Settings from the environment."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from vezta_stream.settings import (
    GatewaySettings,
    IngestorSettings,
    JwtAlgorithm,
    LogLevel,
    LogSettings,
    RedisSettings,
    TokenSettings,
)

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the developer has set."""
    for name in os.environ:
        if name.startswith("VEZTA_"):
            monkeypatch.delenv(name)


def test_the_documented_port_is_the_default() -> None:
    settings = GatewaySettings()

    assert (settings.port, settings.cors_origins) == (3001, ("*",))


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_PORT", "4001")
    monkeypatch.setenv("VEZTA_CORS_ORIGINS", "https://a.example, https://b.example,")
    monkeypatch.setenv("VEZTA_LOG_LEVEL", "debug")

    assert GatewaySettings().port == 4001
    assert GatewaySettings().cors_origins == ("https://a.example", "https://b.example")
    assert LogSettings().log_level is LogLevel.DEBUG


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORT", value) for value in ("-1", "65536", "x", "")),
        *(("PING_INTERVAL_SECONDS", value) for value in ("0", "nan", "inf")),
        *(("QUEUE_PACKETS", "0"), ("BUS_TIMEOUT_SECONDS", "0"), ("MAX_MESSAGE_BYTES", "1")),
    ],
)
def test_a_bad_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"VEZTA_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        GatewaySettings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        GatewaySettings().port = 1


def test_the_secret_is_the_key_of_hs256(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_JWT_SECRET", SECRET)
    settings = TokenSettings()

    assert settings.jwt_algorithm is JwtAlgorithm.HS256
    assert settings.jwt_key() == SECRET.encode()


def test_a_key_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET + "\n")
    monkeypatch.setenv("VEZTA_JWT_SECRET_FILE", str(file))
    assert TokenSettings().jwt_key() == SECRET.encode()

    monkeypatch.delenv("VEZTA_JWT_SECRET_FILE")
    monkeypatch.setenv("VEZTA_JWT_ALGORITHM", "ES256")
    monkeypatch.setenv("VEZTA_JWT_PUBLIC_KEY_FILE", str(file))
    assert TokenSettings().jwt_key() == SECRET.encode()


def test_a_public_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_JWT_ALGORITHM", "RS256")
    monkeypatch.setenv("VEZTA_JWT_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\n")

    assert TokenSettings().jwt_key() == b"-----BEGIN PUBLIC KEY-----"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SECRET": SECRET, "SECRET_FILE": "/x"},
        {"SECRET": SECRET, "PUBLIC_KEY": "pem"},
        {"PUBLIC_KEY": "pem"},
        {"ALGORITHM": "RS256"},
        {"ALGORITHM": "RS256", "SECRET": SECRET},
        {"ALGORITHM": "ES256", "SECRET": SECRET, "PUBLIC_KEY": "pem"},
        {"ALGORITHM": "none", "SECRET": SECRET},
        {"ALGORITHM": "HS512", "SECRET": SECRET},
    ],
)
def test_exactly_one_key_of_the_right_kind_is_needed(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"VEZTA_JWT_{name}", value)

    with pytest.raises(ValidationError) as refused:
        TokenSettings()
    assert SECRET not in str(refused.value)


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_JWT_SECRET", SECRET)

    assert SECRET not in repr(TokenSettings())


def test_thresholds_are_compared_in_cents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_WHALE_LOW_USD", "5")

    assert IngestorSettings().whale_thresholds() == (500, 5_000_000, 25_000_000)


def test_thresholds_must_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_WHALE_LOW_USD", "60000")

    with pytest.raises(ValidationError, match="must rise"):
        IngestorSettings()


def test_a_redis_url_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEZTA_REDIS_URL", "rediss://node:hunter2@cache/1")

    settings = RedisSettings()

    assert "hunter2" not in repr(settings)
    assert settings.redis_url.get_secret_value().endswith("@cache/1")


def test_a_bad_redis_url_stops_the_process_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VEZTA_REDIS_URL", "redis://:hunter2@cache/first")

    with pytest.raises(ValidationError, match="redis_url") as refused:
        RedisSettings()

    assert "hunter2" not in str(refused.value)
