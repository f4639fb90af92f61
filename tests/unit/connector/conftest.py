"""Fixtures of the connector's tests."""

from pathlib import Path

import pytest

_SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


@pytest.fixture
def samples() -> Path:
    """Return where recorded and documented messages lie; skips where they do not."""
    if not _SAMPLES.is_dir():
        pytest.skip("the exchanges' sample messages are not beside this checkout")
    return _SAMPLES
