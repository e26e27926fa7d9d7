"""The build watch: what a build that is over means, and whether the deployment of its image has begun.

A build exports `GIT_SHA`, `IMAGE_DIGEST` and `BUILT` (`no` where the commit was built before and its image is reused).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from landfall import naming
from landfall.commit import FULL
from landfall.intake import document
from landfall.intake.request import DIGEST
from landfall.model import UNKNOWN, Verdict, failed, passed, wait
from landfall.settings import Service
from landfall.text.later import Later
from landfall.text.shortened import shortened

SUCCEEDED, IN_PROGRESS = "SUCCEEDED", "IN_PROGRESS"
ENDED = (SUCCEEDED, "FAILED", "FAULT", "STOPPED", "TIMED_OUT")
"""The statuses of a build that is over (CodeBuild API reference, Build, `buildStatus`)."""
NOT_BEGUN, BEGUN = "NOT_BEGUN", "BEGUN"
EXPORTS = {"GIT_SHA": FULL, "IMAGE_DIGEST": DIGEST, "BUILT": Later("yes|no")}
"""The variables that the buildspec exports, and what they look like."""
_SHOWN = 80


@dataclass(frozen=True)
class Phase:
    """A phase of a build, and what CodeBuild says of it. `status` is empty while it runs, and for COMPLETED."""

    name: str
    status: str
    message: str = ""


@dataclass(frozen=True)
class BuildView:
    """A build as CodeBuild describes it. `source_version` is the commit it resolved, else what was asked for."""

    arn: str
    project: str
    status: str
    started_at: str
    source_version: str
    phases: tuple[Phase, ...] = ()
    exported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """A build as it travels between the watch's states.

    `asked_at` is when the build began, `pushed` whether it pushed an image: where it did, the push asks for the
    deployment, and where the image was there already, the build itself does.
    """

    service: str
    project: str
    arn: str
    asked_at: str
    git_sha: str = UNKNOWN
    image_digest: str = UNKNOWN
    pushed: bool = False


def assess(view: BuildView, service: Service, within: int) -> tuple[Verdict, Built]:
    """Say what a build that is over means: WAIT `BUILT` for `within` seconds, or FAIL with a code that says why."""
    built = Built(service.name, view.project, view.arn, view.started_at, git_sha=shortened(view.source_version, _SHOWN))
    if view.status != SUCCEEDED:
        return failed(f"BUILD_{view.status}", _what_failed(view)), built
    exported = {name: view.exported.get(name, "") for name in EXPORTS}
    unfit = {name: text for name, text in exported.items() if not EXPORTS[name].fullmatch(text)}
    bad = [f"{name} is {shortened(text, _SHOWN)!r}" for name, text in unfit.items()]
    if bad:
        why = (
            f"it succeeded, but what it exports is no image: {', '.join(bad)}; see that the buildspec exports all three"
        )
        return failed("BUILD_UNREADABLE", why), built
    sha, digest = exported["GIT_SHA"], exported["IMAGE_DIGEST"]
    built = replace(built, git_sha=sha, image_digest=digest, pushed=exported["BUILT"] == "yes")
    return wait("BUILT", f"{sha} is {digest}; its deployment has {within} s to begin", within), built


def reason(within: int, watch: str) -> str:
    """Return the reason of a deployment that the watch starts. It names the watch's execution: no two say the same."""
    return f"no deployment of this image began within {within} s of its build (build watch {watch})"


def begun(records: Iterable[Mapping[str, Any]], mine: str) -> Verdict | None:
    """Say by the ledger's records of the image whether a deployment has begun; None where none has.

    Any record counts, however old and however it ended. A pushed digest is new, so its records are of this push; a
    reused one that was deployed before, whatever came of it, lost no push: to start it again could put an old release
    over a newer one. Only the record of the deployment that this very watch started, `mine`, before its answer was lost
    means that none had begun.
    """
    found = list(records)
    if any(r.get("reason") == mine for r in found):
        return failed(NOT_BEGUN, "no deployment had begun; this watch started it")
    if found:
        return passed(BEGUN, f"deployment {found[0]['deployment_id']} has begun")
    return None


def started(name: str, first: bool) -> Verdict:
    """Say what it means that execution `name` was asked for: `first` is False where it had been started before."""
    if first:
        return failed(NOT_BEGUN, f"no deployment had begun; execution {name} was started")
    return passed(
        "STARTED_ALREADY", f"execution {name} was started already: by another watch of this build, or by a person"
    )


def request(built: Built, asked_at: str, why: str) -> tuple[str, dict[str, str]]:
    """Return name and input of the deployment that is missing."""
    return request_of_push(
        built.service, built.git_sha, built.image_digest, pushed_at=asked_at, by="build watch", why=why
    )


def request_of_push(
    service: str, tag: str, digest: str, *, pushed_at: str, by: str, why: str
) -> tuple[str, dict[str, str]]:
    """Return name and input of a deployment that stands for a push that was lost.

    The same image gives the same name, whoever asks; a newer push overtakes it as it would have overtaken the push.
    """
    asked = document.of_release(service, tag, digest, requested_by=by, reason=why, pushed_at=pushed_at)
    return naming.execution_of_build(service, digest), asked


def _what_failed(view: BuildView) -> str:
    wrong = [p for p in view.phases if p.status not in ("", SUCCEEDED, IN_PROGRESS)]
    if not wrong:
        return f"the build ended {view.status}; CodeBuild names no phase that failed"
    first = wrong[0]
    return f"{first.name} {first.status}: {first.message or 'CodeBuild gives no message; its log may'}"
