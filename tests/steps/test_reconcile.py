"""The reconciler on moto: what it finds it raises once, to everybody who should know, and clears when it is gone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.events.models import EventsBackend

from landfall import chain
from landfall.aws.dynamodb.findings import Findings
from landfall.aws.reports import Reports
from landfall.errors import StepError
from landfall.ledger import deployment_record
from landfall.model import Outcome
from landfall.partitions import CHAINS, FINDINGS, UNKNOWN_SERVICE
from landfall.reconcile.findings import Finding, Kind, State
from landfall.reconcile.turns import Cursor
from landfall.runtime.world import World
from landfall.steps.reconciling import reconcile_round
from landfall.steps.reconciling.reconcile_round import Round
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.steps.shared.watched_builds import started
from tests.support import builders as b
from tests.support import schemas


@pytest.fixture(scope="module", autouse=True)
def _anew() -> Iterator[None]:
    """Have the step read its settings anew: it reads them once, and other tests have others."""
    sys.modules.pop("reconcile", None)
    yield
    sys.modules.pop("reconcile", None)


@pytest.fixture(autouse=True)
def fewer(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave out the services of which nothing is there, but one: to look at each takes longer than all else here."""
    if "all_services" not in request.fixturenames:
        request.getfixturevalue("two_services")
        yield
        return
    sys.modules.pop("reconcile", None)
    yield
    sys.modules.pop("reconcile", None)


@pytest.fixture(autouse=True)
def released(aws: None, fewer: None) -> None:
    """Return a service whose live release Landfall proved, an hour ago. Of the other one nothing is there."""
    revision = standin.make_service()
    standin.client("ecs").tag_resource(resourceArn=revision, tags=[{"key": "landfall:git-sha", "value": b.OLD_SHA}])
    ran_before = b.baseline(task_definition=f"{b.FAMILY}:0")
    report(baseline=ran_before, deployment=b.deployment(task_definition=revision))


def report(outcome: Outcome = Outcome.SUCCEEDED, name: str = "20260102T030405Z-one", **changes: Any) -> None:
    """Let Report close a deployment of the old release."""
    began = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    release = b.release(deployment_id=name, image_digest=b.OLD_DIGEST, git_sha=b.OLD_SHA, started_at=began)
    machine.invoke("report", asdict(b.ended(outcome, release=release, **changes)))


def absent() -> list[str]:
    """Return the configured services of which there is neither a repository nor a service."""
    return [service.name for service in World().settings.services if service.name != "sample"]


def look() -> Any:
    """Look once."""
    return machine.invoke("reconcile", {})


def settle() -> None:
    """Let everything that was seen have been seen ten minutes before."""
    for finding in store().all():
        before = datetime.fromisoformat(finding.seen_at) - timedelta(minutes=10)
        change(finding, "seen_at", before.isoformat())


def change(finding: Finding, field: str, value: str) -> None:
    """Change a field of a finding as it is kept."""
    standin.table().update_item(
        Key={"service": FINDINGS, "deployment_id": finding.key},
        UpdateExpression="SET #field = :value",
        ExpressionAttributeNames={"#field": field},
        ExpressionAttributeValues={":value": value},
    )


def store() -> Findings:
    """Return the findings as the step has them."""
    return Findings(standin.table())


def found(service: str = "sample") -> dict[Kind, State]:
    """Return the state of each kind of finding about a service."""
    return {finding.kind: finding.state for finding in store().all() if finding.service == service}


def messages(service: str = "sample") -> list[tuple[str, dict[str, str]]]:
    """Return what people were told of a service: the text, and by which attributes."""
    typed = [(text, {k: v["Value"] for k, v in attributes.items()}) for _, text, _, attributes, *_ in sent()]
    return [(text, attributes) for text, attributes in typed if attributes["service"] == service]


def told(service: str = "sample") -> list[tuple[str, str]]:
    """Return the outcomes that people were told of a service, and of which kind."""
    return [(attributes["outcome"], attributes["kind"]) for _, attributes in messages(service)]


def by_hand() -> None:
    """Deploy what Landfall does not know."""
    revision = standin.register("sample", f"registry/{standin.REPOSITORY}:final-v3")
    standin.client("ecs").update_service(cluster=standin.CLUSTER, service="sample", taskDefinition=revision)
    standin.roll_out(digest=b.OTHER_DIGEST)


def back() -> None:
    """Deploy again what Landfall left."""
    standin.client("ecs").update_service(cluster=standin.CLUSTER, service="sample", taskDefinition=b.OLD_REVISION)
    standin.roll_out()


def hide_the_report() -> None:
    """Delete a report."""
    for key in standin.reports():
        standin.client("s3").delete_object(Bucket=standin.BUCKET, Key=key)


