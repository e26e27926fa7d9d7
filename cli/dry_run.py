"""`landfall release --dry-run`: would this release start, and what would it change? It only reads.

The decisions are those of the state machine: Resolve (resolution.py), Preflight (readiness.py) and the revision that
RegisterTaskDefinition would make (task_definition.py).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cli.caller import Caller
from cli.command import At
from cli.deployments import begin
from cli.exits import Exit
from cli.images import builds
from cli.images.builds import Image
from landfall import naming
from landfall.aws.trying import trying
from landfall.change import revision_difference, task_definition
from landfall.change.revision_difference import Change
from landfall.errors import InvalidRequest, StepOutputTooLarge
from landfall.intake import request
from landfall.intake.request import Request, moment
from landfall.ledger import recovery
from landfall.model import Baseline, Release, State, Verdict
from landfall.preflight_checks import scan
from landfall.settings import Service
from landfall.steps.preflight import preflight_sequence
from landfall.steps.preflight.preflight_reads import Beforehand
from landfall.steps.resolving import resolution

NOT_BUILT = "(of the build)"
"""Shown instead of the digest if the image is not built yet."""
MOVING = "DEPLOYMENT_IN_FLIGHT"


@dataclass(frozen=True)
class Refusal:
    """Why the release would be refused, and the way out."""

    code: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What the dry run found. `verdict` is Preflight's; None if Preflight was not reached."""

    release: Release | None = None
    refusals: tuple[Refusal, ...] = ()
    verdict: Verdict | None = None
    baseline: Baseline | None = None
    changes: tuple[Change, ...] = ()


def dry_run(at: At, service: Service, git_sha: str, reason: str, *, may_wait: bool) -> int:
    """Say what a release of a commit would do. Exits 0 if it would start, 2 if it would be refused."""
    where = "the local AWS" if at.cloud.local else at.cloud.region
    at.out.check("identity", True, f"{at.cloud.identity} in {where}")
    at.out.check("pipeline", True, at.cloud.machine)
    queue = tuple(_in_flight(at, service, may_wait))
    found = _looked(at, service, git_sha, reason)
    behind = may_wait and found.verdict is not None and found.verdict.code == MOVING
    refusals = (*queue, *(r for r in found.refusals if not (behind and r.code == MOVING)))
    if behind:
        at.out.say("the release would wait until the running deployment ends; the dry run can't know the state then")
    _tell(at, found, refusals)
    code = Exit.REFUSED if refusals else Exit.LIVE
    at.out.document(
        {**_document(service, git_sha, found), "refusals": [asdict(r) for r in refusals], "exit_code": code}
    )
    return code


def _in_flight(at: At, service: Service, may_wait: bool) -> Iterator[Refusal]:
    running = [str(r["deployment_id"]) for r in at.cloud.ledger.unfinished(service.name)]
    if running and not may_wait:
        yield Refusal("IN_FLIGHT", f"deployment {running[0]} is under way; wait until it ends, or add --queue")
    at.out.check("in flight", may_wait or not running, running[0] if running else "nothing")


def _looked(at: At, service: Service, git_sha: str, reason: str) -> Found:
    """Make the checks that a release makes before it touches anything, until one of them ends the release."""
    image, world = builds.built_before(at, service, git_sha), Caller(at.cloud)
    if image is None and service.build is None:
        return Found(refusals=(Refusal("NO_IMAGE", builds.no_image(service, git_sha)),))
    at.out.check("build", True, builds.told(image) if image else f"{git_sha[:12]} would be built first")
    try:
        release = _resolved(at, service, image or Image(git_sha, "", pushed=False), reason, world)
    except InvalidRequest as error:
        return Found(refusals=(Refusal(error.code, str(error)),))
    verdict, baseline = _preflight(at, release, world)
    if verdict.state != State.PASS or baseline is None:
        return Found(release, (Refusal(verdict.code, verdict.reason),), verdict)
    if verdict.code != preflight_sequence.READY:
        return Found(release, (), verdict, baseline)
    try:
        recovery.must_fit(release, baseline)
    except StepOutputTooLarge as error:
        return Found(release, (Refusal(type(error).__name__, str(error)),), verdict, baseline)
    template, tags = world.ecs(service.name).task_definition(baseline.task_definition)
    wanted = task_definition.release_revision(
        template, tags, release, service.container, release.started_at, keep=service.keep_image
    )
    return Found(release, (), verdict, baseline, revision_difference.changes(template, tags, wanted))


