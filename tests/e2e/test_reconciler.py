"""Each kind of finding on the local AWS: raised once, however often is looked, and cleared once when it is mended.

On a stage of its own, where a finding settles in a second. Part of `make test-long`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.clients import session
from cli.deployments.running_execution import Ending
from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.reports import Reports
from landfall.aws.signing import Signing
from landfall.ledger import deployment_record
from landfall.reconcile.findings import Kind
from landfall.settings import Limits
from local.stage.inbox import Inbox, Message
from local.stage.landfall_stage import Stage, commit, staged
from tests.e2e import by_hand, laws
from tests.e2e.building import started_for
from tests.e2e.command import landfall
from tests.e2e.events import PUSHED, lost
from tests.e2e.pushing import pushed
from tests.e2e.stopping import eventually, swept
from tests.support import builders as b

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE, ABSENT = "watched", "absent"
SETTLED = 1.2
"""Seconds: a little more than `settle_seconds` below."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a local AWS with two services: of one ECS and ECR know nothing."""
    state = tmp_path_factory.mktemp("aws")
    tables = {"reconciler": {"settle_seconds": 1, "push_grace_seconds": 3}}
    with staged(state, (SERVICE, ABSENT), overrides={ABSENT: {"stack": None}}, tables=tables) as stage:
        yield stage


@pytest.fixture(scope="module")
def inbox(stage: Stage) -> Inbox:
    """Return what subscribers of this stage's topic get."""
    return Inbox(stage.aws, stage.pipeline["TopicArn"])


@pytest.fixture(scope="module")
def baseline(stage: Stage) -> Ending:
    """Return the release that is live before anything is wrong."""
    ending = pushed(stage, SERVICE, "baseline")
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    return ending


@pytest.fixture(scope="module")
def ledger(stage: Stage) -> Ledger:
    """Return the ledger, as somebody who may write to it has it."""
    made, at = session(), stage.aws.endpoint
    reports = Reports(made.client("s3", endpoint_url=at), stage.pipeline["ReportBucketName"])
    signing = Signing(made.client("kms", endpoint_url=at), stage.pipeline["SigningKeyArn"], reports)
    table = made.resource("dynamodb", endpoint_url=at).Table(stage.pipeline["LedgerTableName"])
    return Ledger(table, lambda: signing)


def look(stage: Stage) -> dict[str, int]:
    """Look, as the schedule would, and return how many findings are open, were raised and cleared."""
    answer = stage.aws.client("lambda").invoke(FunctionName="landfall-reconcile", Payload=b"{}")
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return dict(said)


def of(inbox: Inbox, kind: Kind, service: str = SERVICE) -> list[Message]:
    """Return the messages about findings of a kind, oldest first."""
    return [m for m in inbox.messages() if (m.attributes.get("kind"), m.attributes.get("service")) == (kind, service)]


def raised(stage: Stage, inbox: Inbox, *kinds: Kind, service: str = SERVICE) -> list[Message]:
    """Assert that these are raised by the second look and by no other, two at once among them. Returns the messages."""
    before = {kind: len(of(inbox, kind, service)) for kind in kinds}
    look(stage)
    assert {kind: len(of(inbox, kind, service)) for kind in kinds} == before
    time.sleep(SETTLED)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: look(stage), range(2)))
    time.sleep(SETTLED)
    assert look(stage)["raised"] == 0
    new = [m for kind in kinds for m in of(inbox, kind, service)[before[kind] :]]
    found = [m for m in new if m.attributes["outcome"] == "FINDING"]  # what was started may be gone by now
    assert [m.attributes["kind"] for m in found] == list(kinds)
    return found


def cleared(stage: Stage, inbox: Inbox, *kinds: Kind, service: str = SERVICE) -> None:
    """Assert that people hear once that these are gone, and nothing more."""
    before = {kind: len(of(inbox, kind, service)) for kind in kinds}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: look(stage), range(2)))
    look(stage)
    new = [m for kind in kinds for m in of(inbox, kind, service)[before[kind] :]]
    assert [m.attributes["outcome"] for m in new] == ["FINDING_CLEARED"] * len(kinds)


def forged(ledger: Ledger, deployment_id: str, **changes: Any) -> dict[str, Any]:
    """Put a record into the ledger that no deployment wrote: released five hours ago, in four minutes."""
    began = datetime.now(UTC) - timedelta(hours=5)
    arn = f"arn:aws:states:us-east-1:000000000000:execution:landfall:{deployment_id}"
    times = {"requested_at": began.isoformat(), "started_at": began.isoformat()}
    release = b.release(service=SERVICE, deployment_id=deployment_id, execution_arn=arn, **times)
    record = {**deployment_record.opened(release), **changes}
    ledger._table.put_item(Item=record)
    return record