def show_the_report() -> None:
    """Put it back."""
    uri = str(next(r for r in standin.records() if r["deployment_id"] == "20260102T030405Z-one")["reported"])
    key = uri.removeprefix(f"s3://{standin.BUCKET}/")
    standin.client("s3").put_object(Bucket=standin.BUCKET, Key=key, Body=b"x")


def hide_the_anchor() -> None:
    """Delete HEAD's anchor."""
    (key,) = standin.anchors()
    standin.client("s3").delete_object(Bucket=standin.BUCKET, Key=key)


def close_another() -> None:
    """Close a deployment, whose anchor covers what was before."""
    report(Outcome.REJECTED, "20260103T030405Z-two", deployment=None)


def lose_a_push() -> None:
    """Push an image, an hour ago, and start nothing."""
    standin.push()
    standin.age(b.SHA, timedelta(hours=1))


def deploy_it() -> None:
    """Open the record of its deployment, and close it."""
    release = b.release(deployment_id="20260104T030405Z-late", image_digest=standin.digest_of(b.SHA))
    machine.invoke("report", asdict(b.ended(Outcome.SKIPPED, release=release, deployment=None)))


def leave_a_record_open() -> None:
    """Open the record of a deployment whose execution nobody knows."""
    arn = f"{b.EXECUTION}-unknown"
    standin.open_record(b.release(deployment_id="20260101T000000Z-open", execution_arn=arn, started_at="2026-01-01"))


def close_it() -> None:
    """Close it, as a recovery does."""
    release = b.release(deployment_id="20260101T000000Z-open")
    machine.invoke("report", asdict(b.ended(Outcome.REJECTED, release=release, deployment=None)))


def claim_a_success() -> None:
    """Put a success there that no deployment can have had."""
    now = datetime.now(UTC)
    release = b.release(deployment_id="20260105T000000Z-fast", started_at=now.isoformat())
    record = deployment_record.closed(b.ended(release=release, deployment=b.deployment(task_definition="")), now)
    standin.table().put_item(Item=record | {"reported": "s3://elsewhere/report.md", "git_sha": "?"})


def prove_another() -> None:
    """Prove what runs."""
    report(Outcome.NO_CHANGE, "20260106T030405Z-next", baseline=b.baseline(task_definition=revision()))


def revision() -> str:
    """Return what is live."""
    return str(standin.service_of().task_definition)


def delete_the_service() -> None:
    """Delete it."""
    standin.service_of().status = "INACTIVE"


def make_it_again() -> None:
    """Make it again."""
    standin.service_of().status = "ACTIVE"


def close_again(**times: str) -> None:
    """Let the deployment have been at another time: its record is closed anew, as the only one."""
    ledger = standin.ledger()
    record = ledger.record("sample", "20260102T030405Z-one") or {}
    for key in ({"service": "sample", "deployment_id": record["deployment_id"]}, {"service": CHAINS}):
        standin.table().delete_item(Key={"deployment_id": "sample", **key})
    head = chain.head_of(ledger.close({**record, **times}) or {})
    assert head
    Reports(standin.client("s3"), standin.BUCKET).put(chain.anchor_of(head).key, "{}", "application/json")


def keep_dying() -> None:
    """Let tasks of what is live crash again and again, long after its deployment was over."""
    now = datetime.now(UTC)
    times = {"started_at": (now - timedelta(hours=3)).isoformat(), "ended_at": (now - timedelta(hours=2)).isoformat()}
    close_again(**times)
    for minutes in (1, 10, 20):
        task = standin.start("sample", b.OLD_DIGEST)
        standin.stop(task, "EssentialContainerExited", 1)
        task.stopped_at = (now - timedelta(minutes=minutes)).timestamp()


def live_on() -> None:
    """Let the last crash have been forty minutes ago."""
    for task in standin.backend().tasks[standin.CLUSTER].values():
        if hasattr(task, "stopped_at"):
            task.stopped_at -= timedelta(minutes=40).total_seconds()


