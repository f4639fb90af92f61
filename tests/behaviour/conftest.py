"""The suites are not test modules by name: pytest must be told to explain their asserts."""

import pytest

pytest.register_assert_rewrite(
    "tests.behaviour.bus_harness",
    "tests.behaviour.bus_history_suite",
    "tests.behaviour.bus_suite",
    "tests.behaviour.log_group_suite",
    "tests.behaviour.log_harness",
    "tests.behaviour.log_suite",
)
