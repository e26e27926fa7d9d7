"""Lifecycle policies, and the images that they judge."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.images.stored import Listed

COUNT = "imageCountMoreThan"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def image(name: str, days: float, *tags: str, **more: Any) -> Listed:
    """Return an image that was pushed that many days ago."""
    return Listed(name, tags, (NOW - timedelta(days=days)).isoformat(), **more)


def rule(priority: int, count: str = "sinceImagePushed", number: int = 7, **more: Any) -> dict[str, Any]:
    """Return one rule of a policy's JSON."""
    action = more.pop("action", "expire")
    selection = {"tagStatus": "any", "countType": count, "countNumber": number, **more}
    return {"rulePriority": priority, "selection": selection, "action": {"type": action}}


def policy(*rules: dict[str, Any]) -> str:
    """Return a policy's text."""
    return json.dumps({"rules": rules})
