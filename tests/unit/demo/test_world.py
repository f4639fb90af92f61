"""The outside world of a demo: what it refuses to start with."""

import json
from pathlib import Path

import pytest

from vezta_stream.demo import world

FRAME = json.dumps({"event_type": "book", "market": "0xc", "asset_id": "1", "timestamp": "1"})


def recorded(tmp_path: Path, catalog: str | None) -> world.World:
    frames = tmp_path / "frames.jsonl"
    frames.write_text(FRAME)
    path = None
    if catalog is not None:
        path = tmp_path / "catalog.jsonl"
        path.write_text(catalog)
    return world.recorded([frames], catalog=path, speed=1.0, use_yes_price=False)


def test_polymarkets_recordings_need_a_catalog(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="need --catalog"):
        recorded(tmp_path, None)


def test_a_catalog_that_is_none_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 2: missing_field"):
        recorded(tmp_path, "\n{}")
