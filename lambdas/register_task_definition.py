"""RegisterTaskDefinition: the revision to deploy, and the one to go back to, both ready before anything changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from landfall.ledger import recovery
from landfall.ledger.recovery import Progress
from landfall.model import Baseline, Deployment, Release
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import registering


@dataclass(frozen=True)
class RegisterInput:
    """The release and the baseline."""

    release: Release
    baseline: Baseline


@dataclass(frozen=True)
class Output:
    """The deployment to make, and the baseline with the revision a rollback goes to."""

    deployment: Deployment
    baseline: Baseline


def run(event: RegisterInput, world: World) -> Output:
    """Register the missing revisions, that of the way back first, and record both ways before anything changes."""
    release, ledger = event.release, world.ledger
    mine = ledger.record(release.service, release.deployment_id)
    registering.go_on_unless(mine is None or "outcome" in mine, release, world)
    ran = world.ecs(release.service).task_definition(event.baseline.task_definition)
    baseline = registering.way_back(release, event.baseline, ran, world)
    recovery.must_fit(release, baseline)
    deployment = registering.way_forward(release, baseline, ran, world)
    progress = json.dumps(asdict(Progress(baseline, deployment)))
    written = ledger.update(release.service, release.deployment_id, progress=progress)
    registering.go_on_unless(not written, release, world)
    return Output(deployment, baseline)


handler = step(RegisterInput, run)
