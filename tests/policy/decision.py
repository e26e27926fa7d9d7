"""What IAM would say of a call to a role with such statements: denied unless one allows it and none denies it.

Identity policies alone, as every role here has them (IAM user guide, policy evaluation logic). None of the libraries
that do this was fit (docs/decisions/0078-rights-are-computed-recorded-and-compared.md): what they leave out is the
conditions, and here the conditions are the matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.policy.roles import Statement, statements
from tests.stacks.template import Template
from tests.steps.calls import Call


def of_role(template: Template, name: str) -> list[Statement]:
    """Return the statements of a role, by how `statements` calls it."""
    found = [statement for statement in statements(template) if statement.role == name]
    assert found, f"no role {name}: {sorted({s.role for s in statements(template)})}"
    return found


def may(role: Iterable[Statement], action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
    """Return whether a role may do that, with these keys in the request."""
    call = Call("", action, resource, tuple(sorted((context or {}).items())))
    applies = [statement for statement in role if statement.applies(call)]
    return bool(applies) and all(statement.allowed for statement in applies)
