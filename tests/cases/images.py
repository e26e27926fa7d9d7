"""Builds a commit as the buildspec does, with recorded programs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.images.buildspec import BuildFailed
from landfall.settings import Build
from tests.building import answers as recorded
from tests.building.clone import Source, git


def lacking(given: Mapping[str, Any]) -> list[str] | str:
    """Return the files of a commit that the build's context lacks; or how the build failed."""
    with tempfile.TemporaryDirectory() as directory:
        source = _source(Path(directory), given["files"])
        answers = [recorded.NOT_THERE, *recorded.READY, recorded.BUILT, recorded.there(recorded.OURS)]
        try:
            _, programs = source.build(answers, settings=Build(source="example/shop", **given.get("build", {})))
        except BuildFailed as error:
            return f"build failed: {str(error)[-120:]}"
        (build,) = programs.to(*recorded.BUILD)
        return sorted(set(given["files"]) - set(build["context"]))


def _source(directory: Path, files: Mapping[str, str]) -> Source:
    clone = directory / "clone"
    for name, text in files.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes(text.encode())
    git(clone, "init", "--quiet")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "first")
    return Source(clone, git(clone, "rev-parse", "HEAD"), directory)
