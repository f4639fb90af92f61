"""The demo's key: made once, readable by its owner only."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vezta_stream.demo.keys import demo_secret, state_directory


def test_the_key_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    directory = tmp_path / "state" / "vezta-stream"

    first = demo_secret(directory)

    assert len(first) >= 32
    assert demo_secret(directory) == first
    assert (directory / "demo.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in directory.iterdir()] == ["demo.key"]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: demo_secret(tmp_path), range(32)))

    assert len(secrets) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    demo_secret(tmp_path)
    os.chmod(tmp_path / "demo.key", 0o644)

    with pytest.raises(PermissionError, match="can be read by others"):
        demo_secret(tmp_path)


def test_the_state_directory_follows_the_environment(tmp_path: Path) -> None:
    assert state_directory({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "vezta-stream"
    assert state_directory({}) == Path.home() / ".local/state/vezta-stream"
