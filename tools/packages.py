"""The packages of `lambdas/landfall`, in layers: what each may import, and a drawing of what each imports.

A package imports from layers below its own and from nothing else. `make drawing` writes the drawing into
docs/architecture.md; tests/unit/test_packages.py checks the rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from statemachine import marked

ROOT = Path(__file__).resolve().parents[1]
LAMBDAS = ROOT / "lambdas"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- packages: begin (make drawing) -->", "<!-- packages: end -->"

HANDLERS = "handlers"
"""The steps: the modules of `lambdas/` itself."""
LAYERS: tuple[tuple[str, ...], ...] = (
    ("text", "errors", "partitions", "console", "runbook", "addresses"),
    ("commit", "naming", "secret", "wire", "unused_versions"),
    ("redaction",),
    ("images", "door"),
    ("settings",),
    ("model",),
    ("judging", "smoke", "logs"),
    ("proof", "gates"),
    ("change", "intake", "worker"),
    ("migration", "after", "approval", "abort"),
    ("chain", "preflight_checks"),
    ("ledger", "builds"),
    ("reconcile", "dora"),
    ("telling", "settings_file"),
    ("aws",),
    ("runtime",),
    ("steps",),
    (HANDLERS,),
)
"""The packages, and the single modules, from the bottom up."""
SHELL = ("aws", "runtime", "steps", HANDLERS)
"""The packages that use AWS, HTTP or Lambda's own libraries. Everything else is the core."""
_HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}


def package(module: str) -> str:
    """Return the package of a module of `lambdas/`; its own name if it is in no package."""
    parts = module.split(".")
    return parts[1] if parts[0] == "landfall" and len(parts) > 1 else HANDLERS


def modules() -> dict[str, Path]:
    """Return each module of `lambdas/` and its file. The empty package `landfall` is left out."""
    found = {}
    for path in sorted(LAMBDAS.rglob("*.py")):
        parts = path.relative_to(LAMBDAS).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {name: path for name, path in found.items() if name != "landfall"}


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports, wherever in it: modules and the names taken from them, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports() -> dict[str, set[str]]:
    """Return the packages that each package imports, itself left out."""
    found: dict[str, set[str]] = {}
    known = modules()
    for name, path in known.items():
        of = found.setdefault(package(name), set())
        ours = (each for each in imported(path) if each.startswith("landfall.") or each.split(".")[0] in known)
        of |= {package(each) for each in ours} - {package(name)}
    return found


def upward() -> list[str]:
    """Return each import that doesn't go down, as `proof imports aws`. A package in no layer is one, too."""
    arrows = [(one, other) for one, others in imports().items() for other in sorted(others)]
    unknown = sorted({name for arrow in arrows for name in arrow} - _HEIGHT.keys())
    wrong = [f"{a} imports {b}" for a, b in arrows if not {a, b} & set(unknown) and _HEIGHT[b] >= _HEIGHT[a]]
    return [*(f"{name} is in no layer" for name in unknown), *wrong]


def mermaid() -> str:
    """Return the drawing. An arrow that follows from others is left out, and so is what any package may import."""
    basic = {name for layer in LAYERS[:2] for name in layer}
    arrows = {a: {b for b in others if b not in basic} for a, others in imports().items() if a not in basic}
    lines = ["flowchart TD"]
    for height in range(len(LAYERS) - 1, 1, -1):
        for a in LAYERS[height]:
            lines += [f"    {a} --> {b}" for b in sorted(_direct(a, arrows), key=lambda b: (-_HEIGHT[b], b))]
    colour = "    classDef shell fill:#fef7e0,stroke:#f29900"
    return "\n".join([*lines, colour, f"    class {','.join(SHELL)} shell"])


def _direct(a: str, arrows: Mapping[str, set[str]]) -> set[str]:
    return arrows[a] - {c for b in arrows[a] for c in _below(b, arrows)}


def _below(a: str, arrows: Mapping[str, set[str]]) -> set[str]:
    return arrows[a] | {c for b in arrows[a] for c in _below(b, arrows)}


def page() -> str:
    """Return the page with the current drawing."""
    text = PAGE.read_text(encoding="utf-8")
    return marked.put_into(text, BEGIN, END, f"```mermaid\n{mermaid()}\n```\n")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
