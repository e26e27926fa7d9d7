"""Which mutants a module has: each is the module's source with one small change."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
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


def of(path: str, source: str) -> list[Mutant]:
    """Return a module's mutants, each once. Those that mean the same as the module (annotations) are left out."""
    from tests.campaigns.mutants import operators  # noqa: PLC0415 - it needs cosmic-ray, which few need

    known, found = {_meaning(source)}, []
    for operator in operators.all_of_them():
        for changed in _changed(source, operator):
            try:
                meaning = _meaning(changed)
            except SyntaxError:
                continue
            if meaning not in known:
                known.add(meaning)
                found.append(_mutant(path, source, changed, type(operator).__name__))
    return sorted(found, key=lambda m: (m.line, m.old, m.new))


def _changed(source: str, operator: Any) -> Iterator[str]:
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415

    places = [(at, i) for at, node in enumerate(ast_nodes(get_ast(source))) for i, _ in enumerate(_at(operator, node))]
    for at, index in places:
        tree = get_ast(source)
        node = next(n for i, n in enumerate(ast_nodes(tree)) if i == at)
        try:
            changed = operator.mutate(node, index)
        except AttributeError:
            continue  # cosmic-ray's ExceptionReplacer can't change a dotted name: `except json.JSONDecodeError`
        if changed is not node:
            node.parent.children = [changed if child is node else child for child in node.parent.children]
        yield tree.get_code()


def _at(operator: Any, node: Any) -> list[Any]:
    return list(operator.mutation_positions(node))


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
