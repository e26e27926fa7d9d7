"""What the policies of docs/policies allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).parents[2] / "docs" / "policies"
NEEDS_NOTHING = {"sts:GetCallerIdentity"}
"""No policy can take it away (STS API reference)."""


def statements(name: str) -> list[dict[str, Any]]:
    """Return a policy's statements."""
    return list(json.loads((POLICIES / f"{name}.json").read_text())["Statement"])


def allowed(name: str) -> set[str]:
    """Return the actions that a policy allows."""
    return {action for statement in statements(name) for action in statement["Action"]}
