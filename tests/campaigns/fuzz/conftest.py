"""AWS as the steps find it: nothing that comes in may touch a service there."""

from __future__ import annotations

from tests.support.on_moto import _site, aws, live, settings_path, site

__all__ = ["_site", "aws", "live", "settings_path", "site"]  # fixtures
