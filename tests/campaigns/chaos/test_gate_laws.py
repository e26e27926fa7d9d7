"""The judge of migrations, sign-offs and after-checks: it finds a second run and a missing yes, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from landfall.after import inquiry
from landfall.after.inquiry import Inquiry, InquiryStage
from landfall.approval import approval
from landfall.approval.approval import Answer, Approval, ApprovalStage
from landfall.migration import migration
from landfall.migration.migration import Migration, Stage
from local.faults.planned import INVOKE, Kind, Rule
from tests.campaigns.chaos.gate_laws import FAILED, expected, gate_laws
from tests.campaigns.chaos.gates import (
    ACCEPTS,
    APPROVER,
    FAILS,
    GATES,
    HANGS,
    NEVER,
    NO,
    NOTHING,
    REFUSES,
    SLOW,
    YES,
    Fate,
    Has,
)
from tests.campaigns.chaos.schedule import BAD, GOOD, RACE, Deployment

USUAL = ("SUCCEEDED",)
STOPPED = (Rule(INVOKE, Kind.STOP, "landfall-run-migration"),)
WHO = f"arn:aws:iam::000000000000:role/{APPROVER}"
YES_SAID = Answer(WHO, WHO, "2026-01-01T00:00:00+00:00", True)
SIGNED = Approval(ApprovalStage.APPROVED, "before", "", "2026-01-02T00:00:00+00:00", (WHO,), answers=(YES_SAID,))
RAN = Migration(Stage.RAN, "", "", "app")


@dataclass
class Lane:
    """A service whose migrations started these tasks."""

    has: Has
    tasks: list[dict[str, Any]] = field(default_factory=list)

    def migrations(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return the tasks."""
        return self.tasks if deployment_id == "d" else []


def task(exit_code: int | None = 0, status: str = "STOPPED") -> dict[str, Any]:
    """Return a migration's task as ECS describes it."""
    return {"lastStatus": status, "containers": [{"exitCode": exit_code}]}


def record(outcome: str, migrated: Migration | None = RAN, signed: Approval | None = SIGNED) -> dict[str, Any]:
    """Return a closed record."""
    fields = {"migration": migration.written(migrated)} if migrated else {}
    fields |= {"approval": approval.written(signed)} if signed else {}
    return {"deployment_id": "d", "intent": "release", "outcome": outcome, **fields}


@pytest.mark.parametrize(
    ("wanted", "gates", "outcomes"),
    [
        (Deployment(1, GOOD, ()), "both", USUAL),
        (Deployment(1, GOOD, (), Fate(migration=SLOW)), "both", USUAL),
        (Deployment(1, GOOD, (), Fate(migration=FAILS)), "migration", ("REJECTED",)),
        (Deployment(1, GOOD, (), Fate(migration=HANGS)), "before", USUAL),
        (Deployment(1, GOOD, STOPPED, Fate(migration=HANGS)), "migration", ("REJECTED", *FAILED)),
        (Deployment(1, GOOD, (), Fate(NO)), "before", ("REJECTED",)),
        (Deployment(1, GOOD, (), Fate(NOTHING)), "after", ("ROLLED_BACK",)),
        (Deployment(1, BAD[0], (), Fate(NO)), "before", ("REJECTED",)),
        (Deployment(1, BAD[0], (), Fate(NO)), "after", USUAL),
        (Deployment(1, RACE, (), Fate(NO)), "both", ("REJECTED", "SKIPPED")),
        (Deployment(1, GOOD, (), Fate(NO)), "migration", USUAL),
        (Deployment(1, GOOD, ()), "checked", USUAL),
        (Deployment(1, GOOD, (), Fate(owner=REFUSES)), "checked", ("ROLLED_BACK",)),
        (Deployment(1, GOOD, (), Fate(owner=NEVER)), "checked", ("ROLLED_BACK",)),
        (Deployment(1, GOOD, (), Fate(owner=NEVER)), "both", USUAL),
        (Deployment(1, BAD[0], (), Fate(owner=REFUSES)), "checked", USUAL),
    ],
)
def test_what_may_become_of_a_deployment_at_gates(wanted: Deployment, gates: str, outcomes: tuple[str, ...]) -> None:
    """A no, a silence and a migration that fails are no success, and no noise makes them one."""
    assert expected(wanted, GATES[gates], USUAL, live=True) == outcomes


def test_what_is_right_breaks_no_law() -> None:
    """One task with exit code 0, and a yes of the approver."""
    lane = Lane(GATES["both"], [task()])
    assert list(gate_laws(lane, Deployment(1, GOOD, ()), [record("SUCCEEDED")])) == []


