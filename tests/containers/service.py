"""The service that runs in real containers."""

from __future__ import annotations

SERVICE = "landing"
