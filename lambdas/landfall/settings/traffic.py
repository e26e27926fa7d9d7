"""The traffic settings of services.toml: [services.<name>.strategy.traffic], how green and blue are compared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Traffic:
    """How the traffic of the new tasks is judged against that of the old ones."""
