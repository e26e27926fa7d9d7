"""Moto at the AWS boundary, and what ECS would do in it: moto starts no tasks and makes no deployments by itself."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from moto.codebuild.models import codebuild_backends
from moto.core.exceptions import JsonRESTError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.kms.models import kms_backends
from moto.moto_api._internal.models import moto_api_backend

from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_indexes import INDEXES
from landfall.aws.reports import Reports
from landfall.aws.signing import Signing
from landfall.images.commit_details import Told, as_annotations
from landfall.ledger import deployment_record
from landfall.model import Release
from landfall.partitions import CHAINS, FINDINGS, TURNS, WAKES
from tests.steps import snapshot
from tests.support import builders as b
from tests.support import quick_moto

REGION, CLUSTER, REPOSITORY, PORT = "us-east-1", "c", "landfall/sample", 8080
LEDGER, LOCKS, FREEZES, BUCKET = "ledger", "locks", "freezes", "reports"
BUS, TOPIC = "landfall", "landfall"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:{TOPIC}"
SIGNING_KEY = "6c616e64-6661-4c6c-8000-000000000000"
MACHINE = f"arn:aws:states:{REGION}:{DEFAULT_ACCOUNT_ID}:stateMachine:landfall"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"

_signing_keys: list[Any] = []
_moto_update = EC2ContainerServiceBackend.update_service
quick_moto.install()


@cache
def client(name: str) -> Any:
    """Return a client of what moto stands in for."""
    return boto3.client(name, region_name=REGION)


def backend() -> Any:
    """Return moto's own ECS."""
    return ecs_backends[DEFAULT_ACCOUNT_ID][REGION]


def service_of(name: str = "sample") -> Any:
    """Return moto's own service."""
    return backend().services[f"{CLUSTER}:{name}"]


def update_service(self: Any, service_properties: dict[str, Any]) -> Any:
    """Do what moto does not: an update to another revision begins a deployment (ECS API reference, UpdateService)."""
    service = _moto_update(self, service_properties)
    newest = service.deployments[0]
    if newest["taskDefinition"] != service.task_definition:
        for older in service.deployments:
            older["status"] = "ACTIVE"
        fresh = {"id": f"ecs-svc/{len(service.deployments)}", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}
        service.deployments.insert(0, {**newest, **fresh, "taskDefinition": service.task_definition})
    return service


def anew() -> None:
    """Begin again, with an AWS on which nothing was deployed."""
    moto_api_backend.reset()
    make_world()


def live_anew() -> str:
    """Begin again, with the service `sample` live with two tasks of an old release. Return its revision."""
    moto_api_backend.reset()
    return snapshot.from_nothing("live", _make_live)


def _make_live() -> str:
    _make_world()
    return make_service()


def make_world() -> None:
    """Make what a deployed Landfall and its services have on AWS, in a moto that holds nothing yet."""
    snapshot.from_nothing("world", _make_world)


