"""Builders and a garbage strategy for the tests of the backend inputs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pytest
from hypothesis import strategies as st

from tests.unit.schemas.round_trip import reference_example
from vezta_stream.core.publications import Publication
from vezta_stream.core.records import RawRecord, Reason, Rejected

Fields = Mapping[str, Any]

# Literals of JSON, or nearly, that are no number, no time and no word of an enumeration.
ABSURD = [
    "NaN",
    "Infinity",
    "1e400",
    "1e999999999",
    "-1e999999999",
    "true",
    '""',
    '"\\ud800"',
    '"NaN"',
    "{}",
    "[[[1]]]",
    "[" * 5_000,
]

_LITERAL = "the literal goes here"

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


class Normaliser(Protocol):
    """What the tests of all backend inputs drive."""

    def normalise(self, record: RawRecord) -> list[Publication]: ...


def record(fields: object, *, key: str | None = None) -> RawRecord:
    """Return the raw record of a JSON value."""
    return raw(json.dumps(fields, ensure_ascii=False).encode(), key=key)


def raw(value: bytes, *, key: str | None = None) -> RawRecord:
    """Return the raw record of these bytes."""
    return RawRecord(key=key, value=value, received_at=0)


def with_literal(fields: Fields, name: str, literal: str) -> bytes:
    """Return the JSON of `fields`, with `literal` as it stands for the value of `name`."""
    text = json.dumps({**fields, name: _LITERAL})
    return text.replace(f'"{_LITERAL}"', literal).encode()


def without(fields: Fields, *names: str) -> dict[str, Any]:
    """Return `fields` without these."""
    return {name: value for name, value in fields.items() if name not in names}


def micros(units: int) -> str:
    """Return so many millionths as a plain decimal."""
    return f"{'-' if units < 0 else ''}{abs(units) // 10**6}.{abs(units) % 10**6:06}"


def only(normaliser: Normaliser, fields: object, *, key: str | None = None) -> Publication:
    """Return the one publication that `fields` give."""
    (publication,) = normaliser.normalise(record(fields, key=key))
    return publication


def data_of(publication: Publication) -> dict[str, Any]:
    """Return the payload, read back."""
    assert publication.data is not None
    data: dict[str, Any] = json.loads(publication.data)
    return data


def data(normaliser: Normaliser, fields: object) -> dict[str, Any]:
    """Return the payload that `fields` give."""
    return data_of(only(normaliser, fields))


def passes_unchanged(normaliser: Normaliser, channel: str) -> bool:
    """Return whether the reference's example gives itself; skips the test without it."""
    example = reference_example(channel)
    return only(normaliser, {"userId": "ann", **json.loads(example)}).data == example


def refusal(normaliser: Normaliser, refused: RawRecord) -> Reason:
    """Return why `refused` is rejected."""
    with pytest.raises(Rejected) as caught:
        normaliser.normalise(refused)
    return caught.value.reason


def garbage(fields: Fields) -> st.SearchStrategy[bytes]:
    """Return bytes that are no JSON, other JSON, or `fields` with a field or two spoilt."""
    names = st.sampled_from(sorted(fields))
    spoilt = st.dictionaries(names, _ANYTHING, max_size=3).map(lambda new: {**fields, **new})
    lacking = st.lists(names, max_size=2).map(lambda gone: without(fields, *gone))
    return st.one_of(
        st.binary(max_size=64),
        (_ANYTHING | spoilt | lacking).map(lambda value: json.dumps(value).encode()),
        st.builds(with_literal, st.just(fields), names, st.sampled_from(ABSURD)),
    )


def survives(normaliser: Normaliser, value: bytes, *, keys: Sequence[str]) -> None:
    """Assert that `value` is rejected or gives payloads with no other keys than these."""
    try:
        publications = normaliser.normalise(raw(value))
    except Rejected:
        return
    for publication in publications:
        assert [key for key in data_of(publication) if key not in keys] == []
