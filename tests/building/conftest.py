"""A real Git repository with one commit, and buildspec.yml run in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building.clone import Source, git


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Return such a clone."""
    clone = tmp_path / "clone"
    service = clone / "service"
    service.mkdir(parents=True)
    (service / "Dockerfile").write_text("FROM scratch\nCOPY main.py /\n")
    (service / "main.py").write_text("print('hello')\n")
    (clone / "elsewhere.txt").write_text("not in the build's context\n")
    git(clone, "init", "--quiet")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "first")
    (service / "forgotten.py").write_text("not committed\n")
    return Source(clone, git(clone, "rev-parse", "HEAD"), tmp_path)
