"""The laws of migrations, sign-offs and after-checks: what ECS, the door and the owner know, and the record says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from landfall.after import inquiry
from landfall.after.inquiry import InquiryStage
from landfall.approval import approval
from landfall.approval.approval import ApprovalStage
from landfall.migration import migration
from landfall.migration.migration import UNSETTLED, Stage
from tests.campaigns.chaos.gates import ACCEPTS, APPROVER, FAILS, HANGS, NEVER, NO, REFUSES, YES, Has
from tests.campaigns.chaos.schedule import RACE, Deployment

RAN = (Stage.RAN, Stage.FAILED, Stage.TIMED_OUT)
FAILED = ("ROLLED_BACK", "REJECTED", "ROLLBACK_FAILED", "NO_BASELINE")
UNDER_WAY = ("AWAITING_APPROVAL", "MIGRATING")
"""Outcomes of messages that tell of no end."""


class Tasks(Protocol):
    """What of a lane is needed."""

    has: Has

    def migrations(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return every task that a deployment's migration started, from ECS."""


def expected(wanted: Deployment, has: Has, usual: tuple[str, ...], *, live: bool) -> tuple[str, ...]:
    """Return the outcomes that are true of a deployment at gates, where `usual` are true of it without."""
    people, overtaken = wanted.fate.people, ("SKIPPED",) if wanted.kind == RACE else ()
    if has.approval == "before" and people != YES:
        ends: tuple[str, ...] = ("REJECTED",)
    elif has.migration and wanted.fate.migration in (FAILS, HANGS):
        ends = ("REJECTED",)
    elif not wanted.bad and (
        (has.approval == "after" and people != YES) or (has.after and wanted.fate.owner != ACCEPTS)
    ):
        ends = ("ROLLED_BACK" if live else "NO_BASELINE",)
    else:
        return usual
    return (*ends, *overtaken, *(() if wanted.noise else FAILED))


def gate_laws(
    lane: Tasks, wanted: Deployment, records: Sequence[Mapping[str, Any]], counted: Collection[str] = ()
) -> Iterator[str]:
    """Each migration ran as the record says, at most once; and nothing went on without a yes.

    `counted`: the deployments for which the door said that an answer counts.
    """
    for record in records:
        if lane.has.migration:
            yield from _migrated(record, wanted, lane.migrations(record["deployment_id"]))
        if lane.has.approval:
            yield from _signed_off(record, wanted, lane)
            yield from _counts(record, wanted, counted)
        if lane.has.after:
            yield from _accepted(record, wanted)


def _migrated(record: Mapping[str, Any], wanted: Deployment, tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    name, known, outcome = record["deployment_id"], migration.read(record), record.get("outcome")
    codes = [container.get("exitCode") for task in tasks for container in task["containers"]]
    if len(tasks) > 1:
        yield f"law 7: the migration of {name} ran {len(tasks)} times"
    if any(task["lastStatus"] != "STOPPED" for task in tasks):
        yield f"hanging: the migration of {name} still runs"
    if known is None:
        if tasks or (outcome == "SUCCEEDED" and record.get("intent") == "release"):
            yield f"law 4: the record of {name} knows no migration; it ended {outcome}, with {len(tasks)} tasks"
        return
    if outcome == "SUCCEEDED" and (known.stage, codes) != (Stage.RAN, [0]):
        yield f"false success: {name} landed with its migration {known.stage}, exit codes {codes}"
    if known.stage in RAN and len(tasks) != 1:
        yield f"law 7: the migration of {name} is {known.stage}, and ECS knows {len(tasks)} tasks"
    if (known.stage == Stage.RAN) != (codes == [0]) and known.stage in RAN:
        yield f"law 4: the record of {name} says {known.stage}, and ECS exit codes {codes}"
    if wanted.noise and known.stage in UNSETTLED:
        yield f"noise decided: the migration of {name} is {known.stage}"


def _signed_off(record: Mapping[str, Any], wanted: Deployment, lane: Tasks) -> Iterator[str]:
    name, known, outcome = record["deployment_id"], approval.read(record), record.get("outcome")
    approved = known is not None and known.stage == ApprovalStage.APPROVED
    if outcome == "SUCCEEDED" and record.get("intent") == "release" and not approved:
        yield f"false success: {name} landed without a yes: {known}"
    if approved and (wanted.fate.people != YES or not _by_the_approver(known)):
        yield f"false success: {name} is approved, and the people said {wanted.fate.people}: {known}"
    if known is None:
        return
    if known.stage == ApprovalStage.UNKNOWN or (outcome and wanted.noise and known.stage == ApprovalStage.WAITING):
        yield f"law 4: the sign-off of {name} ended {outcome} as {known.stage}"
    if lane.has.approval == "before" and not approved:
        if lane.migrations(name):
            yield f"law 3: {name} migrated before anybody said yes"
        if record.get("ecs_deployment"):
            yield f"law 3: {name} changed the service before anybody said yes"


def _counts(record: Mapping[str, Any], wanted: Deployment, counted: Collection[str]) -> Iterator[str]:
    """An answer that the door took is the sign-off's end, however late the look at it."""
    name, known = record["deployment_id"], approval.read(record)
    ends = {YES: ApprovalStage.APPROVED, NO: ApprovalStage.REFUSED}
    if name in counted and (known is None or known.stage != ends[wanted.fate.people]):
        yield f"an answer lost: the door took the {wanted.fate.people} to {name}, and the record says {known}"


SAYS = {ACCEPTS: InquiryStage.ACCEPTED, REFUSES: InquiryStage.REFUSED, NEVER: InquiryStage.UNDECIDED}


def _accepted(record: Mapping[str, Any], wanted: Deployment) -> Iterator[str]:
    """Only the owner's yes lets a release land, and no fault makes another word of the owner's."""
    name, known, outcome = record["deployment_id"], inquiry.read(record), record.get("outcome")
    accepted = known is not None and known.stage == InquiryStage.ACCEPTED
    if outcome == "SUCCEEDED" and record.get("intent") == "release" and not accepted:
        yield f"false success: {name} landed without the yes of its after-check: {known}"
    if known is None or known.stage in (InquiryStage.ASKING, SAYS[wanted.fate.owner]):
        return
    if known.stage != InquiryStage.UNDECIDED:
        word = "false success" if accepted else "another word"
        yield f"{word}: the after-check of {name} is {known.stage}, and the owner said {wanted.fate.owner}"
    elif wanted.noise:
        yield f"noise decided: the after-check of {name} is {known.stage}: {known.trouble}"


def _by_the_approver(known: approval.Approval | None) -> bool:
    return known is not None and all(answer.who.endswith(f":role/{APPROVER}") for answer in known.approved_by)
