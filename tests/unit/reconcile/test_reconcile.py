"""What the reconciler calls wrong, and what it leaves alone: a false alarm is as bad as a miss, but for one thing."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from landfall.chain import Head
from landfall.images.image_tags import TagForm
from landfall.images.stored import Listed
from landfall.intake.request import moment
from landfall.ledger import deployment_record, service_standing
from landfall.ledger.execution_history import Execution
from landfall.ledger.recovery import PATIENCE
from landfall.model import Outcome
from landfall.proof.observed import ServiceView
from landfall.reconcile import live_revision as reconcile_live
from landfall.reconcile import pushes as reconcile_pushes
from landfall.reconcile import record_checks as reconcile_records
from landfall.reconcile.findings import Kind, Seen
from landfall.settings import NO_RELEASES, Limits
from tests.support import builders as b

LIMITS = Limits()
TEMPLATE = {"containerDefinitions": [{"name": "app", "image": f"registry/sample@{b.DIGEST}"}]}
WITH_SHA = {"landfall:git-sha": b.SHA}


def ago(**how: float) -> str:
    """Return a time before now."""
    return (b.NOW - timedelta(**how)).isoformat()


def record(outcome: Outcome | None = Outcome.SUCCEEDED, **changes: Any) -> dict[str, Any]:
    """Return a record of a release that took five minutes and ended an hour and more ago, reported."""
    given = b.release(started_at=ago(minutes=95))
    known = deployment_record.opened(given)
    if outcome:
        known = deployment_record.closed(b.ended(outcome, release=given), b.NOW - timedelta(minutes=90))
        known["reported"] = "s3://reports/sample/one/report.md"
    return {**known, **changes}


def image(**changes: Any) -> Listed:
    """Return an image that was pushed twenty minutes ago."""
    pushed = moment(b.NOW - timedelta(minutes=20))
    return Listed(**{"digest": b.DIGEST, "tags": ("latest", b.SHA), "pushed_at": pushed, **changes})


DEFAULT = TagForm(ignored=NO_RELEASES)


def read(*images: Listed, form: TagForm = DEFAULT) -> list[reconcile_pushes.Pushed]:
    """Return the images as the reconciler reads their tags."""
    return reconcile_pushes.read(images, form)


def test_the_newest_image_is_the_one_of_a_commit() -> None:
    """Caches, platforms without a tag and human names are no releases; nor is there one in an empty repository."""
    newer = moment(b.NOW)
    others = [image(tags=tags, digest=b.OTHER_DIGEST, pushed_at=newer) for tags in ((), ("cache",), ("final-v3",))]
    last = reconcile_pushes.newest(read(*others, image(digest=b.OLD_DIGEST, pushed_at=ago(days=1)), image()))
    assert last is not None
    assert last.image == image()
    assert reconcile_pushes.newest(read(*others)) is None
    assert reconcile_pushes.newest([]) is None


def test_the_plainest_tag_stands_for_the_push() -> None:
    """The request that is started names a tag that ECR has, and best the one that can mean one commit alone."""
    form = TagForm("(?:sha|git)-([0-9a-f]{7,40})|v[0-9.]+", label="revision")
    for tags, first in (
        (("v1.2", f"sha-{b.SHA}", b.SHA), b.SHA),
        (("v1.2", "git-0123456", f"sha-{b.SHA}", "latest"), f"sha-{b.SHA}"),
        (("v1.2", "git-0123456"), "git-0123456"),
        (("v1.2", "latest"), "v1.2"),
    ):
        (pushed,) = read(image(tags=tags), form=form)
        seen = reconcile_pushes.assess("sample", pushed, [], b.NOW, timedelta(minutes=15), deployed_before=True)
        assert seen is not None
        assert seen.start is not None
        assert seen.start.document["image_tag"] == first


PUSHES: dict[str, tuple[Listed, list[dict[str, Any]], bool | None]] = {
    "within its grace": (image(pushed_at=moment(b.NOW - timedelta(minutes=14))), [], None),
    "after it": (image(), [], True),
    "what was asked for before the push": (
        image(),
        [record(image_digest=b.OTHER_DIGEST, requested_at=ago(minutes=21))],
        True,
    ),
    "overtaken by a person's request": (
        image(),
        [record(image_digest=b.OTHER_DIGEST, requested_at=ago(minutes=19))],
        False,
    ),
    "a later request was rejected": (
        image(),
        [record(Outcome.REJECTED, image_digest=b.OTHER_DIGEST, requested_at=ago(minutes=19))],
        True,
    ),
    "overtaken in the second after": (
        image(),
        [record(image_digest=b.OTHER_DIGEST, requested_at=ago(minutes=20, seconds=-1.5))],
        False,
    ),
    "over a day ago": (image(pushed_at=moment(b.NOW - timedelta(days=1, seconds=1))), [], False),
}


def test_an_image_from_before_landfall_is_not_started() -> None:
    """A service that Landfall never deployed to may have been put where it is on purpose: it is raised, and left."""
    seen = reconcile_pushes.assess("sample", read(image())[0], [], b.NOW, timedelta(minutes=15), deployed_before=False)
    assert seen is not None
    assert seen.start is None
    assert "sample was never deployed" in seen.what


@pytest.mark.parametrize(("pushed", "since", "starts"), PUSHES.values(), ids=PUSHES)
def test_a_push_without_a_record(pushed: Listed, since: list[dict[str, Any]], starts: bool | None) -> None:
    """A lost push is started if there was no later request, else only raised. None means neither."""
    seen = reconcile_pushes.assess("sample", read(pushed)[0], since, b.NOW, timedelta(minutes=15), deployed_before=True)
    assert (bool(seen.start) if seen else None) is starts
    if seen and seen.start:
        assert seen.start.name == f"build-sample-{'1' * 32}"
        asked = seen.start.document
        assert (asked["image_tag"], asked["image_digest"], asked["pushed_at"]) == (b.SHA, b.DIGEST, pushed.pushed_at)
        assert len(asked["reason"]) <= 200


def test_a_push_whose_deployment_the_index_does_not_have_yet_is_no_finding() -> None:
    """The records since the push are read consistently: one of them is of this image, whatever the index says."""
    since = [{"image_digest": b.DIGEST, "requested_at": b.NOW.isoformat(), "deployment_id": "20260102T030405Z-one"}]
    pushed = read(image(pushed_at="2026-01-02T00:30:00Z"))[0]
    told = reconcile_pushes.assess("sample", pushed, since, b.NOW, timedelta(minutes=15), deployed_before=True)
    assert told is None


def live(**changes: Any) -> ServiceView:
    """Return the service, running what the last release left."""
    return b.service(**changes)


BY_HAND = b.service(b.ecs_deployment(task_definition=b.OTHER_REVISION), task_definition=b.OTHER_REVISION)
ROLLED_BACK = record(Outcome.ROLLED_BACK, restored_to=b.OLD_REVISION)
LIVE: dict[str, tuple[ServiceView, dict[str, str], list[dict[str, Any]], set[Kind]]] = {
    "as released": (live(), WITH_SHA, [record()], set()),
    "as released, by a record of the first schema": (live(), WITH_SHA, [record(schema=1)], set()),
    "rejected since": (live(), WITH_SHA, [record(Outcome.REJECTED, task_definition=""), record()], set()),
    "by hand": (BY_HAND, WITH_SHA, [record()], {Kind.LIVE_NOT_RECORDED}),
    "by hand, of no commit": (BY_HAND, {}, [record()], {Kind.LIVE_NOT_RECORDED, Kind.LIVE_WITHOUT_SHA}),
    "before there was Landfall": (live(), WITH_SHA, [], {Kind.LIVE_NOT_RECORDED}),
    "an old release, by hand, after a rollback": (live(), WITH_SHA, [ROLLED_BACK, record()], {Kind.LIVE_NOT_RECORDED}),
    "what a rollback left": (live(), WITH_SHA, [record(Outcome.ROLLED_BACK, restored_to=b.REVISION)], set()),
    "without a commit, and restored": (
        live(),
        {},
        [record(Outcome.ROLLED_BACK, restored_to=b.REVISION)],
        {Kind.LIVE_WITHOUT_SHA},
    ),
    "either of the two after a way back that failed": (live(), WITH_SHA, [record(Outcome.ROLLBACK_FAILED)], set()),
    "deployed over": (live(), WITH_SHA, [record(Outcome.SUPERSEDED)], {Kind.LIVE_NOT_RECORDED}),
    "nothing runs": (b.service(b.ecs_deployment(), desired=0, running=0), {}, [], set()),
    "no PRIMARY at this look": (b.service(b.ecs_deployment(status="ACTIVE")), {}, [], set()),
}


@pytest.mark.parametrize(("view", "tags", "records", "kinds"), LIVE.values(), ids=LIVE)
def test_what_is_live(view: ServiceView, tags: dict[str, str], records: list[dict[str, Any]], kinds: set[Kind]) -> None:
    """Only what the last deployment left is known; a finding names the revision and what it should be."""
    looked = reconcile_live.assess(view, TEMPLATE, tags, service_standing.last_change(records))
    assert {seen.kind for seen in looked.seen} == kinds
    assert all(view.primary and seen.subject == view.primary.task_definition for seen in looked.seen)


@pytest.mark.parametrize("view", [None, b.service(status="INACTIVE"), b.service(status="DRAINING")])
def test_a_service_that_is_not_there(view: ServiceView | None) -> None:
    """It is in services.toml, so somebody expects releases of it to land."""
    looked = reconcile_live.missing(view, b.settings_of())
    assert looked is not None
    assert [(seen.kind, seen.subject) for seen in looked.seen] == [(Kind.SERVICE_MISSING, "c/sample")]
    assert reconcile_live.missing(b.service(), b.settings_of()) is None


RUNNING = Execution("RUNNING", b.NOW - timedelta(seconds=LIMITS.longest_seconds))
LONG = Execution("RUNNING", RUNNING.started_at - timedelta(seconds=1))
OVER = Execution("ABORTED", b.NOW - timedelta(hours=9), b.NOW - PATIENCE)
LONG_OVER = Execution("ABORTED", b.NOW - timedelta(hours=9), b.NOW - PATIENCE - timedelta(seconds=1))
OVERDUE: dict[str, tuple[list[Execution | None], Kind | None]] = {
    "runs": ([RUNNING], None),
    "runs too long": ([LONG], Kind.RUNS_TOO_LONG),
    "is over, and the sweep has its turn": ([OVER], None),
    "is over for long": ([LONG_OVER], Kind.NEVER_CLOSED),
    "is being recovered": ([LONG_OVER, RUNNING], None),
    "is being recovered for too long": ([LONG_OVER, LONG], Kind.RUNS_TOO_LONG),
    "was recovered in vain a moment ago": ([LONG_OVER, OVER], None),
    "was recovered in vain": ([LONG_OVER, LONG_OVER], Kind.NEVER_CLOSED),
    "is forgotten by Step Functions": ([None, None], Kind.NEVER_CLOSED),
}


@pytest.mark.parametrize(("executions", "kind"), OVERDUE.values(), ids=OVERDUE)
def test_a_record_that_is_open(executions: list[Execution | None], kind: Kind | None) -> None:
    """By its own limits, and after every recovery had its turn."""
    seen = reconcile_records.overdue(record(None), executions, LIMITS, b.NOW)
    assert (seen.kind if seen else None) == kind


def test_an_open_record_is_measured_by_its_own_limits() -> None:
    """Settings that were shortened since call no deployment late; a record that can't be read has today's."""
    short = Limits(lock_attempts=1, stability_timeout_seconds=1)
    assert reconcile_records.overdue(record(None), [RUNNING], short, b.NOW) is None
    own = record(None, release=json.dumps({"limits": asdict(short)}))
    assert reconcile_records.overdue(own, [RUNNING], LIMITS, b.NOW) is not None
    for unreadable in ("", "{}", '{"limits": {"older": 1}}'):
        assert reconcile_records.overdue(record(None, release=unreadable), [LONG], LIMITS, b.NOW) is not None


def unreported(**changes: Any) -> dict[str, Any]:
    """Return a closed record that says nothing of a report."""
    return {k: v for k, v in record(**changes).items() if k != "reported"}


REPORTS: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "is there": (record(), True, False),
    "is not in the bucket": (record(), False, True),
    "was never written": (unreported(), False, True),
    "is about to be written": (unreported(ended_at=ago(minutes=59)), False, False),
    "was never written, and nobody knows when it ended": (unreported(ended_at="once", started_at=""), False, True),
}


@pytest.mark.parametrize(("closed", "there", "wrong"), REPORTS.values(), ids=REPORTS)
def test_a_report(closed: dict[str, Any], there: bool, wrong: bool) -> None:
    """Every record that is closed has one, and it is where the record says."""
    seen = reconcile_records.unreported(closed, b.NOW, there=there)
    assert (seen is not None and seen.kind == Kind.REPORT_MISSING) is wrong


FAST = record(deployment_id="fast", started_at=ago(minutes=90, seconds=4))
TOO_FAST: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "took its time": ([record()], []),
    "before the first look": ([FAST, record()], ["fast"]),
    "without a revision": ([record(deployment_id="none", task_definition="")], ["none"]),
    "with the one that ran": ([record(deployment_id="same", task_definition=b.OLD_REVISION)], ["same"]),
    "live already": ([record(Outcome.NO_CHANGE, started_at=ago(minutes=90))], []),
    "rejected at once": ([record(Outcome.REJECTED, started_at=ago(minutes=90))], []),
    "a later one proved what runs": ([record(), FAST], []),
    "a later one failed": ([ROLLED_BACK, FAST], ["fast"]),
    "two of them": ([FAST, FAST | {"deployment_id": "faster"}, record()], ["fast", "faster"]),
}


@pytest.mark.parametrize(("newest_first", "subjects"), TOO_FAST.values(), ids=TOO_FAST)
def test_a_success_that_can_not_be(newest_first: list[dict[str, Any]], subjects: list[str]) -> None:
    """N1: no success without a new revision, nor in less time than the machine waits before its first look."""
    seen = reconcile_records.too_fast(newest_first, LIMITS)
    assert [each.subject for each in seen] == subjects
    assert {each.kind for each in seen} <= {Kind.ENDED_TOO_FAST}


def test_bounds_follow_the_limits() -> None:
    """The longest is beyond queue, there and back and a recovery; the shortest is the first wait."""
    assert LIMITS.longest_seconds > LIMITS.lock_attempts * LIMITS.lock_poll_seconds + LIMITS.lease_seconds
    assert LIMITS.shortest_seconds == LIMITS.stability_poll_seconds


def test_head_without_an_anchor_names_number_and_key() -> None:
    """Whoever looks for it knows where."""
    seen = reconcile_records.not_anchored(Head("sample", 7, "f" * 64, "20260102T030405Z-one"))
    assert (seen.kind, seen.subject) == (Kind.NOT_ANCHORED, "20260102T030405Z-one")
    assert f"sample/_chain/0000000007-{'f' * 64}.json" in seen.what


def test_a_success_that_was_only_heard_of_says_nothing_of_what_is_live() -> None:
    """A recovery that found a proven deployment unreported records no revision: the one before it still counts."""
    before, heard_of = record(), record(task_definition="", ended_at=(b.NOW + timedelta(hours=1)).isoformat())
    assert service_standing.last_change([heard_of, before]) == before


def test_requests_are_read_from_before_the_push() -> None:
    """An hour before it, since the clocks of ECR and of who asks differ: one that is missed would be started twice."""
    pushed_at = "2026-01-02T00:30:00Z"
    assert reconcile_pushes.requests_since(image(pushed_at=pushed_at)) == "20260101T233000Z"


def test_a_look_at_pushes_speaks_of_both_kinds() -> None:
    """What it does not see is gone: a finding of either kind is cleared."""
    seen = Seen(Kind.PUSH_NOT_READ, b.DIGEST, "why")
    assert reconcile_pushes.looked(None, seen, None).seen == (seen,)
    assert reconcile_pushes.looked(None).kinds == {Kind.PUSH_NOT_DEPLOYED, Kind.PUSH_NOT_READ}
