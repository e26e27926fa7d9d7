"""What other programs hear, what is watched, and what a check sends in secret: on the local AWS, from the real app."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from local.settings import TEMPLATE
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit, staged
from tests.e2e import laws
from tests.e2e.command import landfall
from tests.e2e.pushing import pushed
from tests.e2e.stopping import eventually
from tests.support import schemas

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE = "guarded"
TOKEN = "s3cr3t-marker-of-the-local-aws"  # noqa: S105  it is looked for everywhere
CHECK = {
    "name": "records",
    "path": "/api/v1/records",  # 401 without the token, 200 with it
    "send": {"Authorization": {"secret": "guarded/smoke", "key": "token", "prefix": "Bearer "}},
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a local AWS with one service, a check of whose own sends a secret that is there."""
    sample = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))["services"]["sample"]
    smoke = {**sample["smoke"], "checks": [CHECK]}
    with staged(tmp_path_factory.mktemp("guarded"), (SERVICE,), overrides={SERVICE: {"smoke": smoke}}) as stage:
        secret = json.dumps({"token": TOKEN})
        stage.aws.client("secretsmanager").create_secret(Name="guarded/smoke", SecretString=secret)
        yield stage


class Heard:
    """What a rule of somebody's own on Landfall's bus is given."""

    def __init__(self, stage: Stage) -> None:
        events, self._sqs = stage.aws.client("events"), stage.aws.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="heard")["QueueUrl"]
        told = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        bus = stage.pipeline["EventBusName"]
        pattern = {"source": ["landfall"], "detail-type": ["Deployment Ended"], "detail": {"service": [SERVICE]}}
        events.put_rule(Name="mine", EventBusName=bus, EventPattern=json.dumps(pattern))
        target = {"Id": "queue", "Arn": told["Attributes"]["QueueArn"]}
        events.put_targets(Rule="mine", EventBusName=bus, Targets=[target])
        self.all: list[dict[str, Any]] = []

    def about(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return the events of a deployment, as soon as there is one."""
        return eventually(lambda: self._of(deployment_id), f"an event about {deployment_id}", seconds=20)

    def _of(self, deployment_id: str) -> list[dict[str, Any]]:
        received = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        self.all += [json.loads(message["Body"]) for message in received]
        for message in received:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in self.all if event["detail"]["deployment_id"] == deployment_id]


@pytest.fixture(scope="module")
def heard(guarded: Stage) -> Heard:
    """Return the rule."""
    return Heard(guarded)


@pytest.fixture(scope="module")
def inbox(guarded: Stage) -> Inbox:
    """Return what subscribers of the topic get."""
    return Inbox(guarded.aws, guarded.pipeline["TopicArn"])


def test_every_ending_is_told_to_programs_and_no_secret_to_anybody(guarded: Stage, heard: Heard, inbox: Inbox) -> None:
    """A success, a way back, a change of nothing and a refusal: one event each, as its schema has it."""
    good = pushed(guarded, SERVICE, "good", env={"API_TOKEN": TOKEN})
    bad = pushed(guarded, SERVICE, "bad", fault="crash-on-start")
    again = guarded.ended(guarded.start({"service": SERVICE, "image_tag": good.record["git_sha"]}), SERVICE)
    refused = guarded.ended(guarded.start({"service": SERVICE, "image_tag": "final-v3"}), SERVICE)
    endings = {"SUCCEEDED": good, "ROLLED_BACK": bad, "NO_CHANGE": again, "REJECTED": refused}

    for outcome, ending in endings.items():
        laws.hold(guarded, ending, SERVICE, outcome)
        (event,) = heard.about(ending.record["deployment_id"])
        schemas.holds("deployment-ended", event["detail"])
        assert (event["source"], event["detail-type"]) == ("landfall", "Deployment Ended")
        assert event["detail"]["outcome"] == outcome
        assert event["detail"]["report"] == ending.record["reported"]
        assert "unfinished" not in guarded.record_of(ending.record["execution_arn"], SERVICE)
    assert heard.about(bad.record["deployment_id"])[0]["detail"]["live_git_sha"] == good.record["git_sha"]
    assert [m.attributes["outcome"] for m in inbox.messages(at_least=2)] == ["ROLLED_BACK", "REJECTED"]
    reports = [laws.report_of(guarded, ending) for ending in endings.values()]
    records = [check for check in reports[0]["checks"] if check["name"] == "records"]
    assert [check["state"] for check in records] == ["PASS"]
    everything = json.dumps([reports, heard.all, guarded.records(SERVICE), [m.body for m in inbox.messages()]])
    assert TOKEN not in everything
    assert TOKEN not in guarded.aws.log.read_text(errors="replace")


def test_a_secret_that_is_gone_is_refused_before_anything_is_touched(guarded: Stage, heard: Heard) -> None:
    """With the names of check and secret; the command says the same, and does nothing either."""
    manager = guarded.aws.client("secretsmanager")
    before = laws.untouched(guarded, SERVICE)
    asked = ("smoke", "--service", SERVICE, "--attempts", "1")
    assert landfall(guarded, *asked)[0] == 0
    manager.delete_secret(SecretId="guarded/smoke", ForceDeleteWithoutRecovery=True)

    ending = pushed(guarded, SERVICE, "after the secret went")
    code, said = landfall(guarded, *asked)

    laws.hold(guarded, ending, SERVICE, "REJECTED")
    assert "check 'records' sends secret 'guarded/smoke', key 'token', which does not exist" in ending.cause
    assert laws.untouched(guarded, SERVICE) == before
    assert heard.about(ending.record["deployment_id"])[0]["detail"]["code"] == "SECRET_UNREADABLE"
    assert code == 2
    assert "secret 'guarded/smoke', key 'token', which does not exist" in " ".join(said.split())


def test_the_dashboard_and_the_alarms_are_there(guarded: Stage) -> None:
    """CloudFormation took them as they are; their names and actions are asserted on the template."""
    cloudwatch = guarded.aws.client("cloudwatch")
    body = json.loads(cloudwatch.get_dashboard(DashboardName="landfall")["DashboardBody"])
    titles = {widget["properties"]["title"] for widget in body["widgets"]}
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="landfall-", MaxRecords=100)["MetricAlarms"]
    names = {alarm["AlarmName"] for alarm in alarms}

    assert {"Deployments a day, by outcome", "How long deployments take", "Alarms"} <= titles
    assert {"landfall-RollbackFailed", "landfall-SweepNotRunning", "landfall-OpenFindings"} <= names
    assert all("Runbook: docs/runbooks/" in alarm["AlarmDescription"] for alarm in alarms)


def test_a_report_of_a_commit_nobody_pushed_is_told_too(guarded: Stage, heard: Heard) -> None:
    """Nothing is known of it but what was asked: the event says UNKNOWN where that is so."""
    ending = guarded.ended(guarded.start({"service": SERVICE, "image_tag": commit("nobody's")}), SERVICE)
    (event,) = heard.about(ending.record["deployment_id"])
    schemas.holds("deployment-ended", event["detail"])
    assert (event["detail"]["image_digest"], event["detail"]["live_git_sha"]) == ("UNKNOWN", "UNKNOWN")
