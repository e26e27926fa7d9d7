"""One look of the state machine at a sign-off: asks once, releases the lock, notifies people, judges the record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.approval import approval, judgement, order
from landfall.approval.approval import Approval
from landfall.door import identity
from landfall.errors import AwsCallFailed
from landfall.intake import turn
from landfall.model import Release, State, Verdict, failed
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.settings.approval import ApprovalSettings, asked_for
from landfall.steps import locking
from landfall.steps.approvals import looking
from landfall.telling import approval_notice


@dataclass(frozen=True)
class Asking:
    """The release to be signed off. `attempt` counts the looks from 1."""

    release: Release
    attempt: int = 1


def assess(event: Asking, world: World) -> Verdict:
    """Look once. Safe to repeat: it asks once, and the record alone decides."""
    release, settings = event.release, _asked_for(event, world)
    if settings is None:
        return failed("APPROVAL_UNKNOWN", f"the settings of {release.service} name no approver")
    key = (release.service, release.deployment_id)
    if event.attempt == 1:
        own = identity.home(release.execution_arn)
        looking.ask(
            key,
            judgement.asked(settings, world.now(), own, _requester(release)),
            world.ledger,
        )
        if settings.when == "before":
            world.locks.release(*key, release.fence)
    looked = looking.look(key, world.ledger, world.now(), settings.poll_seconds, lambda: _is_overtaken(release, world))
    if looked.verdict.state == State.WAIT and not looked.approval.told:
        _tell(release, looked.approval, world)
    return looked.verdict


def _asked_for(event: Asking, world: World) -> ApprovalSettings | None:
    service = world.service(event.release.service)
    return asked_for(service.approval, service.migration)


def _requester(release: Release) -> str:
    """Return the role or user that requested the release, as the request claims; empty if it names none."""
    who = identity.of(release.asked.by if release.asked else release.requested_by)
    return str(who) if who else ""


def _is_overtaken(release: Release, world: World) -> bool:
    """Say whether a newer request replaces this one. After the update a newer request waits for the lock."""
    if release.approval != "before":
        return False
    return bool(order.newer(turn.waiting(release), locking.records(release, world)))


def _tell(release: Release, known: Approval, world: World) -> None:
    """Notify people once that the deployment waits for them. A message that fails is sent at the next look."""
    try:
        told = replace(known, told=world.topic.publish(approval_notice.notice(release, known)))
        key, before, after = (release.service, release.deployment_id), approval.written(known), approval.written(told)
        world.ledger.exchange(*key, approval.FIELD, before, after)
    except AwsCallFailed as error:
        logger.warning("people were not told that their approval is awaited", extra={"why": str(error)})