def test_a_service_that_is_not_there_and_a_look_that_fails(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Of one service ECS and ECR know nothing: both are raised, and hide nothing of the other service."""
    missing, failed = raised(stage, inbox, Kind.SERVICE_MISSING, Kind.COULD_NOT_LOOK, service=ABSENT)
    assert f"landfall-{ABSENT}/{ABSENT}" in missing.body
    assert "RepositoryNotFound" in failed.body

    stage.aws.client("ecr").create_repository(repositoryName=f"landfall/{ABSENT}")
    cleared(stage, inbox, Kind.COULD_NOT_LOOK, service=ABSENT)
    stage.ecs.create_cluster(clusterName=f"landfall-{ABSENT}")
    revision = by_hand.registered(stage, baseline.record["task_definition"], family=ABSENT)
    network = stage.service(SERVICE)["networkConfiguration"]
    stage.ecs.create_service(
        cluster=f"landfall-{ABSENT}",
        serviceName=ABSENT,
        taskDefinition=revision,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    cleared(stage, inbox, Kind.SERVICE_MISSING, service=ABSENT)


def test_a_good_release_is_no_finding(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Looks before, while and after a release lands see nothing that is wrong with it."""
    sha, before = commit("watched all the time"), datetime.now(UTC)
    stage.push(SERVICE, sha)
    follower = stage.started_by_push(SERVICE, sha, before)
    while stage.stepfunctions.describe_execution(executionArn=follower.arn)["status"] == "RUNNING":
        look(stage)
        time.sleep(0.5)
    for _ in range(3):
        look(stage)
        time.sleep(SETTLED)
    laws.hold(stage, stage.ended(follower, SERVICE), SERVICE, "SUCCEEDED")
    assert [m.subject for m in inbox.messages() if m.attributes.get("service") == SERVICE] == []


def test_a_push_that_started_nothing_is_started(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Whatever pushed it: the deployment begins once, lands, and the finding is gone."""
    sha = commit("its event is lost")
    with lost(stage, PUSHED):
        digest = stage.push(SERVICE, sha)
        time.sleep(4)
        (message,) = raised(stage, inbox, Kind.PUSH_NOT_DEPLOYED)
    assert sha in message.body
    assert "was started" in message.body

    ending = stage.ended(started_for(stage, digest, SERVICE), SERVICE)

    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    assert ending.record["requested_by"] == "reconciler"
    assert len([r for r in stage.records(SERVICE) if r["image_digest"] == digest]) == 1
    # it was cleared by the looks that raised it where its record was there by then
    outcomes = [m.attributes["outcome"] for m in of(inbox, Kind.PUSH_NOT_DEPLOYED)]
    if outcomes == ["FINDING"]:
        cleared(stage, inbox, Kind.PUSH_NOT_DEPLOYED)


def test_what_somebody_deployed_by_hand(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """A revision that Landfall did not leave, of no commit: raised as both; a release ends it."""
    revision = by_hand.registered(stage, baseline.record["task_definition"])
    by_hand.deployed(stage, SERVICE, revision)

    for message in raised(stage, inbox, Kind.LIVE_NOT_RECORDED, Kind.LIVE_WITHOUT_SHA):
        assert revision.rpartition("/")[2] in message.body
    code, said = landfall(stage, "findings", SERVICE, "--json")
    assert code == 0
    assert {f["kind"] for f in json.loads(said)["findings"]} == {"LIVE_NOT_RECORDED", "LIVE_WITHOUT_SHA"}
    assert "2 open" in landfall(stage, "status", "--service", SERVICE)[1]

    laws.hold(stage, pushed(stage, SERVICE, "after the hand"), SERVICE, "SUCCEEDED")
    cleared(stage, inbox, Kind.LIVE_NOT_RECORDED, Kind.LIVE_WITHOUT_SHA)


def test_audit_knows_what_nobody_knows(stage: Stage, baseline: Ending) -> None:
    """Revisions made by hand have no commit, and those alone are UNKNOWN."""
    by_landfall = {r["task_definition"] for r in stage.records(SERVICE) if r.get("task_definition")}
    ours = by_hand.registered(stage, baseline.record["task_definition"])

    code, said = landfall(stage, "audit", SERVICE, "--json")

    told = json.loads(said)
    rows = {row["revision"]: row for row in told["revisions"]}
    assert code == 0, said
    assert ours.rpartition("/")[2] in rows
    unknown = {name for name, row in rows.items() if row["commit"] == "UNKNOWN"}
    assert unknown == rows.keys() - {arn.rpartition("/")[2] for arn in by_landfall}
    assert [row["live"] for row in rows.values()].count("yes") == 1


def delete(stage: Stage, key: str) -> Callable[[], None]:
    """Put a delete marker over an object. Returns what takes it away again."""
    s3, bucket = stage.aws.client("s3"), stage.pipeline["ReportBucketName"]
    version = s3.delete_object(Bucket=bucket, Key=key)["VersionId"]
    return lambda: s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def test_a_report_that_somebody_hid(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """The record says where it lies, and it is not there."""
    restore = delete(stage, str(baseline.record["reported"]).removeprefix("s3://").partition("/")[2])
    (message,) = raised(stage, inbox, Kind.REPORT_MISSING)
    assert baseline.record["deployment_id"] in message.body
    restore()
    cleared(stage, inbox, Kind.REPORT_MISSING)


def test_head_without_its_anchor(stage: Stage, inbox: Inbox, baseline: Ending, ledger: Ledger) -> None:
    """The bucket no longer says what the newest record is."""
    head = ledger.head(SERVICE)
    assert head
    restore = delete(stage, chain.anchor_of(head).key)
    (message,) = raised(stage, inbox, Kind.NOT_ANCHORED)
    assert chain.anchor_of(head).key in message.body
    restore()
    cleared(stage, inbox, Kind.NOT_ANCHORED)


def test_a_record_that_nobody_closes(stage: Stage, inbox: Inbox, baseline: Ending, ledger: Ledger) -> None:
    """Its execution is gone; a recovery closes it, with its report."""
    began = datetime.now(UTC) - timedelta(hours=5)
    record = forged(ledger, f"{began:%Y%m%dT%H%M%SZ}-never-closed")
    (message,) = raised(stage, inbox, Kind.NEVER_CLOSED)
    assert record["deployment_id"] in message.body
    assert swept(stage) == 1
    eventually(lambda: "reported" in (ledger.record(SERVICE, record["deployment_id"]) or {}), "it to be closed")
    cleared(stage, inbox, Kind.NEVER_CLOSED)


def test_a_success_in_no_time(stage: Stage, inbox: Inbox, baseline: Ending, ledger: Ledger) -> None:
    """A record that claims what can't be: raised until a release proves what runs."""
    live = ledger.last_proven(SERVICE)
    assert live
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-in-no-time"
    claimed = {k: v for k, v in live.items() if k not in ("deployment_id", chain.HASH, chain.SEQUENCE, chain.PREVIOUS)}
    ledger._table.put_item(Item={**claimed, "deployment_id": name, "ended_at": claimed["started_at"]})
    (message,) = raised(stage, inbox, Kind.ENDED_TOO_FAST)
    assert name in message.body
    pushed(stage, SERVICE, "after the claim")
    cleared(stage, inbox, Kind.ENDED_TOO_FAST)
    ledger._table.delete_item(Key={"service": SERVICE, "deployment_id": name})


def test_an_execution_that_runs_too_long(stage: Stage, inbox: Inbox, baseline: Ending, ledger: Ledger) -> None:
    """It waits for a lock that nobody gives back, far longer than its limits let it; given back, it is over."""
    locks = session().resource("dynamodb", endpoint_url=stage.aws.endpoint).Table(stage.pipeline["LockTableName"])
    nobody = f"{baseline.record['execution_arn']}-not"
    locks.update_item(
        Key={"service": SERVICE},
        UpdateExpression="SET #owner = :owner, deployment_id = :id, lease_until = :never",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":owner": nobody, ":id": "theirs", ":never": 2**40},
    )
    live = stage.live(SERVICE)["gitSha"]
    follower = stage.start({"service": SERVICE, "image_tag": live, "requested_by": "somebody"})
    record = eventually(lambda: ledger.of_execution(follower.arn), "its record")
    ones = dict.fromkeys(asdict(Limits()), 1)
    own = json.dumps({**json.loads(record["release"]), "limits": ones})
    ledger._table.update_item(
        Key={"service": SERVICE, "deployment_id": record["deployment_id"]},
        UpdateExpression="SET #release = :release",
        ExpressionAttributeNames={"#release": "release"},
        ExpressionAttributeValues={":release": own},
    )
    time.sleep(Limits(**ones).longest_seconds + 1)

    (message,) = raised(stage, inbox, Kind.RUNS_TOO_LONG)
    assert record["deployment_id"] in message.body
    free = {"UpdateExpression": "REMOVE #owner, deployment_id", "ExpressionAttributeNames": {"#owner": "owner"}}
    locks.update_item(Key={"service": SERVICE}, **free)
    assert stage.ended(follower, SERVICE).outcome == "NO_CHANGE"
    cleared(stage, inbox, Kind.RUNS_TOO_LONG)


def test_in_the_end_nothing_is_open(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Every kind was raised and cleared in turn, and nothing but what was staged."""
    assert look(stage)["open"] == 0
    told = [m for m in inbox.messages() if "kind" in m.attributes]
    assert {m.attributes["kind"] for m in told} == set(Kind)
    for kind in Kind:
        outcomes = [m.attributes["outcome"] for m in told if m.attributes["kind"] == kind]
        assert outcomes == ["FINDING", "FINDING_CLEARED"] * (len(outcomes) // 2)
    code, said = landfall(stage, "findings", "--all", "--json")
    assert (code, {f["kind"] for f in json.loads(said)["findings"]}) == (0, set(Kind))