UNSIGNED = replace(SIGNED, stage=ApprovalStage.WAITING, answers=())
REFUSED = replace(SIGNED, stage=ApprovalStage.REFUSED, answers=(replace(YES_SAID, yes=False),))
BY_A_STRANGER = replace(SIGNED, approvers=("x:role/Else",), answers=(replace(YES_SAID, who="x:role/Else"),))


@pytest.mark.parametrize(
    ("found", "tasks", "word"),
    [
        (record("SUCCEEDED"), [task(), task()], "ran 2 times"),
        (record("SUCCEEDED"), [], "ECS knows 0 tasks"),
        (record("SUCCEEDED"), [task(4)], "false success"),
        (record("SUCCEEDED", None), [], "knows no migration"),
        (record("REJECTED", None), [task()], "knows no migration"),
        (record("REJECTED", replace(RAN, stage=Stage.STARTED)), [task(None, "RUNNING")], "still runs"),
        (record("REJECTED", replace(RAN, stage=Stage.UNKNOWN)), [task()], "noise decided"),
        (record("SUCCEEDED", signed=None), [task()], "without a yes"),
        (record("SUCCEEDED", signed=UNSIGNED), [task()], "without a yes"),
        (record("SUCCEEDED", signed=BY_A_STRANGER), [task()], "false success"),
        (record("REJECTED", signed=UNSIGNED), [task()], "migrated before"),
        (record("REJECTED", None, UNSIGNED) | {"ecs_deployment": "e"}, [], "changed the service before"),
    ],
)
def test_what_is_wrong_is_said(found: dict[str, Any], tasks: list[dict[str, Any]], word: str) -> None:
    """The laws can say no."""
    told = list(gate_laws(Lane(GATES["both"], tasks), Deployment(1, GOOD, ()), [found]))
    assert any(word in line for line in told), told


def test_a_yes_that_nobody_said_is_found() -> None:
    """An approval by the approver's role is false where the approver was silent."""
    told = list(gate_laws(Lane(GATES["before"]), Deployment(1, GOOD, (), Fate(NOTHING)), [record("SUCCEEDED")]))
    assert any("false success" in line for line in told)


@pytest.mark.parametrize(("people", "known"), [(YES, SIGNED), (NO, REFUSED)])
def test_an_answer_that_the_door_took_counts(people: str, known: Approval) -> None:
    """Whatever the plan: what the record must say is decided by when the answer was accepted."""
    lane, wanted = Lane(GATES["before"]), Deployment(1, GOOD, (), Fate(people))
    expired = replace(UNSIGNED, stage=ApprovalStage.EXPIRED)
    for signed, lost in ((expired, True), (UNSIGNED, True), (known, False)):
        told = list(gate_laws(lane, wanted, [record("REJECTED", None, signed)], {"d"}))
        assert any("an answer lost" in line for line in told) == lost


ASKED = Inquiry(InquiryStage.ACCEPTED, "check", "", "")
UNDECIDED = replace(ASKED, stage=InquiryStage.UNDECIDED)


@pytest.mark.parametrize(
    ("outcome", "known", "owner", "word"),
    [
        ("SUCCEEDED", ASKED, ACCEPTS, ""),
        ("ROLLED_BACK", UNDECIDED, NEVER, ""),
        ("ROLLED_BACK", None, REFUSES, ""),  # it failed before it was asked
        ("SUCCEEDED", None, ACCEPTS, "false success"),
        ("SUCCEEDED", UNDECIDED, NEVER, "false success"),
        ("SUCCEEDED", ASKED, REFUSES, "false success"),
        ("ROLLED_BACK", replace(ASKED, stage=InquiryStage.REFUSED), ACCEPTS, "another word"),
        ("ROLLED_BACK", UNDECIDED, ACCEPTS, "noise decided"),
    ],
)
def test_only_the_owners_word_decides(outcome: str, known: Inquiry | None, owner: str, word: str) -> None:
    """A release lands with the yes of its after-check, and no fault makes another word of it."""
    found = {"deployment_id": "d", "intent": "release", "outcome": outcome}
    found |= {inquiry.FIELD: inquiry.written(known)} if known else {}
    told = list(gate_laws(Lane(GATES["checked"]), Deployment(1, GOOD, (), Fate(owner=owner)), [found]))
    assert bool(told) == bool(word)
    assert not word or any(word in line for line in told), told
