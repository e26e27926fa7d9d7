"""The rules of the tests' own house: Landfall's own code is never patched, and a test is no place to import from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import packages, sizes

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
HANDLERS = {path.stem for path in packages.LAMBDAS.glob("*.py")}
OWN = HANDLERS | {"app", "landfall", "cli", "local", "stacks", "statemachine", "tools", "sample_service"}
"""What Landfall is made of. AWS, the SDK and the standard library may be patched: there the real world begins."""
PATCHES = ("setattr", "delattr", "patch", "object")
"""The last part of each call that patches: `monkeypatch.setattr`, `mock.patch`, `mock.patch.object`."""

MAY_PATCH = re.compile(r"attr\(|patch|^\s*\w[\w.()]*\.\w+ \W*= ", re.MULTILINE)
MAY_BORROW = re.compile(r"^\s*(from|import) tests\b([^\n(]*|[^\n]*\([^)]*)\b(test_|conftest\b)", re.MULTILINE)
"""Only files in which these are found are parsed: parsing all of them takes seconds."""


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """Return the Python files of a folder, with their text."""
    known = (path for path in sizes.files(ROOT) if path.is_relative_to(folder))
    return ((path, path.read_text(encoding="utf-8")) for path in known)


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names that a module imports, wherever it does, each with what it is in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def typed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a module's functions that are annotated by a name, each with that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name):
            yield node.arg, node.annotation.id


def targets(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what a module patches: by a call, or by an assignment to an attribute of what it imports."""
    imported = {name for name, _ in imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _last(node.func) in PATCHES:
            yield node.args[0]
        elif isinstance(node, ast.Assign | ast.AugAssign):
            assigned = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each for each in assigned if isinstance(each, ast.Attribute) and _first(each) in imported)


def patched(text: str) -> list[str]:
    """Return the own code that the text of a module patches."""
    tree = ast.parse(text)
    imported = dict(imports(tree))
    ours = {name for name, origin in imported.items() if _is_own(origin)}
    ours |= {name for name, kind in typed(tree) if kind in ours}
    found = [(_first(each), ast.unparse(each)) for each in targets(tree)]
    return [target for first, target in found if first in ours or (first not in imported and _is_own(first))]


def _is_own(origin: str) -> bool:
    return origin.partition(".")[0] in OWN


def _first(node: ast.expr) -> str:
    """Return the name that an expression begins with, or the text of a string."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_own_code_is_never_patched() -> None:
    """A test of patched code says how the patch behaves. AWS is replaced at its boundary, and all else has a seam."""
    wrong = {str(path.relative_to(ROOT)): patched(text) for path, text in texts(TESTS) if MAY_PATCH.search(text)}
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    "line",
    [
        "monkeypatch.setattr(begin, 'X', 0)",
        "monkeypatch.setattr(begin.Thing, 'run', f)",
        "monkeypatch.setattr('cli.cloud.on_aws', f)",
        "monkeypatch.setattr(resolve, 'handler', f)",
        "failing.delattr(begin, 'X')",
        "setattr(begin, 'X', 0)",
        "mock.patch('landfall.chain.digest')",
        "patch.object(begin, 'X')",
        "begin.X = 0",
        "begin.Thing.X += 1",
        "def test(at: begin): monkeypatch.setattr(at.cloud, 'client', f)",
    ],
)
def test_each_way_to_patch_is_found(line: str) -> None:
    """The test above would say nothing if it knew only one."""
    text = f"import resolve\nfrom cli.deployments import begin\n{line}\n"
    assert (len(patched(text)), bool(MAY_PATCH.search(text))) == (1, True)


@pytest.mark.parametrize(
    "line",
    ["monkeypatch.setattr(Backend, 'stop', f)", "setattr(made, 'X', begin)", "made.X = begin", "patch('time.sleep')"],
)
def test_what_is_not_ours_may_be_patched(line: str) -> None:
    """Moto, the SDK, and what a test made for itself."""
    assert patched(f"from moto.models import Backend\nfrom cli.deployments import begin\n{line}\n") == []


def test_no_module_imports_from_a_test() -> None:
    """What several tests use has a module that says what is in it; conftest.py is for pytest alone."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {each}"
        for path, text in texts(ROOT)
        if MAY_BORROW.search(text)
        for each in packages.imported(path)
        if any(part == "conftest" or part.startswith("test_") for part in _in_tests(each))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "lines",
    [
        "from tests.cli.test_begin import SERVICE",
        "from tests.cli import test_begin as begin",
        "from tests.e2e import (\n    laws,\n    test_ways,\n)",
        "    import tests.cli.test_begin",
        "from tests.conftest import NOWHERE",
    ],
)
def test_each_way_to_import_from_a_test_is_looked_at(lines: str) -> None:
    """The test above parses no other file."""
    assert MAY_BORROW.search(f"x = 1\n{lines}\n")


def _in_tests(name: str) -> list[str]:
    """Return the parts of a dotted name below `tests`."""
    first, *parts = name.split(".")
    return parts if first == "tests" else []
