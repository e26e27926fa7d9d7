"""SECURITY.md names tests; each is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_is_named_exists() -> None:
    """A threat model that points at nothing is worse than none."""
    named = NAMED.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file, _ in named}
    assert len(named) > 20
    assert [f"{file}::{name}" for file, name in named if f"def {name}(" not in texts[file]] == []