def let_it_expire() -> None:
    """Have ECR delete every image after seven days, while the live one is five days old."""
    standin.age("old", timedelta(days=5))
    selection = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    policy = {"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]}
    standin.client("ecr").put_lifecycle_policy(
        repositoryName=standin.REPOSITORY, lifecyclePolicyText=json.dumps(policy)
    )


def keep_it() -> None:
    """Take the policy away."""
    standin.client("ecr").delete_lifecycle_policy(repositoryName=standin.REPOSITORY)


STORIES: dict[Kind, tuple[Callable[[], None], Callable[[], None]]] = {
    Kind.LIVE_NOT_RECORDED: (by_hand, back),
    Kind.REPORT_MISSING: (hide_the_report, show_the_report),
    Kind.NOT_ANCHORED: (hide_the_anchor, close_another),
    Kind.PUSH_NOT_DEPLOYED: (lose_a_push, deploy_it),
    Kind.NEVER_CLOSED: (leave_a_record_open, close_it),
    Kind.ENDED_TOO_FAST: (claim_a_success, prove_another),
    Kind.SERVICE_MISSING: (delete_the_service, make_it_again),
    Kind.RELEASE_DYING: (keep_dying, live_on),
    Kind.IMAGE_EXPIRES: (let_it_expire, keep_it),
}


def test_what_is_as_it_should_be_is_no_finding() -> None:
    """Not at the first look, nor at the third."""
    for _ in range(3):
        look()
        settle()
    assert found() == {}
    assert told() == []


@pytest.mark.parametrize("kind", STORIES)
def test_a_finding_is_raised_once_and_cleared_once(kind: Kind) -> None:
    """However often is looked; what is gone before the second look is never told."""
    go_wrong, mend = STORIES[kind]
    go_wrong()
    look()
    assert found()[kind] == State.SUSPECTED
    assert told() == []
    settle()
    for _ in range(3):
        look()
    assert found()[kind] == State.RAISED
    assert [outcome for outcome, what in told() if what == kind] == ["FINDING"]

    mend()
    for _ in range(3):
        look()
    assert found()[kind] == State.CLEARED
    assert [outcome for outcome, what in told() if what == kind] == ["FINDING", "FINDING_CLEARED"]


def test_no_release_is_called_dying_while_it_is_replaced() -> None:
    """A deployment is under way: what dies now is for it to judge. What was raised stays so."""
    keep_dying()
    look()
    settle()
    standin.open_record(b.release(deployment_id="20260103T000000Z-next", execution_arn=f"{b.EXECUTION}-next"))
    look()
    assert found()[Kind.RELEASE_DYING] == State.SUSPECTED


def test_what_comes_back_is_raised_again() -> None:
    """Told anew, by two looks anew."""
    for _ in range(2):
        hide_the_report()
        look()
        settle()
        look()
        show_the_report()
        look()
    assert told() == [("FINDING", "REPORT_MISSING"), ("FINDING_CLEARED", "REPORT_MISSING")] * 2


def test_what_is_gone_at_the_second_look_is_not_told() -> None:
    """One look may have been in the middle of something."""
    hide_the_report()
    look()
    show_the_report()
    settle()
    look()
    assert told() == []


def test_a_lost_push_is_started_once_and_stands_for_the_push() -> None:
    """Under the image's name, with the time of its push, so that a newer push overtakes it."""
    lose_a_push()
    look()
    assert started() == []
    settle()
    for _ in range(3):
        look()
    ((name, asked),) = started()
    assert name == f"build-sample-{standin.digest_of(b.SHA).removeprefix('sha256:')[:32]}"
    assert (asked["image_tag"], asked["requested_by"]) == (b.SHA, "reconciler")
    assert datetime.fromisoformat(asked["pushed_at"]) < datetime.now(UTC) - timedelta(minutes=55)
    ((text, _),) = messages()
    assert f"execution {name} was started" in text


def test_a_lost_push_is_not_started_over_what_was_asked_for_later() -> None:
    """Somebody went back by hand meanwhile: the push is told of, and left to people."""
    lose_a_push()
    now = datetime.now(UTC)
    release = b.release(
        deployment_id=f"{now:%Y%m%dT%H%M%SZ}-back", image_digest=b.OLD_DIGEST, requested_at=now.isoformat()
    )
    machine.invoke("report", asdict(b.ended(Outcome.SKIPPED, release=release, deployment=None)))
    look()
    settle()
    look()
    assert started() == []
    assert told() == [("FINDING", "PUSH_NOT_DEPLOYED")]
    assert "not started" in messages()[0][0]


def test_one_service_does_not_hide_another() -> None:
    """Of `fresh` there is neither repository nor service: that is told, and so is what is wrong with `sample`."""
    hide_the_report()
    look()
    settle()
    answer = look()
    assert told() == [("FINDING", "REPORT_MISSING")]
    assert set(told("fresh")) == {("FINDING", "COULD_NOT_LOOK"), ("FINDING", "SERVICE_MISSING")}
    of_others = 2 * len(absent())
    assert (answer["open"], answer["raised"]) == (1 + of_others, 1 + of_others)
    standin.client("ecr").create_repository(repositoryName="landfall/fresh")
    look()
    assert ("FINDING_CLEARED", "COULD_NOT_LOOK") in told("fresh")


def test_a_message_that_could_not_be_sent_is_sent_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding is marked as told only after that; the step fails, so that its own alarm can tell."""
    topics = standin.client("sns")
    (topic,) = topics.list_topics()["Topics"]
    hide_the_report()
    look()
    settle()
    topics.delete_topic(TopicArn=topic["TopicArn"])
    with pytest.raises(StepError, match="not told"):
        look()
    topics.create_topic(Name="landfall")
    look()
    assert told() == []  # the first one's claim is not over yet
    for finding in store().all():
        change(finding, "claimed_until", b.NOW.isoformat())
    look()
    assert told() == [("FINDING", "REPORT_MISSING")]


def test_of_two_reconcilers_one_writes() -> None:
    """What both read is changed by the first alone."""
    finding = Finding("sample", Kind.NOT_ANCHORED, "one", "what", State.SUSPECTED, b.NOW.isoformat())
    first = store().write(finding)
    assert first is not None
    assert store().write(finding) is None
    assert store().write(first) is not None
    assert store().write(first) is None
    assert [f.version for f in store().all()] == [2]


def test_findings_of_a_service_that_was_taken_out_are_cleared() -> None:
    """Nobody looks at it any more, and that is the reason that is told."""
    store().write(Finding("gone", Kind.REPORT_MISSING, "one", "what", State.RAISED, b.NOW.isoformat(), "then"))
    look()
    assert told("gone") == [("FINDING_CLEARED", "REPORT_MISSING")]
    assert "taken out of services.toml" in messages("gone")[0][0]


def test_a_finding_about_a_record_that_is_gone_says_so() -> None:
    """Whoever reads it looks whether somebody removed the record."""
    store().write(Finding("sample", Kind.REPORT_MISSING, "never", "what", State.RAISED, b.NOW.isoformat(), "then"))
    look()
    assert "verify-evidence" in messages()[0][0]


def test_an_older_record_is_read_like_any_other() -> None:
    """Records of the first schema have no hash and no place in the chain, and are no finding for that."""
    table = standin.table()
    old = {k: v for k, v in (standin.records()[0]).items() if k not in ("hash", "sequence", "previous_hash")}
    table.put_item(Item={**old, "deployment_id": "20250101T000000Z-old", "schema": 1})
    look()
    settle()
    look()
    assert told() == []


def test_where_no_time_is_left_nothing_is_decided_but_one_thing() -> None:
    """What was not looked at is neither raised nor cleared, and the next run begins there; that some wait is told."""
    this = Round(World(), [], b.NOW)
    ((service, of_unknown),) = this.looked()
    assert service == UNKNOWN_SERVICE
    assert [seen for each in of_unknown for seen in each.seen] == [reconcile_round.no_time()]
    assert this.cursor == Cursor()


def test_where_there_is_time_again_that_is_cleared() -> None:
    """By a look that knows of its kind, and does not see it."""
    *_, last = dict(Round(World(), [], datetime.now(UTC) + timedelta(hours=1)).looked())[UNKNOWN_SERVICE]
    assert (last.kinds, last.seen) == (frozenset({Kind.COULD_NOT_LOOK}), ())


def test_how_many_are_open_is_a_metric_also_when_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    """In all, with the one dimension an alarm asks for; and of each kind that there is any of."""

    def metrics() -> list[tuple[Any, ...]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        emitted = [line for line in lines if "_aws" in line and "OpenFindings" in line]
        return [
            (line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], line["OpenFindings"], line.get("kind"))
            for line in emitted
        ]

    look()
    assert metrics() == [([["service"]], [0.0], None)]
    settle()
    look()
    total, *kinds = metrics()
    assert total == ([["service"]], [2.0 * len(absent())], None)
    assert {kind for _, _, kind in kinds} == {"COULD_NOT_LOOK", "SERVICE_MISSING"}
    assert all(set(dimensions[0]) == {"service", "kind"} for dimensions, _, _ in kinds)


def test_programs_hear_of_findings() -> None:
    """A rule on the bus gets an event for what is raised and for what is cleared, as its schema has it."""
    hide_the_report()
    look()
    settle()
    standin.heard()
    look()
    raised = [e for e in standin.heard() if e["detail"]["service"] == "sample"]
    show_the_report()
    look()
    cleared = [e for e in standin.heard() if e["detail"]["service"] == "sample"]
    assert [e["detail"]["state"] for e in (*raised, *cleared)] == ["RAISED", "CLEARED"]
    for event in (*raised, *cleared):
        schemas.holds("finding", event["detail"])
        assert (event["detail-type"], event["detail"]["kind"]) == ("Finding", "REPORT_MISSING")


@pytest.mark.usefixtures("all_services")
def test_a_bus_that_takes_nothing_keeps_nobody_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """People are told once, whatever becomes of the event. And every service that is configured is looked at."""
    monkeypatch.setattr(EventsBackend, "put_events", standin.refuse_events)
    hide_the_report()
    look()
    settle()
    look()
    look()
    assert told() == [("FINDING", "REPORT_MISSING")]
