"""The kinds of change: a choice of cosmic-ray's, and three of our own.

cosmic-ray changes operators and numbers. It leaves alone what our decisions are made of as much: codes, members of
sets, and keyword arguments. Importing this module needs cosmic-ray (requirements-checks.txt).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmic_ray.operators import binary_operator_replacement as binary
from cosmic_ray.operators import (
    boolean_replacer,
    break_continue,
    exception_replacer,
    number_replacer,
    unary_operator_replacement,
    zero_iteration_for_loop,
)
from cosmic_ray.operators import comparison_operator_replacement as comparison

_COMPARISONS = {
    "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is",
    "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt",
}  # fmt: skip
"""The border and the opposite of each. Of the other replacements these two say all that matters."""
_BINARY = {"Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr"}
_UNARY = {"Delete_Not", "Delete_USub"}


class AnotherWord:
    """Replace a word: a code, a status, a key. Prose for people (it holds a space) and docstrings are left alone."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Yield where the word is."""
        alone = node.parent is not None and node.parent.type == "simple_stmt"
        if node.type == "string" and not alone and " " not in node.value and len(node.value) > len("''"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002
        """Return the node with another word."""
        node.value = '"XX"'
        return node


class _Dropped:
    """Drop one of several things that commas part."""

    def things(self, node: Any) -> list[int]:
        """Return which of the node's children may be dropped."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Yield where each thing is."""
        for at in self.things(node):
            yield node.children[at].start_pos, node.children[at].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the node without that thing, and without a comma beside it."""
        at = self.things(node)[index]
        comma = at + 1 if at + 1 < len(node.children) else at - 1
        node.children = [c for i, c in enumerate(node.children) if i not in (at, comma)]
        return node


class OneMemberLess(_Dropped):
    """Drop a member of a tuple, a list or a set that has others."""

    def things(self, node: Any) -> list[int]:
        """Return where the members are."""
        if node.type not in ("testlist_comp", "dictorsetmaker", "testlist_star_expr"):
            return []
        marks = [getattr(c, "value", "") for c in node.children[1::2]]
        plain = set(marks) == {","} and not any(c.type == "sync_comp_for" for c in node.children)
        left = list(range(0, len(node.children), 2)) if plain else []
        return left if len(left) > 2 or (node.type == "dictorsetmaker" and len(left) > 1) else []


class OneArgumentLess(_Dropped):
    """Drop a keyword argument: its default takes its place, or what the copy had before."""

    def things(self, node: Any) -> list[int]:
        """Return where the keyword arguments are."""
        if node.type != "arglist":
            return []
        named = ((i, c.children[1]) for i, c in enumerate(node.children) if c.type == "argument")
        return [i for i, sign in named if getattr(sign, "value", "") == "="]


def _chosen(module: Any, kinds: set[str]) -> list[Any]:
    return [op() for op in module.operators() if op.__name__.partition("_")[2] in kinds]


def all_of_them() -> list[Any]:
    """Return one operator for each kind of change."""
    return [
        *_chosen(comparison, _COMPARISONS),
        *_chosen(binary, _BINARY),
        *_chosen(unary_operator_replacement, _UNARY),
        boolean_replacer.AddNot(),
        boolean_replacer.ReplaceTrueWithFalse(),
        boolean_replacer.ReplaceFalseWithTrue(),
        boolean_replacer.ReplaceAndWithOr(),
        boolean_replacer.ReplaceOrWithAnd(),
        break_continue.ReplaceBreakWithContinue(),
        break_continue.ReplaceContinueWithBreak(),
        exception_replacer.ExceptionReplacer(),
        number_replacer.NumberReplacer(),
        zero_iteration_for_loop.ZeroIterationForLoop(),
        AnotherWord(),
        OneMemberLess(),
        OneArgumentLess(),
    ]
