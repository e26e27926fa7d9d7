"""Reads a case's file."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPORTED = Path(__file__).parent / "reported"
"""Cases that were reported, and must keep passing."""
FOUND = Path(__file__).parent / "found"
"""More cases of the same kinds, each with its source. The expected result was written before the first run."""


class NoCase(Exception):
    """A file does not have the form of a case."""


@dataclass(frozen=True)
class Case:
    """One input, how to run it, and the expected result."""

    how: str
    input: Any
    expected: Any


def read(path: Path) -> Case:
    """Read a case. Raises NoCase."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        return Case(document["how"], document["input"], document["expected"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoCase(f"{path} is no case: {type(error).__name__}: {error}") from error
