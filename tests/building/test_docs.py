"""docs/building.md: every refusal of the build is explained, and none that it no longer makes."""

from __future__ import annotations

import re

from tests.building.clone import ROOT, buildspec_text

SAYS = re.compile(r'echo "landfall: (.+?)"(?: >&2)?(?:$|;)', re.MULTILINE)
ROW = re.compile(r"^\| (`.+?) \|", re.MULTILINE)
PROGRESS = ("is built already", "(built now: ")
"""What is said of a build that goes well."""


def explained() -> list[list[str]]:
    """Return what the table explains: each message as its fixed parts."""
    text = (ROOT / "docs" / "building.md").read_text(encoding="utf-8")
    table = text[text.index("## When it says no") :]
    spans = [span for row in ROW.findall(table) for span in re.findall(r"`([^`]+)`", row)]
    return [[part for part in re.split(r"\s*…\s*|''", span) if len(part) > 1] for span in spans]


def test_every_message_is_explained() -> None:
    """A person who gets one of these errors finds it in the docs, with the fix."""
    messages = [m for m in SAYS.findall(buildspec_text()) if not any(part in m for part in PROGRESS)]
    unexplained = [m for m in messages if not any(all(part in m for part in row) for row in explained())]

    assert len(messages) >= 12
    assert unexplained == []


def test_nothing_is_explained_that_is_never_said() -> None:
    """A table of old messages is worse than none."""
    messages = SAYS.findall(buildspec_text())

    assert [row for row in explained() if not any(all(part in m for part in row) for m in messages)] == []
