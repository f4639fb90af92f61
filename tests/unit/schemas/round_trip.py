"""What the tests of the contract's payloads share."""

import json
from pathlib import Path
from typing import Any

import pytest

from vezta_stream.schemas.codec import decoder, encode

_SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


def compact(value: object) -> bytes:
    """Return the bytes that clients are promised for a payload: compact, nothing escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def there_and_back(type_: type[Any], value: bytes) -> bytes:
    """Return `value` decoded as `type_` and encoded again."""
    return encode(decoder(type_).decode(value))


def sample(path: str) -> str:
    """Return a file of the reference's samples; the test is skipped without them."""
    file = _SAMPLES / path
    if not file.exists():
        pytest.skip(f"the reference's samples are not beside the repository: no {path}")
    return file.read_text(encoding="utf-8")


def reference_example(channel: str) -> bytes:
    """Return the reference's example payload of a channel, compact."""
    example = json.loads(sample(f"vezta/{channel.replace(':', '_').replace('-', '_')}.json"))
    assert example["channel"] == channel
    return compact(example["data"])
