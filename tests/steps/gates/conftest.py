"""A canary service at its first gate, for tests that ask for it."""

from __future__ import annotations

from tests.steps.gates.shifted_service import release, shifting

__all__ = ["release", "shifting"]  # fixtures
