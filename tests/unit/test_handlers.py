"""Handlers are thin: they read, ask one decision and act."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HANDLERS = sorted((Path(__file__).parents[2] / "lambdas").glob("*.py"))
MOST_LINES = 60


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.stem)
def test_a_handler_is_short(path: Path) -> None:
    """What does not fit is a decision, which belongs into the core, or much to read, which belongs into steps."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.stem)
def test_no_handler_imports_another(path: Path) -> None:
    """A function would load the imports of two steps; what both need is in steps."""
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert not imported & {each.stem for each in HANDLERS}
