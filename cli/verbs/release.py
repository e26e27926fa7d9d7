"""`landfall release`: deploys a commit and proves it live, or rolls back and proves that."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import dry_run, git, summary
from cli.command import At, ServiceName, verb
from cli.deployments import begin, follow
from cli.exits import Refused
from cli.images import builds
from cli.verbs import freeze
from landfall.images.image_tags import is_full
from landfall.settings import Service

SummaryFile = Annotated[
    Path | None, typer.Option("--summary", help="Append a Markdown summary to this file, such as a CI job's.")
]
DRY_RUN = (
    "Make every check, show what the new revision would change, and change nothing. Exits 0 (it would start) or 2 (it"
    " would be refused). Needs only the right to read: docs/policies/dry-run.json."
)


@verb
def release(
    at: At,
    *,
    service: ServiceName = None,
    commit: Annotated[str, typer.Option("--commit", "--sha", help="The commit to release.")] = git.HEAD,
    reason: Annotated[str, typer.Option(help="Why. Recorded with your identity before anything is built.")] = "",
    queue: Annotated[bool, typer.Option("--queue", help="If a deployment is running, wait until it ends.")] = False,
    ci: Annotated[
        bool, typer.Option("--ci", help="For CI: --commit is a full commit id, and the checkout is not checked.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN)] = False,
    summary_file: SummaryFile = None,
    fault: Annotated[
        str, typer.Option(help="With --local: put this fault into the image, to see it rolled back.")
    ] = "",
) -> int:
    """Build a commit, deploy it, and prove it live.

    Changes nothing before every check has passed. Ctrl-C leaves the deployment running.

    Exit codes: 0 live and proven (or skipped because of a newer request; the output says so), 1 rolled back, 2 refused
    and nothing touched, 3 ROLLBACK FAILED: act now, 4 superseded, 5 failed with nothing to go back to, 6 not known.
    """
    if fault and not at.cloud.local:
        raise Refused("NO_FAULT", f"--fault {fault!r} works only on the local AWS; add --local, or leave it out")
    if fault and dry:
        raise Refused("NO_FAULT", f"--fault {fault!r} needs a build, and --dry-run builds nothing; leave one out")
    chosen = at.cloud.service(service)
    git_sha = _commit(at, commit, ci)
    if dry:
        return dry_run.dry_run(at, chosen, git_sha, reason, may_wait=queue or ci)
    _target(at, chosen, queue or ci)
    build = partial(builds.faulty, fault=fault) if fault else builds.image
    image = build(at, chosen, git_sha, reason)
    told = follow.to_the_end(at, begin.execution(at, chosen, image, reason), chosen.name)
    return finished(at, told, summary_file)


def finished(at: At, told: dict[str, Any], summary_file: Path | None = None) -> int:
    """Print how a deployment ended for programs, write the summary, and return the exit code."""
    if summary_file:
        try:
            with summary_file.open("a", encoding="utf-8") as file:
                file.write(summary.markdown(told))
        except OSError as error:
            at.out.say(f"can't write the summary to {summary_file}: {error.strerror}", "yellow")
    at.out.document(told)
    return int(told["exit_code"])


def _commit(at: At, wanted: str, ci: bool) -> str:
    """Check that this commit is what will be built, and return its full id."""
    if ci:
        if not is_full(wanted):
            raise Refused("BAD_COMMIT", f"--commit {wanted!r} is not a full commit id of 40 hex digits; --ci needs one")
        return wanted
    found = git.commit(wanted)
    if wanted == git.HEAD:
        git.clean()
        git.attached(found)
    if at.cloud.local:
        at.out.check("commit", True, f"{found.sha[:12]}; the local AWS builds it from this checkout, pushed or not")
    else:
        at.out.check("commit", True, f"{found.sha[:12]}, pushed to {git.pushed(found)}")
    return found.sha


def _target(at: At, service: Service, may_wait: bool) -> None:
    """Check the caller's identity, and that the ECS service exists. Raises Refused."""
    where = "the local AWS" if at.cloud.local else at.cloud.region
    at.out.check("identity", True, f"{at.cloud.identity} in {where}")
    at.out.check("pipeline", True, at.cloud.machine)
    found = at.cloud.ecs(service).service()
    state = found.status if found else "missing"
    if found is None or state != "ACTIVE":
        what = f"service {service.service} in cluster {service.cluster} is {state}"
        raise Refused(
            "NO_TARGET", f"{what}, not ACTIVE; deploy its stack, or correct services.{service.name} in services.toml"
        )
    at.out.check("target", True, f"{service.cluster}/{service.service}, {found.running} tasks running")
    if frozen := freeze.of(at.cloud, service):
        way_out = "wait until it ends, or run `landfall unfreeze`; `landfall rollback` still works"
        raise Refused("FROZEN", f"{'; '.join(map(str, frozen))}. {way_out}")
    at.out.check("freezes", True, "none")
    running = at.cloud.ledger.unfinished(service.name)
    if running and not may_wait:
        other = running[0]["deployment_id"]
        raise Refused(
            "IN_FLIGHT",
            f"deployment {other} is under way; `landfall watch {other}` follows it, --queue waits until it ends",
        )
    at.out.check("in flight", True, running[0]["deployment_id"] if running else "nothing")
