"""The documents' examples are what the service takes."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vezta_stream.cli import cli
from vezta_stream.ingestor.markets.registry import Registry

INPUTS = (Path(__file__).parents[2] / "docs/inputs.md").read_text()
EXAMPLE = re.compile(r"`--source ([a-z-]+)`\)\n\n```json\n(.+)\n```")


@pytest.mark.parametrize(("source", "record"), EXAMPLE.findall(INPUTS))
def test_each_backend_example_becomes_one_publication(source: str, record: str) -> None:
    result = CliRunner().invoke(cli, ["normalise", "-", "--source", source], input=record)

    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 1


def test_there_is_an_example_for_each_backend() -> None:
    sources = [source for source, _ in EXAMPLE.findall(INPUTS)]

    assert sources == ["orders", "portfolio", "notifications", "copy-trade", "signals"]


def test_the_catalog_example_is_a_catalog_record() -> None:
    record = INPUTS.rpartition("```json\n")[2].partition("\n```")[0]

    assert Registry().apply(record.encode()).market_id == json.loads(record)["marketId"]
