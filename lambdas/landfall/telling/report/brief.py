"""Shortens names in a sentence, for people: commits to 7 characters, digests and ids to their distinctive ones."""

from __future__ import annotations

from landfall.text.lazy_pattern import Later

SHORT = 7
"""Characters of a commit."""
_TASK_URL = Later(
    r"https://[a-z0-9-]+\.console\.aws\.amazon\.com/ecs/v2/clusters/[^/\s]+/tasks/([0-9a-f]{8})[^/\s]*/\S*"
)
_TASK_DEFINITION = Later(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d*:task-definition/")
_HEX = Later(r"\b[0-9a-f]{64}\b")
_COMMIT = Later(r"\b[0-9a-f]{40}\b")
_TASK = Later(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


def brief(text: str) -> str:
    """Shorten names in a sentence. The page's tables and report.json have the full names."""
    told = _TASK_DEFINITION.sub("", _TASK_URL.sub(r"task \1", text))
    told = _HEX.sub(lambda found: found[0][:12], told)
    return _TASK.sub(r"\1", _COMMIT.sub(lambda found: found[0][:SHORT], told))
