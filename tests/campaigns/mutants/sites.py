"""Which mutants a module has: each is the module's source with one small change."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """One change. `line` is where it is in the file; `old` and `new` are what it replaces by what."""

    path: str
    line: int
    old: str
    new: str
    operator: str
    source: str

    @property
    def place(self) -> str:
        """Return file and line."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Place:
    """Where a module can be changed: by which operator, at which node of its tree, and at which place in the node."""

    operator: int
    node: int
    index: int


def of(path: str, source: str) -> list[Mutant]:
    """Return a module's mutants, each once. It takes seconds: each is a parse of the module."""
    return sorted(made(path, source, places(source)), key=lambda m: (m.line, m.old, m.new))


def places(source: str) -> list[Place]:
    """Return where a module can be changed. It is quick: the module is parsed once."""
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415 - cosmic-ray, which few need

    nodes = list(ast_nodes(get_ast(source)))
    return [
        Place(number, at, index)
        for number, operator in enumerate(_operators())
        for at, node in enumerate(nodes)
        for index, _ in enumerate(operator.mutation_positions(node))
    ]


def made(path: str, source: str, wanted: Iterable[Place]) -> Iterator[Mutant]:
    """Make the mutants at some places, as they are asked for, each once.

    Those that mean the same as the module (annotations) are left out.
    """
    known, operators = {_meaning(source)}, _operators()
    for place in wanted:
        operator = operators[place.operator]
        changed = _changed(source, operator, place)
        try:
            meaning = _meaning(changed) if changed is not None else None
        except SyntaxError:
            continue
        if changed is not None and meaning is not None and meaning not in known:
            known.add(meaning)
            yield _mutant(path, source, changed, type(operator).__name__)


def _operators() -> list[Any]:
    from tests.campaigns.mutants import operators  # noqa: PLC0415 - it needs cosmic-ray

    return operators.all_of_them()


def _changed(source: str, operator: Any, place: Place) -> str | None:
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415

    tree = get_ast(source)
    node = next(n for i, n in enumerate(ast_nodes(tree)) if i == place.node)
    try:
        changed = operator.mutate(node, place.index)
    except AttributeError:
        return None  # cosmic-ray's ExceptionReplacer can't change a dotted name: `except json.JSONDecodeError`
    if changed is not node:
        node.parent.children = [changed if child is node else child for child in node.parent.children]
    return str(tree.get_code())


def _meaning(source: str) -> str:
    """Return a spelling that two sources share if they differ in annotations, class decorators and layout alone."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.ClassDef):
            node.decorator_list = []  # that a value is frozen is the type checker's to see
        if isinstance(node, ast.arguments):  # nor whether an argument may be given by its name
            node.args, node.posonlyargs = [*node.posonlyargs, *node.args, *node.kwonlyargs], []
            node.defaults, node.kwonlyargs, node.kw_defaults = [*node.defaults, *filter(None, node.kw_defaults)], [], []
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _mutant(path: str, source: str, changed: str, operator: str) -> Mutant:
    before, after = source.splitlines(), changed.splitlines()
    parts = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    parts = [part for part in parts if part[0] != "equal"]
    first, last = parts[0], parts[-1]
    old, new = before[first[1] : last[2]], after[first[3] : last[4]]
    return Mutant(path, first[1] + 1, _joined(old), _joined(new), operator, changed)


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(line.split()) for line in lines)
