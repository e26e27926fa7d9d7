"""cdk-nag's packs, and the pages that say what they found and what every role may do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacks.acknowledged import ANSWERS

if TYPE_CHECKING:
    from stacks.packs import Finding
from tests.policy import pages
from tests.stacks.template import Template


def test_no_finding_is_without_an_answer(found: list[Finding]) -> None:
    """AwsSolutions and HIPAA.Security: mended, or acknowledged on that resource with a reason."""
    assert {f.pack for f in found} == {"AwsSolutions", "HIPAA.Security"}
    assert [f for f in found if not f.answer] == []


def test_no_answer_is_left_over(found: list[Finding]) -> None:
    """An answer to what is mended would hide the same finding were it to come back. One finding, one answer."""
    answers = [[a for a in ANSWERS if a.answers(f.rule, f.resource)] for f in found]
    assert {id(a) for each in answers for a in each} == {id(a) for a in ANSWERS}
    assert [f for f, each in zip(found, answers, strict=True) if len(each) != 1] == []


def test_an_answer_is_for_the_resources_it_names_alone(found: list[Finding]) -> None:
    """The same finding on a resource nobody thought of is open."""
    for finding in found:
        assert replace(finding, resource=f"{finding.resource}/Another").answer is None


def test_the_pages_are_what_would_be_made(
    found: list[Finding], templates: dict[str, Template], stepped: Template
) -> None:
    """`make policies`, or `python -m tests.policy --docs` where the steps call what they called."""
    assert pages.COMPLIANCE.read_text(encoding="utf-8") == pages.compliance(found)
    assert pages.IAM.read_text(encoding="utf-8") == pages.iam(templates, stepped)


def test_every_right_in_the_table_is_exercised_or_excused(templates: dict[str, Template], stepped: Template) -> None:
    """Roles that are no step's too: the machines', EventBridge's, the builds', GitHub's, the tasks'."""
    idle = [line for line in pages.iam(templates, stepped).splitlines() if line.endswith("| nothing |")]
    assert idle == []
