"""An address that nobody answers."""

from __future__ import annotations

NOWHERE = "http://127.0.0.1:9"
"""An endpoint that answers nobody. Tests on moto take it away while moto stands in; others name their own."""
