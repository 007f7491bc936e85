"""Settings of the whole test run."""

from __future__ import annotations

from hypothesis import settings

# A machine that is busy with something else is no failure.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
