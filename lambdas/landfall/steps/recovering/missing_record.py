"""Opens the ledger record of an execution that ended before it could open the record."""

from __future__ import annotations

from dataclasses import replace

from landfall import naming
from landfall.chain import Record
from landfall.errors import InvalidRequest
from landfall.intake import request, unreadable_request
from landfall.intake.request import Ignored, Recovery, Request
from landfall.ledger import deployment_record
from landfall.ledger.execution_history import Begun
from landfall.model import UNKNOWN, Release
from landfall.partitions import UNKNOWN_SERVICE
from landfall.runtime.world import World
from landfall.steps.resolving import resolution


def opened(execution_arn: str, world: World) -> Record | None:
    """Open the record of an execution that ended before it could do so itself; None if it needs no record.

    The index may lag: if the record exists after all, it stays unchanged.
    """
    if world.executions.status(execution_arn) in (None, "RUNNING"):
        return None
    lost = world.executions.begun(execution_arn)
    mine = resolution.unresolved(execution_arn, naming.deployment(lost.name, lost.started_at), lost.started_at)
    wanted = _wanted(lost, world)
    if isinstance(wanted, Ignored):
        return None
    if isinstance(wanted, Recovery):
        return _opened_by_recovery(wanted, world)
    release = _unverified(mine, wanted, world) if wanted else _unreadable(mine, lost, world)
    # its own Report step, without a service, may have closed a record meanwhile: one execution leaves one record
    if known := world.ledger.record(UNKNOWN_SERVICE, release.deployment_id):
        return known
    world.ledger.open(deployment_record.opened(release, doomed=True))
    return world.ledger.record(release.service, release.deployment_id)


def _wanted(lost: Begun, world: World) -> Request | Recovery | Ignored | None:
    """Return the request of a lost execution; None if its input can't be read."""
    try:
        return request.read(lost.document, world.settings)
    except InvalidRequest:
        return None


def _unreadable(mine: Release, lost: Begun, world: World) -> Release:
    return unreadable_request.told_of(mine, lost.document, world.settings)


def _unverified(mine: Release, wanted: Request, world: World) -> Release:
    """Return the release as it was named, unverified: a push whose execution somebody stopped is not a lost push."""
    sha, digest = wanted.commit or UNKNOWN, wanted.image_digest or UNKNOWN
    release = replace(resolution.asked(mine, wanted), git_sha=sha, image_digest=digest)
    return resolution.with_requests(release, world)


def _opened_by_recovery(gone: Recovery, world: World) -> Record | None:
    """Open the record that a lost recovery should have opened. If a record is open already, the sweep finds it."""
    if not gone.execution_arn or world.ledger.of_execution(gone.execution_arn):
        return None
    return opened(gone.execution_arn, world)
