"""JSON for Socket.IO."""

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.gateway import codec

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(value=json_values)
def test_it_speaks_the_same_json_as_the_standard_library(value: object) -> None:
    assert json.loads(codec.dumps(value)) == value
    assert codec.loads(json.dumps(value)) == value


def test_text_is_compact_and_unescaped() -> None:
    assert codec.dumps({"a": ["é", "✓"], "b": 1}) == '{"a":["é","✓"],"b":1}'


def test_the_librarys_options_make_no_difference() -> None:
    assert codec.dumps([1, 2], separators=(", ", ": ")) == "[1,2]"


def test_raw_json_is_embedded_as_it_is() -> None:
    assert codec.dumps(["data", msgspec.Raw(b'{"p" : "0.50"}')]) == '["data",{"p" : "0.50"}]'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_know_become_null(number: float) -> None:
    assert codec.dumps([number]) == "[null]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[Infinity]",
        "1e400",
        "'a'",
        "[1,]",
        '"\\ud800"',
        "1" * 5_000,
        "[" * 50_000,
        '{"a":' * 50_000,
    ],
    ids=lambda text: text[:10],
)
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        codec.loads(text)


def test_what_cannot_be_written_is_a_value_error() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, "\ud800"):
        with pytest.raises(ValueError, match="JSON"):
            codec.dumps(value)
