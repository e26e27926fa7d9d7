"""The function of an owner, for tests that ask for it."""

from __future__ import annotations

from tests.steps.after.checked_release import function

__all__ = ["function"]  # fixtures