def _resolved(at: At, service: Service, image: Image, reason: str, world: Caller) -> Release:
    """Return the release as Resolve would. Raises InvalidRequest."""
    now = datetime.now(UTC)
    document = {k: v for k, v in begin.request(at, service, image, reason).items() if v or k == "reason"}
    wanted = request.read(document, at.cloud.settings)
    assert isinstance(wanted, Request)  # noqa: S101  it has a service and an image
    name = naming.execution(now, service.name, image.git_sha, secrets.token_hex(3))
    arn = at.cloud.machine.replace(":stateMachine:", ":execution:") + f":{name}"
    at_all = Release(service.name, name, arn, requested_at=moment(now), started_at=moment(now))
    release = resolution.asked(at_all, wanted)
    if image.digest:
        return resolution.found(release, wanted, world).release
    with trying(f"looking for repository {service.repository}"):
        reply = at.cloud.client("ecr").describe_repositories(repositoryNames=[service.repository])
    uri = reply["repositories"][0]["repositoryUri"]
    return replace(release, git_sha=image.git_sha, image=f"{uri}@{NOT_BUILT}", image_digest=NOT_BUILT)


def _preflight(at: At, release: Release, world: Caller) -> tuple[Verdict, Baseline | None]:
    """Make Preflight's checks, and repeat them when Preflight would repeat them."""
    attempt, scans = 1, 1
    while True:
        verdict, baseline = preflight_sequence.assess(Beforehand(release, world, scans), world, attempt)
        if verdict.state != State.WAIT:
            return verdict, baseline
        at.out.say(f"{verdict.code}: {verdict.reason}; checking again", "dim")
        time.sleep(at.cloud.pause(verdict.retry_after))
        if verdict.code == scan.PENDING:
            scans += 1
        else:
            attempt += 1


def _tell(at: At, found: Found, refusals: tuple[Refusal, ...]) -> None:
    for refusal in refusals:
        at.out.check(refusal.code, False, refusal.reason)
    if found.verdict and not found.refusals:
        at.out.check("preflight", True, found.verdict.reason)
    for warning in found.baseline.warnings if found.baseline else ():
        at.out.say(f"warning: {warning}", "yellow")
    if found.changes and found.baseline:
        at.out.say(f"the new revision would differ from {found.baseline.task_definition} in:", "bold")
    for change in found.changes:
        at.out.say(f"  {change.field}")
        if change.before is not None:
            at.out.say(f"    - {change.before}", "red")
        if change.after is not None:
            at.out.say(f"    + {change.after}", "green")
    would = "be refused" if refusals else "change nothing" if _is_live(found) else "start"
    at.out.say(f"the release would {would}; nothing was changed", "bold red" if refusals else "bold green")


def _is_live(found: Found) -> bool:
    return found.verdict is not None and found.verdict.code == preflight_sequence.LIVE


def _document(service: Service, git_sha: str, found: Found) -> dict[str, Any]:
    release, baseline, verdict = found.release, found.baseline, found.verdict
    return {
        "service": service.name,
        "commit": git_sha,
        "digest": release.image_digest if release and release.image_digest != NOT_BUILT else None,
        "preflight": {"state": verdict.state, "code": verdict.code, "reason": verdict.reason} if verdict else None,
        "task_definition": baseline.task_definition if baseline else None,
        "warnings": list(baseline.warnings) if baseline else [],
        "changes": [asdict(change) for change in found.changes],
    }
