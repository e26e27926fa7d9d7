"""What each kind of finding means, what to do about it, and what it means that it is gone."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.reconcile.findings import Finding, Kind

RUNBOOK = "docs/reconciler.md"


@dataclass(frozen=True)
class Advice:
    """What a kind means in few words, what to do about it, and what it means that it is gone."""

    title: str
    next: str
    gone: str


ADVICE = {
    Kind.PUSH_NOT_DEPLOYED: Advice(
        "a push led to no deployment",
        "See why its event started nothing: is the rule enabled, what lies in the dead-letter queue? Where it was not "
        "started now, deploy it by hand, or push a newer commit.",
        "a deployment of it is recorded, or a newer image was pushed",
    ),
    Kind.PUSH_NOT_READ: Advice(
        "an image was pushed that no tag makes a release",
        "Set services.<name>.tag_pattern to what your tags look like, or tag images by their 40-hex commit. What is no "
        "release belongs into ignored_tags. Then release the commit that should run.",
        "a release was pushed since, or its tags are read or ignored now",
    ),
    Kind.SERVICE_MISSING: Advice(
        "the service is not there",
        "Fix cluster and service in services.toml, or make the service; take it out of services.toml if it is gone.",
        "ECS has the service, and it is ACTIVE",
    ),
    Kind.LIVE_NOT_RECORDED: Advice(
        "what runs was not deployed by Landfall",
        "Find out who did (CloudTrail: UpdateService). Then release the commit that should run: that proves it.",
        "what runs is what the last deployment left",
    ),
    Kind.LIVE_WITHOUT_SHA: Advice(
        "nobody can say which commit runs",
        "Release the commit that should run. `landfall audit` lists the family's revisions.",
        "what runs is of a known commit",
    ),
    Kind.RELEASE_DYING: Advice(
        "the live release keeps dying",
        "See why its tasks stop: the message names one. `landfall rollback` goes back to the release proven before it.",
        "none of its tasks stopped by itself for half an hour, or another revision runs",
    ),
    Kind.RUNS_TOO_LONG: Advice(
        "a deployment runs far too long",
        "Look at its execution. Stop it if it hangs: it is then recovered, and what ran before is proven.",
        "it is over, or taken over by a recovery",
    ),
    Kind.ENDED_TOO_FAST: Advice(
        "a success that can't be",
        "Don't trust it: look at the service, its execution and its report; `landfall verify-evidence` tells whether "
        "the record was changed. Then release again.",
        "a later deployment proved what runs",
    ),
    Kind.NEVER_CLOSED: Advice(
        "a deployment has no outcome",
        "Look at the service now: is it healthy, and of which commit? Then at the executions that should have "
        "recovered it, and start one with intent 'recover'.",
        "it has an outcome",
    ),
    Kind.REPORT_MISSING: Advice(
        "a deployment has no report",
        "Look for a delete marker over it: the bucket keeps what is under it. If none was written, start a recovery.",
        "its report is there",
    ),
    Kind.IMAGE_EXPIRES: Advice(
        "an image that is needed will be gone",
        "Change the repository's lifecycle policy now: without the image no task can start, and no rollback works. "
        "`landfall images list` says what is needed. Push an image again that is gone or archived.",
        "no rule takes a needed image soon",
    ),
    Kind.DRILL_OVERDUE: Advice(
        "the way back was not practised",
        "Run `landfall drill`, or see why the schedule's drills did not begin or failed. If a drill stopped half way, "
        "run `landfall rollback --to` the release that should run.",
        "a drill proved the way back and the way forward",
    ),
    Kind.DEPLOYMENT_WAITS: Advice(
        "a deployment waits for a person",
        "Decide whether it may go on: continue it or roll it back with the command that the message names. Landfall "
        "continues only its own deployments at its own gates.",
        "nothing waits there any more: it was continued, rolled back, or its time is over",
    ),
    Kind.NOT_ANCHORED: Advice(
        "the newest record is not anchored",
        "Run `landfall verify-evidence`. Until the next record is closed nothing but the ledger vouches for it.",
        "HEAD is anchored",
    ),
    Kind.COULD_NOT_LOOK: Advice(
        "the reconciler could not look",
        "Fix what stops it: until then nothing of the kind is found at this service. The step's log has it in full.",
        "it could look again",
    ),
}


def because(finding: Finding) -> str:
    """Say why a finding is gone."""
    return finding.because or ADVICE[finding.kind].gone


def runbook(kind: Kind) -> str:
    """Return the section of the runbook about a kind."""
    return f"{RUNBOOK}#{anchor(kind)}"


def anchor(kind: Kind) -> str:
    """Return the anchor of a kind's section in the runbook."""
    return kind.value.lower().replace("_", "-")
