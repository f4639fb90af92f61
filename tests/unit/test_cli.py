"""The command: what it prints, and how it refuses."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vezta_stream.cli import cli
from vezta_stream.core.grants import TokenPolicy, Verified
from vezta_stream.gateway.tokens import Algorithm, TokenVerifier

YES, NO = "1" * 77, "2" * 77
CATALOG = {
    "marketId": "m-1",
    "slug": "rain-tomorrow",
    "title": "Rain tomorrow?",
    "source": "polymarket",
    "conditionId": "0xc",
    "tokenIds": [YES, NO],
    "active": True,
    "updatedAt": "2026-03-27T14:30:00.000Z",
}
BOOK = {
    "event_type": "book",
    "market": "0xc",
    "asset_id": YES,
    "bids": [{"price": "0.4", "size": "10"}],
    "asks": [{"price": ".5", "size": "5"}],
    "timestamp": "1790658661234",
}


def run(*arguments: str, stdin: str | None = None, **environment: str) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, env=environment)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VEZTA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    path = tmp_path / "catalog.jsonl"
    path.write_text(json.dumps(CATALOG) + "\n")
    return str(path)


def printed(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def refused(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stderr.splitlines()]


def test_normalise_prints_one_object_per_publication(tmp_path: Path, catalog: str) -> None:
    frames = tmp_path / "frames.jsonl"
    frames.write_text(json.dumps(BOOK) + "\n")

    result = run("normalise", str(frames), "--source", "polymarket", "--catalog", catalog)

    assert result.exit_code == 0
    assert [list(line) for line in printed(result)] == [["channel", "key", "data"]] * 2
    assert [line["channel"] for line in printed(result)] == ["market:orderbook", "market:prices"]
    assert printed(result)[0]["data"]["bids"] == [{"price": "0.400000", "size": "10.000000"}]


def test_normalise_reports_what_it_refuses_by_line_and_goes_on(catalog: str) -> None:
    frames = "\n".join(["garbage", "PONG", json.dumps(BOOK), '[{"event_type":"novel"}, 7]'])

    result = run("normalise", "-", "--source", "polymarket", "--catalog", catalog, stdin=frames)

    assert result.exit_code == 0
    assert refused(result) == [
        {"line": 1, "reason": "not_json"},
        {"line": 4, "reason": "unknown_type"},
        {"line": 4, "reason": "not_object"},
    ]
    assert len(printed(result)) == 2


def test_normalise_takes_a_single_document_as_one_frame(tmp_path: Path, catalog: str) -> None:
    frames = tmp_path / "frames.json"
    frames.write_text(json.dumps([BOOK, {**BOOK, "market": "0xunknown"}], indent=1))

    result = run("normalise", str(frames), "--source", "polymarket", "--catalog", catalog)

    assert len(printed(result)) == 2
    assert refused(result) == [{"line": 1, "reason": "unknown_market"}]


def test_normalise_names_the_user_of_private_publications() -> None:
    record = {
        "userId": "alice",
        "id": "n-1",
        "type": "price_alert",
        "title": "t",
        "message": "m",
        "createdAt": 1790658661,
    }

    result = run("normalise", "-", "--source", "notifications", stdin=json.dumps(record))

    (line,) = printed(result)
    assert list(line) == ["channel", "key", "user", "data"]
    assert (line["user"], line["data"]["read"]) == ("alice", False)


def test_normalise_stamps_what_has_no_time_with_received_at() -> None:
    snapshot = {"type": "orderbook_snapshot", "sid": 1, "seq": 1, "msg": {"market_ticker": "T"}}
    arguments = ["normalise", "-", "--source", "kalshi", "--received-at", "2026-03-27T14:30:00Z"]

    result = run(*arguments, stdin=json.dumps(snapshot))

    assert printed(result)[0]["data"]["updatedAt"] == "2026-03-27T14:30:00.000Z"


@pytest.mark.parametrize(
    "arguments",
    [
        ["normalise", "absent.jsonl", "--source", "kalshi"],
        ["normalise", "-", "--source", "kalshi", "--received-at", "yesterday"],
        ["normalise", "-", "--source", "kalshi", "--catalog", "absent.jsonl"],
        ["demo", "--replay", "absent.jsonl"],
        ["token", "--sub", "alice", "--ttl", "x"],
        ["normalise", "-", "--source", "nasdaq"],
    ],
)
def test_wrong_usage_is_said_in_a_line_and_fails(arguments: list[str], tmp_path: Path) -> None:
    result = run(*arguments, XDG_STATE_HOME=str(tmp_path))

    assert result.exit_code != 0
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_token_is_good_for_the_demos_key(tmp_path: Path) -> None:
    result = run("token", "--sub", "alice", "--ttl", "60", XDG_STATE_HOME=str(tmp_path))

    key = tmp_path / "vezta-stream" / "demo.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    verifier = TokenVerifier(
        algorithm=Algorithm.HS256, key=key.read_bytes(), policy=TokenPolicy(None, None, 0)
    )
    verdict = verifier.verify(result.stdout.strip(), now=0)
    assert isinstance(verdict, Verified)
    assert verdict.grant.user == "alice"


def test_token_takes_the_environments_key(tmp_path: Path) -> None:
    secret = os.urandom(24).hex()

    result = run("token", "--sub", "alice", VEZTA_JWT_SECRET=secret, XDG_STATE_HOME=str(tmp_path))

    assert result.exit_code == 0
    assert not (tmp_path / "vezta-stream").exists()
    assert secret not in result.output


def test_token_cannot_be_signed_without_a_private_key() -> None:
    result = run("token", "--sub", "a", VEZTA_JWT_PUBLIC_KEY="pem", VEZTA_JWT_ALGORITHM="ES256")

    assert result.exit_code == 1
    assert "HS256 only" in result.stderr


def test_a_repeated_kalshi_frame_is_refused_as_duplicate() -> None:
    trade = {
        "type": "trade",
        "sid": 1,
        "seq": 1,
        "msg": {
            "trade_id": "t-1",
            "market_ticker": "T",
            "yes_price_dollars": "0.36",
            "count_fp": "10.00",
            "taker_side": "yes",
            "ts_ms": 1790658661234,
        },
    }

    result = run("normalise", "-", "--source", "kalshi", stdin=f"{json.dumps(trade)}\n" * 2)

    assert refused(result) == [{"line": 2, "reason": "duplicate"}]
    assert [line["channel"] for line in printed(result)] == ["market:trades", "market:prices"]


def test_a_bad_catalog_line_is_reported_and_the_others_count(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.jsonl"
    catalog.write_text("{}\n" + json.dumps(CATALOG))
    arguments = ["normalise", "-", "--source", "polymarket", "--catalog", str(catalog)]

    result = run(*arguments, stdin=json.dumps(BOOK))

    assert result.exit_code == 0
    assert refused(result) == [{"catalogLine": 1, "reason": "missing_field"}]
    assert len(printed(result)) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a":1}] x', "not_json"),
        ('[{"event_type":"book"},{"a":1', "not_json"),
        ("[" * 5_000 + "]" * 5_000, "too_deep"),
    ],
)
def test_a_broken_array_has_the_reason_of_the_whole(text: str, reason: str, catalog: str) -> None:
    result = run("normalise", "-", "--source", "polymarket", "--catalog", catalog, stdin=text)

    assert refused(result) == [{"line": 1, "reason": reason}]


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path, catalog: str) -> None:
    frames = tmp_path / "frames.jsonl"
    frames.write_text("\ufeff" + json.dumps(BOOK))

    result = run("normalise", str(frames), "--source", "polymarket", "--catalog", catalog)

    assert len(printed(result)) == 2
