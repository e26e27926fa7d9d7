"""The laws of the design, asserted on the whole: every end-to-end test ends with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from cli.clients import session
from cli.cloud import Cloud
from cli.deployments.running_execution import Ending
from cli.evidence import gather
from landfall.chain.check.verification import judge
from landfall.settings_file import read as settings_file
from local.stage.inbox import Message
from local.stage.landfall_stage import Stage
from tests.support import schemas

FAILS = {
    "ROLLED_BACK": "ReleaseRolledBack",
    "REJECTED": "ReleaseRejected",
    "ROLLBACK_FAILED": "RollbackFailed",
    "SUPERSEDED": "ReleaseSuperseded",
    "NO_BASELINE": "NoBaseline",
}


def hold(stage: Stage, ending: Ending, service: str, outcome: str) -> None:
    """Assert that the execution ended in `outcome`, and that every law about such an ending holds."""
    history = "\n".join(f"{e.at:%H:%M:%S} {e.state} {e.verdict or e.error}" for e in ending.events)
    assert ending.outcome == outcome, f"{ending.status} {ending.error}: {ending.cause}\n{history}"
    if outcome in FAILS:
        assert (ending.status, ending.error) == ("FAILED", FAILS[outcome])
    else:
        assert ending.status == "SUCCEEDED"
    one_record_and_one_report(stage, ending, service)
    if outcome in ("SUCCEEDED", "NO_CHANGE"):
        live(stage, service, digest=ending.record["image_digest"], sha=ending.record["git_sha"])


def live(stage: Stage, service: str, *, digest: str, sha: str) -> None:
    """What is called live is live, whether the service has a load balancer or is a worker."""
    law = law_1 if stage.service(service)["loadBalancers"] else law_1_of_worker
    law(stage, service, digest=digest, sha=sha)


def law_1(stage: Stage, service: str, *, digest: str, sha: str) -> None:
    """What is called live is live: asked of ECS, of the load balancer and of the service itself."""
    described, _ = rolled_out(stage, service, digest)
    assert stage.healthy_and_desired(service) == (described["desiredCount"],) * 2
    assert {stage.live(service)["gitSha"] for _ in range(6)} == {sha}
    traffic_is_with_the_tasks(stage, described)


def traffic_is_with_the_tasks(stage: Stage, described: Mapping[str, Any]) -> None:
    """Where ECS shifts the traffic: the live rule gives weight to one target group, and the tasks are in it."""
    elb = stage.aws.client("elbv2")
    for balanced in described["loadBalancers"]:
        advanced = balanced.get("advancedConfiguration")
        if not advanced:
            continue
        (rule,) = elb.describe_rules(RuleArns=[advanced["productionListenerRule"]])["Rules"]
        weights = {g["TargetGroupArn"]: g["Weight"] for g in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]}
        assert [group for group, weight in weights.items() if weight] == stage.groups(described)


def law_1_of_worker(stage: Stage, service: str, *, digest: str, sha: str) -> None:
    """What is called live is live: asked of ECS, and each task has logged the commit."""
    _, tasks = rolled_out(stage, service, digest)
    logs, group = stage.aws.client("logs"), f"/landfall/{service}"
    for task in tasks:
        stream = f"{service}/app/{task['taskArn'].rpartition('/')[2]}"
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        assert any(sha in event["message"] for event in events)


def rolled_out(stage: Stage, service: str, digest: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Assert that the PRIMARY deployment is COMPLETED and runs these bytes. Return the service and its tasks."""
    described = stage.service(service)
    primary = described["deployments"][0]
    assert (primary["status"], primary["rolloutState"]) == ("PRIMARY", "COMPLETED")
    tasks = running(stage, service)
    assert len(tasks) == described["desiredCount"] > 0
    assert {t["taskDefinitionArn"] for t in tasks} == {primary["taskDefinition"]}
    assert {c["imageDigest"] for t in tasks for c in t["containers"]} == {digest}
    return described, tasks


def one_record_and_one_report(stage: Stage, ending: Ending, service: str) -> None:
    """Every execution leaves exactly one closed record and one report, and the report agrees with it (law 4)."""
    records = [r for r in stage.records(service) if r["execution_arn"] == ending.record["execution_arn"]]
    assert len(records) == 1
    assert records[0]["ended_at"]
    report = report_of(stage, ending)
    assert report["outcome"] == ending.outcome
    schemas.holds("report", report)
    assert report["timeline"][0]["state"] == "Begin"
    assert report["ended_at"] == records[0]["ended_at"]
    sealed_and_anchored(stage, service)


def sealed_and_anchored(stage: Stage, service: str) -> None:
    """Every closed record has its place in the chain, and its anchor, and is as it was closed."""
    with closing(gather.Reading(_cloud(stage.settings, stage.aws.endpoint), service)) as reading:
        told = judge(reading.whole())
    assert told.findings == ()
    assert (told.chained > 0, told.before) == (True, 0)


@cache
def _cloud(settings: Path, endpoint: str) -> Cloud:
    return Cloud(session(), settings_file.load(settings), endpoint)


def report_of(stage: Stage, ending: Ending) -> dict[str, Any]:
    """Return the report for programs."""
    return dict(json.loads(stage.report(ending.record, "report.json")))


def running(stage: Stage, service: str) -> list[dict[str, Any]]:
    """Return the service's tasks that run and are meant to."""
    cluster = f"landfall-{service}"
    arns = stage.ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="RUNNING")["taskArns"]
    tasks = stage.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return [t for t in tasks if t["lastStatus"] == "RUNNING"]


def untouched(stage: Stage, service: str) -> tuple[Any, ...]:
    """Return what must not change when a request is rejected (law 3)."""
    described = stage.service(service)
    deployments = tuple((d["id"], d["taskDefinition"], d["rolloutState"]) for d in described["deployments"])
    return described["taskDefinition"], described["desiredCount"], deployments


def told_of_a_rollback(message: Message, failed: Mapping[str, Any], *, live: str) -> None:
    """Assert that subscribers learn what, where, why, what is live and what to do, and can filter by outcome."""
    assert message.attributes["outcome"] == "ROLLED_BACK"
    assert message.attributes["service"] == failed["service"]
    for text in (live, failed["git_sha"], "Live now", "What next", "s3://"):
        assert text in message.body
