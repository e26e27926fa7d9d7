"""`make test-oldest` has what its tests import: its environment holds requirements-tests.txt and nothing else.

The imports are read, and nothing is imported: here, everything is installed, and an import tells nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = (ROOT, ROOT / "lambdas")
"""Where this tree's modules are found, in this order."""
SCRIPT, REQUIREMENTS = ROOT / ".ci" / "test-oldest", ROOT / "requirements-tests.txt"


def begun() -> list[Path]:
    """Return the files that the script gives to pytest, with the conftest.py files above them."""
    named = re.findall(r"\btests/[\w/]+(?:\.py)?", SCRIPT.read_text(encoding="utf-8").rpartition("-m pytest")[2])
    files = [file for name in named for file in _files(ROOT / name)]
    above = {folder / "conftest.py" for file in files for folder in file.parents if folder.is_relative_to(ROOT)}
    return [*files, *sorted(path for path in above if path.is_file())]


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imported(nodes: list[ast.stmt]) -> Iterator[tuple[str, ...]]:
    """Yield what a module imports as soon as it is imported itself: not what a function imports, or mypy alone."""
    for node in nodes:
        match node:
            case ast.Import():
                yield from ((alias.name,) for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield from ((module, f"{module}.{alias.name}") for alias in node.names)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from imported(node.orelse)
            case ast.If() | ast.Try():
                yield from imported([inner for inner in ast.walk(node) if isinstance(inner, ast.stmt)][1:])
            case ast.ClassDef() | ast.With():
                yield from imported(node.body)


@cache
def ours(name: str) -> list[Path]:
    """Return the files that Python runs for a module of this tree: its own, and those of the packages around it."""
    parts = name.split(".")
    stems = [place.joinpath(*parts[:n]) for n in range(1, len(parts) + 1) for place in PLACES]
    files = [file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [file for file in files if file.is_file()]


@cache
def is_ours(top: str) -> bool:
    """Say whether a top-level module is of this tree."""
    return any((place / top).is_dir() or (place / f"{top}.py").is_file() for place in PLACES)


def foreign() -> dict[str, str]:
    """Return each top-level module of others that these tests need, with a file that imports it."""
    found: dict[str, str] = {}
    todo, seen = begun(), set[Path]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for names in imported(ast.parse(path.read_text(encoding="utf-8")).body):
            top = names[0].partition(".")[0]
            if is_ours(top):
                todo += (file for name in names for file in ours(name))
            elif top not in sys.stdlib_module_names:
                found.setdefault(top, str(path.relative_to(ROOT)))
    return found


def installed(requirements: Path) -> set[str]:
    """Return the distributions that a requirements file names, and those that the files name which it includes."""
    found: set[str] = set()
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= installed(requirements.parent / line.removeprefix("-r ").strip())
        elif name := re.match(r"[\w.-]+", line):
            found.add(_normal(name.group()))
    return found


def _normal(name: str) -> str:
    """Return a distribution's name as the index compares it (PyPA, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_oldest_python_has_all_that_its_tests_import() -> None:
    """A test that needs the emulator or CDK belongs into another folder than tests/unit."""
    there, provided = installed(REQUIREMENTS), metadata.packages_distributions()
    missing = {
        top: path
        for top, path in foreign().items()
        if not there & {_normal(distribution) for distribution in provided.get(top, [top])}
    }
    assert missing == {}
    assert {"pytest", "hypothesis", "moto"} <= foreign().keys()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b, c", ["a.b", "c"]),
        ("from a import b", ["a"]),
        ("try:\n    import a\nexcept ImportError:\n    import b", ["a", "b"]),
        ("class C:\n    import a", ["a"]),
        ("from . import a", []),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", ["b"]),
        ("def f():\n    import a", []),
    ],
)
def test_what_an_import_of_a_module_imports(source: str, names: list[str]) -> None:
    """A function's imports wait until it is called, and the type checker's are never run."""
    assert [first for first, *_ in imported(ast.parse(source).body)] == names
