"""docs/iam.md and docs/compliance.md, made from the templates, the recording and the packs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from stacks import ROOT
from stacks.functions.anywhere import ANYWHERE
from stacks.functions.steps import Grant
from tests.policy import reasons
from tests.policy.exercise import by_grant
from tests.policy.roles import Statement, statements
from tests.stacks.template import Template

if TYPE_CHECKING:
    from stacks.packs import Finding

IAM, COMPLIANCE = ROOT / "docs" / "iam.md", ROOT / "docs" / "compliance.md"
_IMPORTED = re.compile(
    r"\{'Fn::ImportValue': 'Landfall-Pipeline:ExportsOutput(?:FnGetAtt|Ref)(\w+?)(?:Arn)?[0-9A-F]{8}'\}"
)
_HEAD = "<!-- made by `make policies`; a test fails while it is not what would be made -->\n"


def iam(templates: Mapping[str, Template], stepped: Template) -> str:
    """Return the table of every role's rights."""
    by = by_grant(stepped)
    rows: list[str] = []
    everything = [
        (stack.removeprefix("Landfall-"), s)
        for stack, template in templates.items()
        for s in statements(template)
        if s.allowed
    ]
    for stack, statement in everything:
        for action in statement.actions:
            rows.append(_row(stack, statement, action, _shown(by, stack, statement, action)))
    wild = sorted({a for _, s in everything for a in s.actions if "*" in s.resources})
    return "\n".join(
        (
            "# Who may do what\n",
            _HEAD,
            "Every right of every role, computed from the templates that `services.toml` as it ships becomes. Names in",
            "`<…>` are resources of the same stack. Each action, its resource and its condition are compared with the",
            "Service Authorization Reference (`tests/stacks/test_reference.py`); each call that a step makes in",
            "`tests/steps` is compared with its role, and each right with the calls (`tests/stacks/test_calls.py`).\n",
            f"{len(rows)} rights of {len({(stack, s.role) for stack, s in everything})} roles; 0 wildcard actions.\n",
            "## Rights\n",
            "| Stack | Role | Action | Resource | Condition | Exercised by |",
            "|---|---|---|---|---|---|",
            *rows,
            "\n## On every resource, and why\n",
            "| Action | AWS's reason |",
            "|---|---|",
            *(f"| `{action}` | {ANYWHERE[action]} |" for action in wild),
            "",
        )
    )


def _shown(by: Mapping[tuple[str, Grant | None, str], str], stack: str, statement: Statement, action: str) -> str:
    if not statement.step:
        return reasons.of_other(f"{stack}/{statement.role}", action) or "nothing"
    test = by.get((statement.step.id, statement.grant, action))
    if test:
        path, _, name = test.partition("::")
        return f"`{path.removeprefix('tests/steps/')}::{name.partition('[')[0]}`"
    return reasons.of_step(action) or "nothing"


def _row(stack: str, statement: Statement, action: str, test: str) -> str:
    conditions = "; ".join(
        f"{operator} `{key}` {_list(value)}"
        for operator, keys in statement.conditions.items()
        for key, value in keys.items()
    )
    cells = (stack, statement.role, f"`{action}`", _list(statement.resources), conditions)
    return f"| {' | '.join(cells)} | {test} |"


def _list(value: object) -> str:
    values: Iterable[object] = [value] if isinstance(value, str) else value  # type: ignore[assignment]
    shown = (_IMPORTED.sub(r"<Pipeline.\1>", str(each)) for each in values)
    return ", ".join(f"`{each}`" for each in shown)


def compliance(found: Sequence[Finding]) -> str:
    """Return what the packs find and why it stays."""
    return "\n".join(
        (
            "# cdk-nag's packs, and what stays as it is\n",
            _HEAD,
            "AwsSolutions and HIPAA.Security look at every stack at every run of the tests. What is right and can be",
            "mended is mended; the rest stands here, finding by finding, with the resource it is about and the reason.",
            "The reasons are kept in `stacks/acknowledged.py`; one that answers no finding any more fails the tests.\n",
            "| Pack | Open | Acknowledged |",
            "|---|---|---|",
            *(f"| {pack} | {_open(found, pack)} | {n} |" for pack, n in sorted(Counter(f.pack for f in found).items())),
            *_sections(found),
            "",
        )
    )


def _open(found: Sequence[Finding], pack: str) -> int:
    return sum(f.pack == pack and not f.answer for f in found)


def _sections(found: Sequence[Finding]) -> Iterator[str]:
    """Yield a section for each pack, a row for each reason."""
    for pack in sorted({f.pack for f in found}):
        yield f"\n## {pack}\n"
        yield "| Finding | Resources | Reason |"
        yield "|---|---|---|"
        mine = [f for f in found if f.pack == pack]
        for rule, answer in dict.fromkeys((f.rule, f.answer) for f in mine):
            on = "<br>".join(f"`{f.resource}`" for f in mine if (f.rule, f.answer) == (rule, answer))
            yield f"| `{rule}` | {on} | {answer.reason if answer else '**none**'} |"
