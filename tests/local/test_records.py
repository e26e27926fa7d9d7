"""The shapes of what ECS and ECR answer, where the emulator's differ from AWS's."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local.emulator.local_aws import LocalAws
from tests.local.world import CLUSTER, World, wait_for


def test_tasks_report_digest_address_and_deployment(world: World) -> None:
    """A task's digest, address and deployment are the evidence that a release is live, also where a tag was named."""
    digest = world.registry.push(world.name, "latest", VERSION="A")
    revision = world.revision(f"{world.repository}:latest")
    world.create(revision)
    deployment = world.settled(revision)["id"]
    tasks = world.tasks()
    assert {task["containers"][0]["imageDigest"] for task in tasks} == {digest}
    assert {task["startedBy"] for task in tasks} == {deployment}
    addresses = {task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for task in tasks}
    assert addresses == {each["Id"] for each in world.healths()}
    assert {d["name"] for d in tasks[0]["attachments"][0]["details"]} >= {"privateIPv4Address", "networkInterfaceId"}


def test_list_tasks_by_started_by_stands_alone(live: World) -> None:
    """A filter by startedBy must work, and must be refused beside another, as on AWS."""
    deployment = live.primary()["id"]
    assert len(live.ecs.list_tasks(cluster=CLUSTER, startedBy=deployment)["taskArns"]) == 2
    with pytest.raises(ClientError, match="InvalidParameterException"):
        live.ecs.list_tasks(cluster=CLUSTER, startedBy=deployment, serviceName=live.name)


def test_the_same_revision_again_is_no_deployment(live: World) -> None:
    """An update with what runs already must change nothing; a forced one must deploy."""
    before = live.primary()["id"]
    again = live.update(taskDefinition=live.service()["taskDefinition"])
    assert [d["id"] for d in again["deployments"]] == [before]
    forced = live.update(forceNewDeployment=True)
    assert forced["deployments"][0]["id"] != before


def test_task_definitions_resolve_to_active_revisions(world: World) -> None:
    """A deregistered revision must not be what a bare family name means, nor be deployable."""
    image = world.image(VERSION="A")
    first = world.revision(image)
    second = world.revision(image, tags=[{"key": "k", "value": "v"}])
    ecs = world.ecs
    described = ecs.describe_task_definition(taskDefinition=world.name, include=["TAGS"])
    assert described["taskDefinition"]["taskDefinitionArn"] == second
    assert described["tags"] == [{"key": "k", "value": "v"}]
    assert "executionRoleArn" not in described["taskDefinition"]
    assert "tags" not in ecs.describe_task_definition(taskDefinition=second)
    assert ecs.deregister_task_definition(taskDefinition=second)["taskDefinition"]["status"] == "INACTIVE"
    assert ecs.describe_task_definition(taskDefinition=world.name)["taskDefinition"]["taskDefinitionArn"] == first
    world.create(first, count=0)
    with pytest.raises(ClientError, match="inactive"):
        world.update(taskDefinition=second)


def test_ecr_finds_images_exactly(world: World) -> None:
    """Looking up an image that isn't there must be an error, and a tag can't be moved where tags are immutable."""
    ecr, name = world.ecr, world.name
    digest = world.registry.push(name, "one", VERSION="1")
    other = world.registry.push(name, "two", VERSION="2")
    found = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "one"}])["imageDetails"][0]
    assert found["imageDigest"] == digest
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "none"}])
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "one", "imageDigest": other}])
    mixed = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "one", "imageDigest": other}])
    assert mixed["failures"][0]["failureCode"] == "ImageTagDoesNotMatchDigest"
    image = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "one"}])["images"][0]
    assert image["imageId"] == {"imageDigest": digest, "imageTag": "one"}
    assert json.loads(image["imageManifest"])["schemaVersion"] == 2
    ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="IMMUTABLE")
    with pytest.raises(AssertionError, match="immutable"):
        world.registry.push(name, "one", VERSION="3")


def test_push_is_an_event(aws: LocalAws, world: World) -> None:
    """A push must reach the targets of a rule on ECR Image Action, with the tag where there is one."""
    events, sqs = aws.client("events"), aws.client("sqs")
    queue = sqs.create_queue(QueueName=world.name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    detail = {"action-type": ["PUSH"], "result": ["SUCCESS"], "repository-name": [world.name]}
    pattern = {"source": ["aws.ecr"], "detail-type": ["ECR Image Action"], "detail": detail}
    events.put_rule(Name=world.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=world.name, Targets=[{"Id": "1", "Arn": arn}])

    def received() -> dict[str, object]:
        message = wait_for("an event", lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))[0]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        event: dict[str, object] = json.loads(message["Body"])
        return event

    digest = world.registry.push(world.name, "v1", VERSION="1")
    event = received()
    wanted = {"result": "SUCCESS", "repository-name": world.name, "image-digest": digest, "action-type": "PUSH"}
    assert event["detail"] == wanted | {"image-tag": "v1"}
    assert event["resources"] == []
    untagged = world.registry.push(world.name, None, VERSION="2")
    assert received()["detail"] == wanted | {"image-digest": untagged}
