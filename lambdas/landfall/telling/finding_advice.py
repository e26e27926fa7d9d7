"""What each kind of finding means, what to do about it, and why it clears."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.reconcile.findings import Finding, Kind

RUNBOOK = "docs/reconciler.md"


@dataclass(frozen=True)
class Advice:
    """A kind's meaning in a few words, what to do about it, and why it clears."""

    title: str
    next: str
    gone: str


ADVICE = {
    Kind.PUSH_NOT_DEPLOYED: Advice(
        "a push led to no deployment",
        "Find out why its event started nothing: is the rule enabled, and is the event in the dead-letter queue? If it "
        "was not started now, deploy the image by hand, or push a newer commit.",
        "a deployment of the image is recorded, or a newer image was pushed",
    ),
    Kind.PUSH_NOT_READ: Advice(
        "a pushed image has no tag of a release",
        "Set services.<name>.tag_pattern to match your tags, or tag images by their 40-hex commit. List tags that are "
        "not releases in ignored_tags. Then release the commit that should run.",
        "a release was pushed since, or its tags are read or ignored now",
    ),
    Kind.SERVICE_MISSING: Advice(
        "the service does not exist",
        "Fix cluster and service in services.toml, or create the service; remove it from services.toml if it is gone.",
        "ECS has the service, and it is ACTIVE",
    ),
    Kind.LIVE_NOT_RECORDED: Advice(
        "the running revision was not deployed by Landfall",
        "Find out who did it (CloudTrail: UpdateService). Then release the commit that should run: that proves it.",
        "the running revision is the one that the last deployment left",
    ),
    Kind.LIVE_WITHOUT_SHA: Advice(
        "nobody can say which commit runs",
        "Release the commit that should run. `landfall audit` lists the family's revisions.",
        "the running revision has a known commit",
    ),
    Kind.RELEASE_DYING: Advice(
        "tasks of the live release keep stopping",
        "Find out why they stop: the message names one task. `landfall rollback` goes back to the release before it.",
        "none of its tasks stopped by itself for half an hour, or another revision runs",
    ),
    Kind.RUNS_TOO_LONG: Advice(
        "a deployment runs far too long",
        "Look at its execution. If it hangs, stop it: a recovery then restores and proves the release before.",
        "the deployment ended, or a recovery took it over",
    ),
    Kind.ENDED_TOO_FAST: Advice(
        "a recorded success is impossible",
        "Don't trust it: look at the service, its execution and its report; `landfall verify-evidence` says whether "
        "the record was changed. Then release again.",
        "a later deployment proved the running revision",
    ),
    Kind.NEVER_CLOSED: Advice(
        "a deployment has no outcome",
        "Look at the service now: is it healthy, and which commit does it run? Then look at the executions that should "
        "have recovered the deployment, and start one with intent 'recover'.",
        "the deployment has an outcome",
    ),
    Kind.REPORT_MISSING: Advice(
        "a deployment has no report",
        "Look for a delete marker over the report: the bucket keeps the version under it. If no report was written, "
        "start a recovery.",
        "the report is there",
    ),
    Kind.IMAGE_EXPIRES: Advice(
        "a needed image will expire",
        "Change the repository's lifecycle policy now: without the image no task can start, and no rollback works. "
        "`landfall images list` says what is needed. Push an image again that is gone or archived.",
        "no rule expires or archives a needed image soon",
    ),
    Kind.DRILL_OVERDUE: Advice(
        "the way back was not practised",
        "Run `landfall drill`, or find out why the scheduled drills failed or did not begin. If a drill stopped half "
        "way, run `landfall rollback --to` the release that should run.",
        "a drill proved the way back and the way forward",
    ),
    Kind.DEPLOYMENT_WAITS: Advice(
        "a deployment waits for a person",
        "Decide whether it may go on: continue it or roll it back with the command that the message names. Landfall "
        "continues only its own deployments at its own gates.",
        "the deployment no longer waits: it was continued, rolled back, or its time is over",
    ),
    Kind.NOT_ANCHORED: Advice(
        "the newest record is not anchored",
        "Run `landfall verify-evidence`. Until the next record is closed, only the ledger protects this record.",
        "HEAD is anchored",
    ),
    Kind.COULD_NOT_LOOK: Advice(
        "the reconciler could not look",
        "Fix the cause: until then the reconciler finds no such problem at this service. The step's log has the error.",
        "the reconciler could look again",
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
