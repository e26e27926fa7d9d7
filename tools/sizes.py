"""The sizes of modules and functions: `python -m tools.sizes` prints a table for each tree.

The size of a module is its lines of code, without blank lines, comments and docstrings. The size of a function is from
`def` to its last line, without the docstring.
"""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
TREES = ("lambdas", "cli", "stacks", "local", "statemachine", "sample_service", "tools", "tests")
MOST_LINES = 200
"""Lines of code of a module."""
MOST_MODULES = 25
"""Modules of a folder, its `__init__.py` left out. The traits of the local AWS, a file each, are the most."""
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def lines_of_code(text: str) -> int:
    """Return how many lines hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - {line for node in _docstrings(ast.parse(text)) for line in node})


def functions(text: str) -> Iterator[int]:
    """Yield the lines of each function, its docstring left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1 - len(_docstring(node))


def _docstrings(tree: ast.Module) -> Iterator[range]:
    yield from (_docstring(node) for node in ast.walk(tree) if isinstance(node, _WITH_DOCSTRING))


def _docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    if ast.get_docstring(node, clean=False) is None:
        return range(0)
    return range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)


def files(root: Path) -> list[Path]:
    """Return the Python files that Git tracks, or would."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    done = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603  of this checkout
    return [root / name for name in done.stdout.splitlines() if (root / name).exists()]


def spread(sizes: Iterable[int]) -> str:
    """Return the median, the 90th percentile and the largest, as `8/22/46`."""
    found = sorted(sizes)
    if len(found) < 2:  # noqa: PLR2004  quantiles of one are not defined
        return "/".join(map(str, found * 3))
    tenth = quantiles(found, n=10, method="inclusive")[-1]
    return f"{median(found):.0f}/{tenth:.0f}/{found[-1]}"


def main(root: Path) -> None:
    """Print the table for a checkout."""
    told = {path: path.read_text(encoding="utf-8") for path in files(root)}
    rows = ["| tree | modules | module | function |", "|---|---|---|---|"]
    for tree in TREES:
        texts = [text for path, text in told.items() if path.relative_to(root).parts[0] == tree]
        if texts:
            inside = spread(size for text in texts for size in functions(text))
            rows.append(f"| {tree} | {len(texts)} | {spread(map(lines_of_code, texts))} | {inside} |")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT)
