"""AWS as the adapters find it, for tests that ask for it."""

from __future__ import annotations

from tests.support.on_moto import _site, aws, settings_path, site

__all__ = ["_site", "aws", "settings_path", "site"]  # fixtures