def _make_world() -> None:
    client("dynamodb").create_table(
        TableName=LEDGER,
        KeySchema=[
            {"AttributeName": "service", "KeyType": "HASH"},
            {"AttributeName": "deployment_id", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"}
            for n in sorted({"service", "deployment_id", *(name for keys in INDEXES.values() for name in keys)})
        ],
        GlobalSecondaryIndexes=[_index(name, *keys) for name, keys in INDEXES.items()],
        BillingMode="PAY_PER_REQUEST",
    )
    for table_name in (LOCKS, FREEZES):
        client("dynamodb").create_table(
            TableName=table_name,
            KeySchema=[{"AttributeName": "service", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "service", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    client("s3").create_bucket(Bucket=BUCKET)
    make_signing_key()
    make_bus()
    client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    definition = {"StartAt": "Resolve", "States": {"Resolve": {"Type": "Pass", "End": True}}}
    machine = client("stepfunctions").create_state_machine(
        name="landfall", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/landfall"
    )
    client("stepfunctions").start_execution(
        stateMachineArn=machine["stateMachineArn"], name=b.EXECUTION.rpartition(":")[2]
    )
    client("ecr").create_repository(repositoryName=REPOSITORY)
    push("old", b.OLD_DIGEST, digest=b.OLD_DIGEST)
    client("ecs").create_cluster(clusterName=CLUSTER)
    client("sns").create_topic(Name=TOPIC)


def make_signing_key() -> None:
    """Let KMS have the key that signs: the same for every test, as it is the same for the life of a warm Lambda."""
    keys = kms_backends[DEFAULT_ACCOUNT_ID][REGION].keys
    if not _signing_keys:
        made = client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        key = keys.pop(made["KeyMetadata"]["KeyId"])
        key.id = SIGNING_KEY
        _signing_keys.append(key)
    keys[SIGNING_KEY] = _signing_keys[0]


def make_bus() -> None:
    """Make the event bus, and a rule of somebody's own on it that keeps what it is given in a queue."""
    client("events").create_event_bus(Name=BUS)
    queue = client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("events").put_rule(Name="everything", EventBusName=BUS, EventPattern=json.dumps({"source": ["landfall"]}))
    client("events").put_targets(Rule="everything", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])


def refuse_events(_backend: Any, events: list[Any]) -> list[dict[str, str]]:
    """Take no event, as PutEvents tells of a throttled one: in its answer, which is a 200."""
    return [{"ErrorCode": "ThrottlingException", "ErrorMessage": "too many"} for _ in events]


def throttled(*_: Any, **__: Any) -> Any:
    """Refuse a call as AWS does when there are too many."""
    raise JsonRESTError("ThrottlingException", "Rate exceeded")


def heard() -> list[dict[str, Any]]:
    """Return what somebody else's rule on the bus was given since it was last asked."""
    queue = client("sqs").get_queue_url(QueueName="heard")["QueueUrl"]
    messages = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def machine_arn() -> str:
    """Return the machine that deploys."""
    machines = client("stepfunctions").list_state_machines()["stateMachines"]
    (machine,) = (each for each in machines if each["name"] == "landfall")
    return str(machine["stateMachineArn"])


def digest_of(tag: str) -> str:
    """Return the digest that a tag means."""
    found = client("ecr").describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": tag}])
    return str(found["imageDetails"][0]["imageDigest"])


def age(tag: str, by: timedelta) -> None:
    """Let an image have been pushed that long before."""
    for image in ecr_backends[DEFAULT_ACCOUNT_ID][REGION].repositories[REPOSITORY].images:
        if tag in image.image_tags:
            image.image_pushed_at -= int(by.total_seconds())


def started(document: Any, name: str) -> str:
    """Start an execution of the machine that deploys. Return its ARN."""
    reply = client("stepfunctions").start_execution(
        stateMachineArn=machine_arn(), name=name, input=json.dumps(document)
    )
    return str(reply["executionArn"])


def push_event(sha: str, digest: str, **more: Any) -> dict[str, Any]:
    """Return ECR's event of a push to the repository (ECR user guide, EventBridge events)."""
    detail = {"action-type": "PUSH", "result": "SUCCESS", "repository-name": REPOSITORY}
    return {
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "detail": {**detail, "image-tag": sha, "image-digest": digest},
        **more,
    }


def ended_event(execution_arn: str) -> dict[str, Any]:
    """Return the event of an execution that was stopped."""
    detail = {"executionArn": execution_arn, "status": "ABORTED"}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


def batch_get_builds(self: Any, ids: list[str]) -> list[dict[str, Any]]:
    """Return builds as they are: moto itself ends every build well as soon as it is looked at."""
    return [build for builds in self.build_metadata_history.values() for build in builds if build["id"] in ids]


def build(service: str = "sample", **changes: Any) -> str:
    """Run a build of a service, with these fields of CodeBuild's description of it. Return its ARN."""
    project = f"landfall-build-{service}"
    client("codebuild").create_project(
        name=project,
        source={"type": "GITHUB", "location": "https://github.com/example/landfall.git"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/build",
    )
    client("codebuild").start_build(projectName=project, sourceVersion=b.SHA)
    (build,) = codebuild_backends[DEFAULT_ACCOUNT_ID][REGION].build_metadata_history[project]
    build.update(changes)
    return str(build["arn"])


def build_of(build_id: str) -> dict[str, Any]:
    """Return moto's own description of a build."""
    found = (b for each in codebuild_backends[DEFAULT_ACCOUNT_ID][REGION].build_metadata_history.values() for b in each)
    return next(build for build in found if build["id"] == build_id)


def _index(name: str, *keys: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"), strict=False)],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def network() -> dict[str, Any]:
    """Return a subnet and a security group, as ECS wants them."""
    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][REGION]  # moto's own: to describe them takes longer than all else here
    subnet = ec2.describe_subnets()[0]
    (group,) = ec2.describe_security_groups(filters={"vpc-id": [subnet.vpc_id]})
    return {"awsvpcConfiguration": {"subnets": [subnet.id], "securityGroups": [group.id]}}


def make_service(
    name: str = "sample",
    desired: int = 2,
    image: str | None = None,
    container: Any = None,
    task: Any = None,
    *,
    protocol: str = "HTTP",
    **changes: Any,
) -> str:
    """Make a service that runs an old release and is steady. Return its revision."""
    vpc = ec2_backends[DEFAULT_ACCOUNT_ID][REGION].describe_vpcs()[0].id
    group = client("elbv2").create_target_group(
        Name=name,
        Protocol=protocol,
        Port=PORT,
        VpcId=vpc,
        TargetType="ip",
        **({"HealthCheckPath": "/"} if protocol == "HTTP" else {}),
    )["TargetGroups"][0]["TargetGroupArn"]
    revision = register(name, image or f"registry/{REPOSITORY}@{b.OLD_DIGEST}", task=task, **(container or {}))
    wanted: dict[str, Any] = {
        "cluster": CLUSTER,
        "serviceName": name,
        "desiredCount": desired,
        "taskDefinition": revision,
        "launchType": "FARGATE",
        "networkConfiguration": network(),
        "loadBalancers": [{"targetGroupArn": group, "containerName": "app", "containerPort": PORT}],
    }
    client("ecs").create_service(**{**wanted, **changes})
    service_of(name).task_definition = revision
    roll_out(name)
    return revision


def register(family: str, image: str, task: Any = None, **container: Any) -> str:
    """Register a revision whose container carries its own, stale GIT_SHA. Return its ARN."""
    stale = [{"name": "GIT_SHA", "value": "stale"}, {"name": "LOG_LEVEL", "value": "info"}]
    secret = [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/password"}]
    app = {"name": "app", "image": image, "memory": 128, "environment": stale, "secrets": secret}
    reply = client("ecs").register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{**app, **container}],
        tags=[{"key": "team", "value": "records"}],
        **(task or {}),
    )
    return str(reply["taskDefinition"]["taskDefinitionArn"])


def balance(name: str, address: str, port: int = 80, protocol: str = "HTTP") -> None:
    """Put a load balancer of that address before a service's target group: a network one, unless it is for HTTP."""
    elb = client("elbv2")
    subnets = [subnet["SubnetId"] for subnet in client("ec2").describe_subnets()["Subnets"][:2]]
    kind: Any = "application" if protocol == "HTTP" else "network"
    arn = elb.create_load_balancer(Name=name, Subnets=subnets, Type=kind)["LoadBalancers"][0]["LoadBalancerArn"]
    (group,) = elb.describe_target_groups(Names=[name])["TargetGroups"]
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    elb.create_listener(LoadBalancerArn=arn, Protocol=protocol, Port=port, DefaultActions=[forward])
    elbv2_backends[DEFAULT_ACCOUNT_ID][REGION].load_balancers[arn].dns_name = address


def target_group(arn: str) -> Any:
    """Return moto's own target group."""
    return elbv2_backends[DEFAULT_ACCOUNT_ID][REGION].target_groups[arn]


def image_of(revision: str) -> str:
    """Return the image a revision names for our container."""
    reply = client("ecs").describe_task_definition(taskDefinition=revision)
    return str(reply["taskDefinition"]["containerDefinitions"][0]["image"])


def roll_out(name: str = "sample", digest: str | None = None) -> None:
    """Finish the newest deployment as ECS would: its tasks run and are targets, the old ones are gone.

    The tasks run the digest their revision names, or the one that is given.
    """
    service, groups = service_of(name), client("elbv2")
    primary = service.deployments[0]
    primary.update(taskDefinition=service.task_definition, status="PRIMARY", rolloutState="COMPLETED")
    group = service.load_balancers[0]["targetGroupArn"] if service.load_balancers else None
    for task in tasks_of(name):
        stop(task)
        if group:
            groups.deregister_targets(TargetGroupArn=group, Targets=[{"Id": address(task), "Port": PORT}])
    for _ in range(service.desired_count):
        task = start(name, digest or image_of(service.task_definition).rpartition("@")[2])
        if group:
            groups.register_targets(TargetGroupArn=group, Targets=[{"Id": address(task), "Port": PORT}])


def start(name: str, digest: str) -> Any:
    """Start one task of a service's newest deployment."""
    service = service_of(name)
    (reply,) = client("ecs").run_task(
        cluster=CLUSTER,
        taskDefinition=service.task_definition,
        launchType="FARGATE",
        startedBy=service.deployments[0]["id"],
        group=f"service:{name}",
        networkConfiguration=network(),
    )["tasks"]
    task = next(t for t in backend().tasks[CLUSTER].values() if t.task_arn == reply["taskArn"])
    task.containers = [{"name": "app", "imageDigest": digest}]
    return task


def stop(task: Any, code: str = "ServiceSchedulerInitiated", exit_code: int | None = 0) -> None:
    """Stop a task."""
    task.desired_status = task.last_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, "Essential container in task exited"
    task.containers = [{**task.containers[0], "exitCode": exit_code}]


def crash(name: str = "sample", times: int = 2) -> None:
    """Let tasks of the newest deployment start and exit with code 1; others are on their way in their place."""
    service = service_of(name)
    text = f"(service {name}) has started {service.desired_count + times} tasks."
    service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": datetime.now(UTC), "message": text})
    for _ in range(times):
        stop(start(name, b.DIGEST), "EssentialContainerExited", 1)


def tasks() -> list[Any]:
    """Return every task of the cluster."""
    return list(backend().tasks.get(CLUSTER, {}).values())


def tasks_of(name: str) -> list[Any]:
    """Return a service's tasks that are meant to run."""
    return [t for t in tasks() if t.group == f"service:{name}" and t.desired_status == "RUNNING"]


def address(task: Any) -> str:
    """Return a task's address."""
    return next(str(d["value"]) for d in task.attachments[0]["details"] if d["name"] == "privateIPv4Address")


def push(  # noqa: PLR0917
    tag: str = b.SHA,
    content: str = "one",
    platforms: tuple[str, ...] = (),
    digest: str = "",
    said: Told | None = None,
    layers: Sequence[tuple[str, int]] = (),
) -> str:
    """Push an image, or an index of platforms. Return its digest, which is of the content unless it is given.

    `said` is what it says of its commit, `layers` are their digests and sizes.
    """
    given = {"imageDigest": digest} if digest else {}
    kind = INDEX if platforms else MANIFEST
    manifest: dict[str, Any] = {"schemaVersion": 2, "mediaType": kind, "layers": [{"digest": content}]}
    if layers:
        manifest["layers"] = [{"digest": name, "size": size} for name, size in layers]
    if said:
        manifest["annotations"] = as_annotations(said)
    if platforms:
        manifest["manifests"] = [{"digest": p, "mediaType": MANIFEST} for p in platforms]
    reply = client("ecr").put_image(
        repositoryName=REPOSITORY,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=kind,
        imageTag=tag,
        **given,
    )
    return str(reply["image"]["imageId"]["imageDigest"])


@cache
def _ledger() -> Any:
    return boto3.resource("dynamodb", region_name=REGION).Table(LEDGER)


@cache
def freezes() -> Any:
    """Return the table of freezes."""
    return boto3.resource("dynamodb", region_name=REGION).Table(FREEZES)


def open_record(release: Release) -> None:
    """Open the record of a deployment, as Resolve does."""
    _ledger().put_item(Item=deployment_record.opened(release))


def records() -> list[dict[str, Any]]:
    """Return every deployment in the ledger."""
    return [item for item in _ledger().scan()["Items"] if item["service"] not in (CHAINS, FINDINGS, TURNS, WAKES)]


def ledger() -> Ledger:
    """Return the ledger as the steps have it."""
    return Ledger(_ledger(), signing)


def signing() -> Signing:
    """Return the key that closings are signed by, and the bucket that says so."""
    return Signing(client("kms"), SIGNING_KEY, Reports(client("s3"), BUCKET))


def table() -> Any:
    """Return the ledger's table, to be tampered with."""
    return _ledger()


def report(key: str) -> str:
    """Return one file of the report bucket."""
    return str(client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().decode())


def reports() -> list[str]:
    """Return the keys of the reports in the bucket."""
    return [key for key in _keys() if f"/{CHAINS}/" not in key]


def anchors() -> list[str]:
    """Return the keys of the anchors in the bucket."""
    return [key for key in _keys() if chain.anchor_at(key)]


def versions() -> list[dict[str, Any]]:
    """Return every version of every file in the report bucket."""
    return list(client("s3").list_object_versions(Bucket=BUCKET).get("Versions", []))


def locks() -> list[dict[str, Any]]:
    """Return the locks, held or free."""
    return list(boto3.resource("dynamodb", region_name=REGION).Table(LOCKS).scan()["Items"])


def _keys() -> list[str]:
    return [o["Key"] for o in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]
