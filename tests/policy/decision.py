"""Evaluates a call like IAM: it is denied unless a statement allows it and none denies it.

It evaluates only identity policies, which is what every role here has (IAM user guide, policy evaluation logic). No
library was suitable, since they ignore conditions, which are the point here
(docs/decisions/0078-rights-are-computed-recorded-and-compared.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.policy.roles import Statement, statements
from tests.stacks.template import Template
from tests.steps.calls import Call


def of_role(template: Template, name: str) -> list[Statement]:
    """Return the statements of a role, by its name in `statements`."""
    found = [statement for statement in statements(template) if statement.role == name]
    assert found, f"no role {name}: {sorted({s.role for s in statements(template)})}"
    return found


def may(role: Iterable[Statement], action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
    """Say whether a role may do that, with these keys in the request."""
    call = Call("", action, resource, tuple(sorted((context or {}).items())))
    applies = [statement for statement in role if statement.applies(call)]
    return bool(applies) and all(statement.allowed for statement in applies)
