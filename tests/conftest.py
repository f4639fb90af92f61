"""What holds for every test."""

import os

from hypothesis import settings

pytest_plugins = ["tests.kafka.plugin", "tests.parts.fixtures"]

# Machines are shared: how long an example takes says nothing. Where tests are run
# unattended the examples are the same each time; elsewhere new ones are tried.
settings.register_profile("default", deadline=None)
settings.register_profile("unattended", deadline=None, derandomize=True)
settings.load_profile("unattended" if os.environ.get("CI") else "default")
