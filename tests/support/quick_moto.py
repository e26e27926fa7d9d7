"""Moto at two thirds of its cost: what it works out anew for every request is worked out once, with the same answers.

Measured in the tests of the steps: finding the names that a member of a reply may have, and walking an update
expression again from each of its nodes, took as long as the steps themselves. Botocore asks of each character of its
name whether a header may hold it, for every request.
tests/steps/test_quick_moto.py compares the answers with those of moto as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, wraps
from inspect import isfunction
from typing import Any

from botocore import useragent
from moto.core import responses, serialize, utils
from moto.core.constants import MISSING
from moto.dynamodb.parsing import ast_nodes, validators

_NAMES = "_names_by_class"
"""The attribute of a botocore shape that keeps the names of its member, by the class of what holds it."""

Picker: Any = serialize.XFormedAttributePicker
Serializer: Any = serialize.ResponseSerializer
_NODES: Any = ast_nodes
"""moto's module, which is untyped."""
Walker = _NODES.DepthFirstTraverser
_asked_for, _walked = Serializer.get_value, Walker.traverse


def install() -> None:
    """Replace these parts of moto in this process."""
    for owner, name, quick in _PARTS:
        setattr(owner, name, quick)


@contextmanager
def as_it_is() -> Iterator[None]:
    """Put moto's own parts back for a while."""
    for owner, name, _ in _PARTS:
        setattr(owner, name, _OWN[owner, name])
    yield
    install()


def _methods(kind: type) -> set[str]:
    """Return the names of a class's methods as they are now: a test may give it one that moto lacks."""
    return {name for base in kind.__mro__ for name, value in vars(base).items() if isfunction(value)}


@wraps(_asked_for)
def _value(self: Any, value: Any, key: str, shape: Any) -> Any:
    """Return a member of what moto answers with. Which names it may have depends on the shape and on its class."""
    picker, kind = self._value_picker, type(value)
    if type(picker) is not Picker:
        return _asked_for(self, value, key, shape)
    known = vars(shape).setdefault(_NAMES, {})
    if kind not in known:
        known[kind] = _names(picker, value, key, shape)
    found = _first(value, known[kind]) if kind is dict else _first_of_object(value, known[kind])
    if picker.response_transformers:
        path = f"{'.'.join(self.path)}.{key}"
        for transformed, transform in picker.response_transformers.items():
            if path.endswith(transformed):
                return transform(found)
    return found


def _names(picker: Any, value: Any, key: str, shape: Any) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(picker.get_possible_keys(serialize.AttributePickerContext(value, key, shape))))
    assert not any("." in name for name in names), f"moto reads {names} as paths"
    return names


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in value:
            return value[name]
    return None


def _first_of_object(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        found = utils.get_value(value, name, MISSING)
        if found is not MISSING:
            return found
    return None


@wraps(_walked)
def _walk(self: Any, node: Any) -> Any:
    """Process the nodes from the leaves to the root, as moto does, with one look at each kind of node."""
    wanted, known = self.nodes_to_be_processed(), dict[type, tuple[bool, bool]]()

    def judged(kind: type) -> tuple[bool, bool]:
        if kind not in known:
            known[kind] = issubclass(kind, _NODES.Node), issubclass(kind, wanted)
        return known[kind]

    def visit(node: Any, place: int = -1) -> Any:
        is_node, is_wanted = judged(type(node))
        if not is_node:
            return node
        parent = node.parent
        for number, child in enumerate(node.children or ()):
            self.pre_processing_of_child(node, number)
            visit(child, number)
        if is_wanted:
            node = self.process(node)
            node.parent = parent
            if parent:
                parent.children[place] = node
        return node

    return visit(node)


def _root_alone(self: Any, node: Any) -> Any:
    """Judge the whole expression: a part of it has no clause, and no path, that the whole doesn't have."""
    return self.process(node)


_PARTS: tuple[tuple[Any, str, Any], ...] = (
    (responses, "method_names_from_class", _methods),
    (Serializer, "get_value", _value),
    (Walker, "traverse", _walk),
    (validators.ActionCountValidator, "traverse", _root_alone),
    (validators.OverlappingPathsValidator, "traverse", _root_alone),
    (useragent, "sanitize_user_agent_string_component", cache(useragent.sanitize_user_agent_string_component)),
)
_OWN = {(owner, name): getattr(owner, name) for owner, name, _ in _PARTS}
