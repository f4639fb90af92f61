"""Log lines."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from vezta_stream.logs import LogFormat, configure, redact

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where lines go; the test run's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.StringIO()
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines as objects."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_lines_and_the_libraries_look_alike(stream: io.StringIO) -> None:
    configure(level="info", format_=LogFormat.JSON, stream=stream)
    structlog.get_logger("ours").info("größe", count=3)
    logging.getLogger("theirs").warning("%s", "text", extra={"count": 3})

    ours, theirs = lines(stream)
    assert (ours["event"], ours["count"], ours["level"]) == ("größe", 3, "info")
    assert (theirs["event"], theirs["count"], theirs["level"]) == ("text", 3, "warning")
    assert set(ours) == set(theirs) == {"event", "count", "level", "logger", "timestamp"}
    assert ours["timestamp"].endswith("Z")


def test_the_level_is_kept(stream: io.StringIO) -> None:
    configure(level="warning", format_=LogFormat.JSON, stream=stream)
    structlog.get_logger("ours").info("quiet")
    logging.getLogger("theirs").info("quiet")

    assert stream.getvalue() == ""


@pytest.mark.parametrize("name", ["engineio.server", "socketio.server", "uvicorn.error"])
def test_libraries_that_show_packets_stay_silent(stream: io.StringIO, name: str) -> None:
    configure(level="debug", format_=LogFormat.JSON, stream=stream)
    logging.getLogger(name).info("Received packet MESSAGE data %s", TOKEN)
    logging.getLogger(name).warning("Invalid HTTP request received.")

    assert stream.getvalue() == ""


@pytest.mark.parametrize("format_", LogFormat)
def test_what_looks_like_a_token_is_blotted_out(stream: io.StringIO, format_: LogFormat) -> None:
    configure(level="info", format_=format_, stream=stream)
    logger = structlog.get_logger("ours")
    logger.info("said %s", TOKEN, token="anything", header="Bearer " + TOKEN)
    logging.getLogger("theirs").info("said %s", TOKEN)
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("failed")

    written = stream.getvalue()
    assert "ValueError" in written
    assert "eyJ" not in written
    assert "anything" not in written


def test_other_fields_are_left_alone() -> None:
    fields = {"event": "a", "count": 3, "user": "u1", "nothing": None}

    assert redact(None, "info", dict(fields)) == fields


def test_configuring_again_replaces_what_was(stream: io.StringIO) -> None:
    first = io.StringIO()
    configure(level="info", format_=LogFormat.JSON, stream=first)
    configure(level="info", format_=LogFormat.JSON, stream=stream)
    structlog.get_logger("ours").info("once")

    assert first.getvalue() == ""
    assert len(lines(stream)) == 1
