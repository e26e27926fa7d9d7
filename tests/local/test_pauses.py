"""What ECS does with a rolling deployment that its owner pauses: it waits, goes on, or goes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.world import CLUSTER, World, wait_for

HOOK = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"]}


def newest(world: World) -> dict[str, Any]:
    """Return the service's newest service deployment."""
    listed = world.ecs.list_service_deployments(cluster=CLUSTER, service=world.name)["serviceDeployments"]
    arns = [listed[0]["serviceDeploymentArn"]]
    found: dict[str, Any] = world.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"][0]
    return found


def waits_at(world: World, stage: str) -> dict[str, Any]:
    """Wait until the newest service deployment waits at a stage, and return it."""

    def there() -> dict[str, Any] | None:
        told = newest(world)
        waiting = [hook for hook in told.get("lifecycleHookDetails", []) if hook["status"] == "AWAITING_ACTION"]
        return told if waiting and told["lifecycleStage"] == stage else None

    found: dict[str, Any] = wait_for(f"a hook that waits at {stage}", there)
    return found


def act(world: World, told: dict[str, Any], action: str) -> None:
    """Answer the hook that waits."""
    hook = told["lifecycleHookDetails"][0]["hookId"]
    arn = told["serviceDeploymentArn"]
    world.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action=action)


@pytest.fixture
def paused(live: World) -> World:
    """Give the service pause hooks. That alone is no deployment."""
    before = len(live.ecs.list_service_deployments(cluster=CLUSTER, service=live.name)["serviceDeployments"])
    live.update(deploymentConfiguration={**live.service()["deploymentConfiguration"], "lifecycleHooks": [HOOK]})
    listed = live.ecs.list_service_deployments(cluster=CLUSTER, service=live.name)["serviceDeployments"]
    assert len(listed) == before
    return live


def test_a_pause_holds_a_rollout_until_it_is_continued(paused: World) -> None:
    """Nothing starts before the first hook passes, no older task stops before the second; an id works once."""
    revision = paused.revision(paused.image(VERSION="paused"))
    deployment = paused.update(taskDefinition=revision)["deployments"][0]["id"]
    first = waits_at(paused, "PRE_SCALE_UP")
    assert first["status"] == paused.primary()["rolloutState"] == "IN_PROGRESS"
    target = paused.ecs.describe_service_revisions(serviceRevisionArns=[first["targetServiceRevision"]["arn"]])
    assert target["serviceRevisions"][0]["taskDefinition"] == revision
    assert paused.ecs.list_tasks(cluster=CLUSTER, startedBy=deployment)["taskArns"] == []

    act(paused, first, "CONTINUE")
    second = waits_at(paused, "POST_SCALE_UP")
    assert second["lifecycleHookDetails"][0]["hookId"] != first["lifecycleHookDetails"][0]["hookId"]
    assert second["lifecycleHookDetails"][0]["timeoutAction"] == "ROLLBACK"
    assert {d["runningCount"] for d in paused.service()["deployments"]} == {2}
    with pytest.raises(ClientError, match="does not wait"):
        act(paused, first, "CONTINUE")

    act(paused, second, "CONTINUE")
    paused.settled(revision)
    wait_for("its end", lambda: newest(paused)["status"] == "SUCCESSFUL")


def test_each_change_of_a_hook_is_an_event(paused: World) -> None:
    """As ECS sends them: the wait begins, and somebody continues it. The ARN's end says whose it is."""
    sqs, rules = paused.aws.client("sqs"), paused.aws.client("events")
    queue = sqs.create_queue(QueueName=f"{paused.name}-hooks")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mine = {"hookType": ["PAUSE"], "serviceArn": [{"suffix": f":service/{CLUSTER}/{paused.name}"}]}
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Hook State Change"], "detail": mine}
    rules.put_rule(Name=f"{paused.name}-hooks", EventPattern=json.dumps(pattern))
    rules.put_targets(Rule=f"{paused.name}-hooks", Targets=[{"Id": "1", "Arn": arn}])
    paused.update(taskDefinition=paused.revision(paused.image(VERSION="told")))
    told = waits_at(paused, "PRE_SCALE_UP")
    act(paused, told, "ROLLBACK")
    heard: dict[str, dict[str, Any]] = {}

    def both() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            heard[detail["eventName"]] = detail
        return len(heard) > 1

    wait_for("both events", both)
    first = heard["HOOK_AWAITING_ACTION"]
    assert first["hookId"] == told["lifecycleHookDetails"][0]["hookId"]
    assert (first["lifecycleStage"], first["serviceDeploymentArn"]) == ("PRE_SCALE_UP", told["serviceDeploymentArn"])


@pytest.mark.parametrize("how", ["hook", "stop"])
def test_a_pause_is_rolled_back(paused: World, how: str) -> None:
    """ROLLBACK, or a stop, makes the last completed deployment PRIMARY again, and ECS says why."""
    before = paused.service()["taskDefinition"]
    paused.update(taskDefinition=paused.revision(paused.image(VERSION=f"back-{how}")))
    told = waits_at(paused, "PRE_SCALE_UP")
    if how == "hook":
        act(paused, told, "ROLLBACK")
    else:
        paused.ecs.stop_service_deployment(serviceDeploymentArn=told["serviceDeploymentArn"])
    paused.settled(before)
    wait_for("its end", lambda: newest(paused)["status"] == "ROLLBACK_SUCCESSFUL")
    assert newest(paused)["rollback"]["reason"]
    with pytest.raises(ClientError, match="ConflictException"):
        paused.ecs.stop_service_deployment(serviceDeploymentArn=told["serviceDeploymentArn"])
