"""The build watch: judges a finished build, and whether the deployment of its image has begun.

A build exports `GIT_SHA`, `IMAGE_DIGEST` and `BUILT` (`no` if the commit was built before and its image is reused).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from landfall import naming
from landfall.commit import FULL
from landfall.intake import document
from landfall.intake.request import DIGEST
from landfall.model import UNKNOWN, Verdict, failed, passed, wait
from landfall.settings import Service
from landfall.text.lazy_pattern import Later
from landfall.text.shortened import shortened

SUCCEEDED, IN_PROGRESS = "SUCCEEDED", "IN_PROGRESS"
ENDED = (SUCCEEDED, "FAILED", "FAULT", "STOPPED", "TIMED_OUT")
"""The statuses of a finished build (CodeBuild API reference, Build, `buildStatus`)."""
NOT_BEGUN, BEGUN = "NOT_BEGUN", "BEGUN"
EXPORTS = {"GIT_SHA": FULL, "IMAGE_DIGEST": DIGEST, "BUILT": Later("yes|no")}
"""The variables that the buildspec exports, and their format."""
_SHOWN = 80
_SKEW = timedelta(hours=1)
"""How wrong the time in an id may be: it comes from the machine from which somebody released."""


@dataclass(frozen=True)
class Phase:
    """A phase of a build, as CodeBuild describes it. `status` is empty while it runs, and for COMPLETED."""

    name: str
    status: str
    message: str = ""


@dataclass(frozen=True)
class BuildView:
    """A build as CodeBuild describes it. `source_version` is the resolved commit, else the requested version."""

    arn: str
    project: str
    status: str
    started_at: str
    source_version: str
    phases: tuple[Phase, ...] = ()
    exported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """A build as the states of the watch pass it on.

    `asked_at` is when the build began. `pushed`: it pushed an image, so the push asks for the deployment. If the image
    existed already, the build itself asks for the deployment.
    """

    service: str
    project: str
    arn: str
    asked_at: str
    git_sha: str = UNKNOWN
    image_digest: str = UNKNOWN
    pushed: bool = False


def assess(view: BuildView, service: Service, within: int) -> tuple[Verdict, Built]:
    """Judge a finished build: WAIT `BUILT` for `within` seconds, or FAIL with a code that says why."""
    built = Built(service.name, view.project, view.arn, view.started_at, git_sha=shortened(view.source_version, _SHOWN))
    if view.status != SUCCEEDED:
        return failed(f"BUILD_{view.status}", _what_failed(view)), built
    exported = {name: view.exported.get(name, "") for name in EXPORTS}
    unfit = {name: text for name, text in exported.items() if not EXPORTS[name].fullmatch(text)}
    bad = [f"{name} is {shortened(text, _SHOWN)!r}" for name, text in unfit.items()]
    if bad:
        why = (
            f"it succeeded, but its exported variables are wrong: {', '.join(bad)}; make the buildspec export all three"
        )
        return failed("BUILD_UNREADABLE", why), built
    sha, digest = exported["GIT_SHA"], exported["IMAGE_DIGEST"]
    built = replace(built, git_sha=sha, image_digest=digest, pushed=exported["BUILT"] == "yes")
    return wait("BUILT", f"{sha} is {digest}; its deployment must begin within {within} s", within), built


def reason(within: int, watch: str) -> str:
    """Return the reason of a deployment that the watch starts. It names the watch's execution, so each is unique."""
    return f"no deployment of this image began within {within} s of its build (build watch {watch})"


def begun(records: Iterable[Mapping[str, Any]], mine: str) -> Verdict | None:
    """Judge by the ledger's records of the image whether a deployment has begun; None if none has.

    Every record counts, whatever its age and outcome. A pushed digest is new, so its records belong to this push. If a
    reused digest was deployed before, no push was lost, and starting it again could replace a newer release by an old
    one. One record doesn't count: `mine`, the deployment that this watch started itself before its answer was lost.
    """
    found = list(records)
    if any(r.get("reason") == mine for r in found):
        return failed(NOT_BEGUN, "no deployment had begun; this watch started it")
    if found:
        return passed(BEGUN, f"deployment {found[0]['deployment_id']} has begun")
    return None


def requests_since(built: Built) -> str:
    """Return a lower bound for the ids of deployments that were asked for after the build began."""
    return (datetime.fromisoformat(built.asked_at) - _SKEW).strftime(naming.TIME)


def started(name: str, first: bool) -> Verdict:
    """Return the verdict after starting execution `name`. `first` is False if it had been started before."""
    if first:
        return failed(NOT_BEGUN, f"no deployment had begun; execution {name} was started")
    return passed(
        "STARTED_ALREADY", f"execution {name} was started already: by another watch of this build, or by a person"
    )


def request(built: Built, asked_at: str, why: str) -> tuple[str, dict[str, str]]:
    """Return name and input of the missing deployment."""
    return request_of_push(
        built.service, built.git_sha, built.image_digest, pushed_at=asked_at, by="build watch", why=why
    )


def request_of_push(
    service: str, tag: str, digest: str, *, pushed_at: str, by: str, why: str
) -> tuple[str, dict[str, str]]:
    """Return name and input of a deployment that replaces a lost push.

    The same image always gives the same name, no matter who asks. A newer push overtakes it, as it would have overtaken
    the lost push.
    """
    asked = document.of_release(service, tag, digest, requested_by=by, reason=why, pushed_at=pushed_at)
    return naming.execution_of_build(service, digest), asked


def _what_failed(view: BuildView) -> str:
    wrong = [p for p in view.phases if p.status not in ("", SUCCEEDED, IN_PROGRESS)]
    if not wrong:
        return f"the build ended {view.status}; CodeBuild names no phase that failed"
    first = wrong[0]
    return f"{first.name} {first.status}: {first.message or 'CodeBuild gives no message; see the log'}"
