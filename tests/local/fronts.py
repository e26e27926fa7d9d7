"""The fronts of the local AWS."""

from __future__ import annotations

FRONTED, OF_NETWORK = "s-front", "s-network"
