"""Every grant against AWS's Service Authorization Reference: a typo in an action is a right that nobody has."""

from __future__ import annotations

from collections.abc import Mapping

from stacks.functions.anywhere import ANYWHERE
from tests.policy import reference
from tests.policy.roles import Statement, statements
from tests.stacks.template import Template


def _all(*sets: Mapping[str, Template]) -> list[tuple[Statement, dict[str, Template]]]:
    return [(s, dict(templates)) for templates in sets for t in templates.values() for s in statements(t)]


def test_every_grant_is_one_that_the_reference_knows(
    templates: dict[str, Template], variant: dict[str, Template], stepped: Template, private: Template
) -> None:
    """The action exists, takes that kind of resource, and knows the condition's key; "*" where it takes none."""
    found = {
        p for s, all_ in _all(templates, variant, {"": stepped}, {"": private}) for p in reference.problems(s, all_)
    }
    assert found == set()


def test_a_wrong_grant_is_found() -> None:
    """An action that is none, a resource of another kind, a key of another service, a wildcard that need not be."""

    def said(action: str, resource: str, **conditions: dict[str, str]) -> str:
        wrong = Statement("X", allowed=True, actions=(action,), resources=(resource,), conditions=conditions)
        return " ".join(reference.problems(wrong, {}))

    service = "arn:aws:ecs:REGION:ACCOUNT:service/c/sample"
    assert "no such action" in said("ecs:UpdateServices", service)
    assert "its resources are ['service']" in said("ecs:UpdateService", "arn:aws:ecs:REGION:ACCOUNT:cluster/c")
    assert "no condition key ecr:x" in said("ecs:UpdateService", service, StringEquals={"ecr:x": "y"})
    assert "without a reason" in said("ecs:UpdateService", "*")
    assert said("ecs:UpdateService", service, ArnEquals={"ecs:cluster": "c"}) == ""


def test_no_reason_for_a_wildcard_is_left_over(
    templates: dict[str, Template], stepped: Template, private: Template
) -> None:
    """A row of stacks/functions/anywhere.py that no role needs is one that the next "*" would hide behind."""
    every = _all(templates, {"": stepped}, {"": private})
    used = {a for s, _ in every if "*" in s.resources and s.allowed for a in s.actions}
    assert used == ANYWHERE.keys()


def test_no_action_of_a_role_is_a_wildcard(templates: dict[str, Template], stepped: Template) -> None:
    """Not one, KMS's families among them: AWS says which actions they stand for."""
    assert not [a for s, _ in _all(templates, {"": stepped}) for a in s.actions if "*" in a]
