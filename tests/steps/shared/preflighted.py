"""Preflight of a release."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.steps import machine
from tests.support import builders as b


def preflight(**changes: Any) -> Any:
    """Invoke Preflight for a release."""
    return machine.invoke("preflight", {"release": asdict(b.release(**changes))})
