"""Opens the ledger record of a requested deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from landfall.errors import InvalidRequest
from landfall.intake import same_push
from landfall.intake.request import Request
from landfall.ledger import deployment_record, resolved
from landfall.ledger.resolved import Resolved
from landfall.model import UNKNOWN, Release, State, failed
from landfall.runtime.world import World
from landfall.steps.resolving import resolution


def requested(mine: Release, wanted: Request, world: World) -> Resolved:
    """Look up the requested release, and open its record, for a deployment or for a rejection."""
    asked = resolution.asked(mine, wanted)
    try:
        release, said = resolution.found(asked, wanted, world)
    except InvalidRequest as error:
        named = resolution.with_requests(replace(asked, git_sha=wanted.commit or UNKNOWN), world)
        return rejected(replace(named, git_sha=asked.git_sha), error, world)
    if wanted.is_event:
        records = world.ledger.since(release.service, same_push.since(release))
        if begun := same_push.begun(release, records):
            return resolved.ignored(release, begun)
    release = resolution.with_requests(release, world)
    return _recorded(resolved.found(release), said.fields(world.settings.redaction.kinds), world)


def rejected(release: Release, error: InvalidRequest, world: World) -> Resolved:
    """Open the record of a request that is rejected right away."""
    return _recorded(resolved.judged(release, failed(error.code, str(error))), {}, world)


def _recorded(answer: Resolved, said: Mapping[str, str], world: World) -> Resolved:
    """Open the record. A `doomed` record must neither overtake nor delay others until it is closed."""
    doomed = answer.verdict.state == State.FAIL
    world.ledger.open({**deployment_record.opened(answer.release, doomed=doomed), **said})
    return answer
