"""Every public method of landfall.aws, how it is called, and what AWS answers where all is well."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import landfall.aws
from landfall import chain
from landfall.aws import ecs, image_manifest
from landfall.aws.cloudwatch.alarms import Alarms
from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.aws.cloudwatch.metrics import Metrics
from landfall.aws.cloudwatch.traffic import Traffic
from landfall.aws.codebuild import CodeBuild
from landfall.aws.dynamodb.findings import Findings, Turns
from landfall.aws.dynamodb.freezes import Freezes
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.locks import Locks
from landfall.aws.dynamodb.requests import Requests
from landfall.aws.dynamodb.wakes import Wakes
from landfall.aws.ecr import Ecr
from landfall.aws.ecs import Ecs
from landfall.aws.elb import Elb
from landfall.aws.events import DetailType, Events
from landfall.aws.executions import Executions
from landfall.aws.functions.after_function import AfterFunction
from landfall.aws.functions.versions import Definitions, Versions
from landfall.aws.image_care.account import AccountReader
from landfall.aws.image_care.registry import Registry
from landfall.aws.one_off_tasks import OneOffTasks
from landfall.aws.reports import Reports
from landfall.aws.secrets import Secrets
from landfall.aws.service_deployments import ServiceDeployments
from landfall.aws.services import Services
from landfall.aws.signing import Signing
from landfall.aws.surroundings import Surroundings
from landfall.aws.topic import Topic
from landfall.images.stored import Image, Listed
from landfall.intake.freeze import Freeze
from landfall.intake.lock import Lock
from landfall.logs.task_logs import Place
from landfall.proof.balanced import GroupView
from landfall.proof.observed import TargetGroup
from landfall.reconcile.findings import Finding, Kind, State
from landfall.reconcile.turns import Cursor
from landfall.secret import Secret
from landfall.settings.worker import Metric
from landfall.telling.notice import Notice, Severity
from landfall.unused_versions import Version
from tests.contract.boundary import Boundary
from tests.support import builders as b
from tests.support import signing as keys

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ID = "20260102T030405Z-one"
GROUP = TargetGroup(b.GROUP, "app", 8080)
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-abcdef"  # noqa: S105  its name
INDEX = {"manifests": [{"digest": b.OTHER_DIGEST, "platform": {"os": "linux", "architecture": "arm64"}}]}
CONFIG = {"config": {"digest": b.DIGEST, "size": 2}}
NOTICE = Notice("title", ("line",), "REJECTED", "sample", Severity.NOTICE, "CODE")
METRIC = Metric("Jobs", "Processed", {"Queue": "q"})
PLACE = Place("/group", "prefix", "app")
RECORD = {"service": "sample", "deployment_id": ID, "fence": 1, "outcome": "SUCCEEDED"}
_SEALED = chain.sealed({**RECORD, "task_definition": b.REVISION}, None, "0" * 64)

SERVICES = (
    "cloudwatch",
    "codebuild",
    "dynamodb",
    "ecr",
    "ecs",
    "elbv2",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "stepfunctions",
)
_ITEM = {
    name: {"S": text}
    for name, text in {
        "service": "sample",
        "deployment_id": ID,
        "of": "sample",
        "kind": "PUSH_NOT_DEPLOYED",
        "subject": "s",
        "what": "w",
        "state": "RAISED",
        "seen_at": "",
    }.items()
} | {"version": {"N": "1"}}
"""A deployment, and a finding."""
REPLIES: Mapping[str, Any] = {
    "ListVersionsByFunction": {
        "Versions": [
            {"Version": "$LATEST", "LastModified": "2026-01-02T03:04:05.000+0000"},
            {"Version": "1", "LastModified": "2026-01-02T03:04:05.000+0000"},
        ]
    },
    "DeleteFunction": {},
    "GetFunctionConfiguration": {"Timeout": 30},
    "Invoke": {"StatusCode": 200, "Payload": BytesIO(b'{"ok": true}')},
    "DescribeStateMachine": {"definition": "{}"},
    "DescribeStateMachineForExecution": {"definition": "{}", "updateDate": AT},
    "DescribeServices": {
        "services": [
            {
                "serviceArn": "arn",
                "serviceName": "sample",
                "status": "ACTIVE",
                "deployments": [],
            }
        ],
        "failures": [],
    },
    "ContinueServiceDeployment": {"serviceDeploymentArn": "arn"},
    "StopServiceDeployment": {"serviceDeploymentArn": "arn"},
    "RunTask": {"tasks": [{"taskArn": "arn:task/1"}], "failures": []},
    "StopTask": {"task": {"taskArn": "arn:task/1"}},
    "DescribeRules": {
        "Rules": [
            {
                "Actions": [
                    {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": b.GROUP, "Weight": 100}]}}
                ]
            }
        ]
    },
    "ListServiceDeployments": {
        "serviceDeployments": [
            {
                "serviceDeploymentArn": "arn",
                "status": "IN_PROGRESS",
                "createdAt": AT,
                "targetServiceRevisionArn": "arn:revision",
            }
        ]
    },
    "DescribeServiceDeployments": {
        "serviceDeployments": [
            {
                "serviceDeploymentArn": "arn",
                "status": "IN_PROGRESS",
                "createdAt": AT,
                "lifecycleStage": "PRE_SCALE_UP",
                "targetServiceRevision": {"arn": "arn:revision"},
                "lifecycleHookDetails": [
                    {
                        "hookId": "h",
                        "targetType": "PAUSE",
                        "status": "AWAITING_ACTION",
                        "expiresAt": AT,
                        "timeoutAction": "ROLLBACK",
                    }
                ],
            }
        ],
        "failures": [],
    },
    "DescribeServiceRevisions": {
        "serviceRevisions": [{"serviceRevisionArn": "arn:revision", "taskDefinition": b.REVISION}],
        "failures": [],
    },
    "ListClusters": {"clusterArns": ["arn:cluster"]},
    "ListServices": {"serviceArns": ["arn:service"]},
    "BatchDeleteImage": {"imageIds": [{"imageDigest": b.DIGEST}], "failures": []},
    "GetLifecyclePolicy": {"lifecyclePolicyText": '{"rules": []}'},
    "ListTasks": {"taskArns": ["arn:task/1"]},
    "DescribeTasks": {
        "tasks": [
            {
                "taskArn": "arn:task/1",
                "taskDefinitionArn": b.REVISION,
                "attachments": [],
                "containers": [{"name": "app"}],
            }
        ],
        "failures": [],
    },
    "GetTaskProtection": {
        "protectedTasks": [{"taskArn": "a", "protectionEnabled": True, "expirationDate": AT}],
        "failures": [],
    },
    "DescribeTaskDefinition": {
        "taskDefinition": {
            "status": "ACTIVE",
            "containerDefinitions": [{"name": "app", "image": "i"}],
            "registeredAt": AT,
            "registeredBy": "arn",
        },
        "tags": [{"key": "k", "value": "v"}],
    },
    "ListTaskDefinitions": {"taskDefinitionArns": [b.REVISION, b.OLD_REVISION]},
    "RegisterTaskDefinition": {"taskDefinition": {"taskDefinitionArn": b.REVISION}},
    "DeregisterTaskDefinition": {"taskDefinition": {"status": "INACTIVE"}},
    "UpdateService": {"service": {"serviceArn": "arn", "deployments": [{"id": "d", "status": "PRIMARY"}]}},
    "DescribeImages": {
        "imageDetails": [{"imageDigest": b.DIGEST, "imageTags": [b.SHA], "imagePushedAt": AT, "repositoryName": "r"}]
    },
    "DescribeRepositories": {"repositories": [{"repositoryUri": "registry/r", "repositoryName": "r"}]},
    "BatchGetImage": {
        "images": [{"imageId": {"imageDigest": b.DIGEST}, "imageManifest": json.dumps(INDEX)}],
        "failures": [],
    },
    "GetDownloadUrlForLayer": {"downloadUrl": "http://127.0.0.1:9/layer", "layerDigest": b.DIGEST},
    "DescribeImageScanFindings": {
        "imageScanStatus": {"status": "COMPLETE", "description": "done"},
        "imageScanFindings": {"findingSeverityCounts": {"HIGH": 1}, "findings": [{"severity": "HIGH"}]},
    },
    "DescribeTargetHealth": {
        "TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.1", "Port": 1}, "TargetHealth": {"State": "healthy"}}]
    },
    "DescribeTargetGroups": {
        "TargetGroups": [{"TargetGroupArn": b.GROUP, "HealthCheckPort": "traffic-port", "LoadBalancerArns": ["lb"]}]
    },
    "DescribeLoadBalancers": {"LoadBalancers": [{"LoadBalancerArn": "lb", "DNSName": "lb.example", "Type": "network"}]},
    "DescribeListeners": {
        "Listeners": [
            {
                "LoadBalancerArn": "lb",
                "Port": 80,
                "Protocol": "TCP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": b.GROUP}],
            }
        ]
    },
    "GetItem": {"Item": {"service": {"S": "sample"}, "deployment_id": {"S": ID}, "fence": {"N": "1"}}},
    "Query": {"Items": [_ITEM], "Count": 1},
    "BatchGetItem": {"Responses": {"ledger": [_ITEM]}, "UnprocessedKeys": {}},
    "UpdateItem": {"Attributes": {"service": {"S": "sample"}, "fence": {"N": "2"}, "owner": {"S": "me"}}},
    "PutItem": {},
    "TransactWriteItems": {},
    "PutObject": {"ETag": "e"},
    "ListObjectsV2": {"Contents": [{"Key": "k"}], "IsTruncated": False},
    "ListObjectVersions": {"Versions": [{"Key": "k"}], "IsTruncated": False},
    "Publish": {"MessageId": "m"},
    "DescribeExecution": {
        "executionArn": "arn",
        "name": "n",
        "status": "FAILED",
        "startDate": AT,
        "stopDate": AT,
        "input": "{}",
    },
    "ListExecutions": {"executions": [{"executionArn": "arn", "startDate": AT, "stopDate": AT, "status": "FAILED"}]},
    "StartExecution": {"executionArn": "arn", "startDate": AT},
    "StopExecution": {"stopDate": AT},
    "GetExecutionHistory": {
        "events": [{"timestamp": AT, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Report"}}]
    },
    "BatchGetBuilds": {
        "builds": [
            {
                "id": "p:1",
                "arn": "arn",
                "projectName": "p",
                "buildStatus": "SUCCEEDED",
                "startTime": AT,
                "resolvedSourceVersion": b.SHA,
                "phases": [{"phaseType": "BUILD", "phaseStatus": "SUCCEEDED", "contexts": [{"message": "m"}]}],
                "exportedEnvironmentVariables": [{"name": "BUILT", "value": "yes"}],
            }
        ],
        "buildsNotFound": [],
    },
    "PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]},
    "FilterLogEvents": {"events": [{"timestamp": 1, "message": "line"}]},
    "GetLogEvents": {"events": [{"timestamp": 1, "message": "line"}], "nextBackwardToken": "t"},
    "GetSecretValue": {"SecretString": "s"},
    "DescribeSecret": {"ARN": SECRET, "Name": "name"},
    "GetRole": {"Role": {"RoleName": "r"}},
    "GetMetricData": {
        "MetricDataResults": [{"Id": "work", "Timestamps": [AT], "Values": [2.0], "StatusCode": "Complete"}]
    },
    "DescribeAlarms": {
        "MetricAlarms": [{"AlarmName": "a", "StateValue": "ALARM", "StateUpdatedTimestamp": AT}],
        "CompositeAlarms": [],
    },
    "GetPublicKey": {**keys.KMS.get_public_key(), "KeyId": "k"},
    "SendTaskSuccess": {},
    "Sign": {"Signature": b"signature", "KeyId": "k", "SigningAlgorithm": "ECDSA_SHA_256"},
}
"""Replies with what the code reads of them, and what AWS never leaves out."""

_LOCK = Lock("sample", "me", ID, fence=1, lease_until=1)
_FINDING = Finding("sample", Kind.PUSH_NOT_DEPLOYED, "s", "what", State.RAISED, AT.isoformat())
_FREEZE = Freeze("sample", "why", "me", AT.isoformat())


def _ecs(at: Boundary) -> Ecs:
    return Ecs(at.client("ecs"), "c", "sample")


def _changes(at: Boundary) -> ServiceDeployments:
    return ServiceDeployments(at.client("ecs"), "c", "sample")


def _one_off(at: Boundary) -> OneOffTasks:
    return OneOffTasks(at.client("ecs"), "c", "sample")


def _after(at: Boundary) -> AfterFunction:
    return AfterFunction(at.client("lambda"), lambda _: at.client("lambda"), "check:live")


def _ecr(at: Boundary) -> Ecr:
    return Ecr(at.client("ecr"), "repo")


def _reports(at: Boundary) -> Reports:
    return Reports(at.client("s3"), "reports")


def _executions(at: Boundary) -> Executions:
    return Executions(at.client("stepfunctions"))


def _signing(at: Boundary) -> Signing:
    return Signing(at.client("kms"), "key", _reports(at))


def _ledger(at: Boundary) -> Ledger:
    return Ledger(at.table("ledger"), lambda: _signing(at))


def _wakes(at: Boundary) -> Wakes:
    return Wakes(at.table("ledger"), lambda: at.client("stepfunctions"))


def _of(digest: str) -> Image:
    return Image(f"registry/r@{digest}", digest, (digest,), (), AT.isoformat(), CONFIG)


METHODS: Mapping[str, Callable[[Boundary], Any]] = {
    "Services.described": lambda at: Services(at.client("ecs"), "c").described(["sample"]),
    "Ecs.service": lambda at: _ecs(at).service(),
    "Ecs.tasks": lambda at: _ecs(at).tasks("RUNNING", "STOPPED"),
    "Ecs.running_and_stopped": lambda at: _ecs(at).running_and_stopped(lambda _: False),
    "Ecs.tasks_and_times": lambda at: _ecs(at).tasks_and_times("RUNNING", "STOPPED"),
    "Ecs.protected": lambda at: _ecs(at).protected(["arn:task/1"]),
    "Ecs.task_definition": lambda at: _ecs(at).task_definition("f:1"),
    "Ecs.is_active": lambda at: _ecs(at).is_active("f:1"),
    "Ecs.newest_revisions": lambda at: _ecs(at).newest_revisions("f"),
    "Ecs.revisions": lambda at: _ecs(at).revisions("sample"),
    "Ecs.revision": lambda at: _ecs(at).revision(b.REVISION, "app"),
    "Ecs.register": lambda at: _ecs(at).register({"family": "f", "containerDefinitions": []}),
    "Ecs.deregister": lambda at: _ecs(at).deregister(b.REVISION),
    "Ecs.update": lambda at: _ecs(at).update(b.REVISION, 1),
    "ServiceDeployments.since": lambda at: _changes(at).since(AT),
    "ServiceDeployments.of_status": lambda at: _changes(at).of_status(["PENDING", "IN_PROGRESS"]),
    "ServiceDeployments.described": lambda at: _changes(at).described(["arn"] * 20),
    "ServiceDeployments.task_definitions": lambda at: _changes(at).task_definitions(["arn:revision"] * 20),
    "ServiceDeployments.revisions": lambda at: _changes(at).revisions(["arn:revision"] * 20),
    "ServiceDeployments.go_on": lambda at: _changes(at).go_on("arn", "hook"),
    "ServiceDeployments.go_back": lambda at: _changes(at).go_back("arn"),
    "OneOffTasks.placement": lambda at: _one_off(at).placement(),
    "OneOffTasks.run": lambda at: _one_off(at).run({"taskDefinition": b.REVISION, "clientToken": "token"}),
    "OneOffTasks.task": lambda at: _one_off(at).task("arn:task/1"),
    "OneOffTasks.started_by": lambda at: _one_off(at).started_by("landfall"),
    "OneOffTasks.running": lambda at: _one_off(at).running("family", "landfall"),
    "OneOffTasks.stop": lambda at: _one_off(at).stop("arn:task/1", "why"),
    "Ecr.image": lambda at: _ecr(at).image({"imageTag": b.SHA}),
    "Ecr.images": lambda at: list(_ecr(at).images()),
    "Ecr.label": lambda at: _ecr(at).label(_of(b.DIGEST), "l"),
    "Ecr.scan": lambda at: _ecr(at).scan(b.DIGEST),
    "Registry.uri": lambda at: Registry(at.client("ecr"), "repo").uri(),
    "Registry.parts": lambda at: Registry(at.client("ecr"), "repo").parts([Listed(b.DIGEST, (), "", index=True)]),
    "Registry.delete": lambda at: Registry(at.client("ecr"), "repo").delete([b.DIGEST]),
    "Registry.lifecycle_policy": lambda at: Registry(at.client("ecr"), "repo").lifecycle_policy(),
    "AccountReader.read": lambda at: AccountReader(at.client("ecs")).read("cluster", "service", ["arn:revision"]),
    "Ecr.platforms": lambda at: _ecr(at).platforms(b.DIGEST),
    "image_manifest.read": lambda at: image_manifest.read(at.client("ecr"), "repo", {"imageTag": b.SHA}),
    "image_manifest.found": lambda at: image_manifest.found(at.client("ecr"), "repo", {"imageTag": b.SHA}),
    "image_manifest.config": lambda at: image_manifest.config(at.client("ecr"), "repo", CONFIG),
    "image_manifest.label": lambda at: image_manifest.label(at.client("ecr"), "repo", INDEX, "l"),
    "Elb.targets": lambda at: Elb(at.client("elbv2")).targets([GROUP]),
    "Elb.groups": lambda at: Elb(at.client("elbv2")).groups([GROUP]),
    "Elb.fronts": lambda at: Elb(at.client("elbv2")).fronts((GroupView(b.GROUP, balancer="lb"),)),
    "Elb.weights": lambda at: Elb(at.client("elbv2")).weights("arn:listener-rule/app/lb/1/2/3"),
    "Events.put": lambda at: Events(at.client("events"), "bus").put(DetailType.FINDING, {}, "arn"),
    "CodeBuild.build": lambda at: CodeBuild(at.client("codebuild")).build("p:1"),
    "CodeBuild.ends": lambda at: CodeBuild(at.client("codebuild")).ends(["p:1"]),
    "Requests.of_commit": lambda at: Requests(at.table("ledger")).of_commit("sample", b.SHA),
    "AfterFunction.time_limit": lambda at: _after(at).time_limit(),
    "AfterFunction.may_be_called": lambda at: _after(at).may_be_called(),
    "AfterFunction.call": lambda at: _after(at).call({"detail": {}}, 30),
    "Versions.of": lambda at: Versions(at.client("lambda")).of("landfall-resolve"),
    "Versions.remove": lambda at: Versions(at.client("lambda")).remove(Version("landfall-resolve", 1, AT)),
    "Definitions.of": lambda at: Definitions(at.client("stepfunctions")).of("arn"),
    "Definitions.of_execution": lambda at: Definitions(at.client("stepfunctions")).of_execution("arn"),
    "Definitions.executions": lambda at: Definitions(at.client("stepfunctions")).executions("arn", AT),
    "TaskLogs.exists": lambda at: TaskLogs(at.client("logs")).exists("/group"),
    "TaskLogs.of_task": lambda at: TaskLogs(at.client("logs")).of_task(PLACE, "arn:task/1"),
    "TaskLogs.before": lambda at: TaskLogs(at.client("logs")).before(PLACE, AT, 15),
    "TaskLogs.between": lambda at: TaskLogs(at.client("logs")).between(PLACE, AT, AT + timedelta(1), "%aaaaaaa%"),
    "Metrics.total": lambda at: Metrics(at.client("cloudwatch")).total(METRIC, AT, AT + timedelta(minutes=2)),
    "Traffic.minutes": lambda at: Traffic(at.client("cloudwatch")).minutes(
        "app/lb/1", (b.GROUP,), AT, AT + timedelta(minutes=2)
    ),
    "Alarms.named": lambda at: Alarms(at.client("cloudwatch")).named(["a"]),
    "Secrets.known": lambda at: Secrets(at.client("secretsmanager")).known([Secret("name")]),
    "Surroundings.role_exists": lambda at: Surroundings(at.client).role_exists("arn:aws:iam::1:role/r"),
    "Surroundings.secret_exists": lambda at: Surroundings(at.client).secret_exists(SECRET),
    "Surroundings.firing": lambda at: Surroundings(at.client).firing(["a"]),
    "Topic.publish": lambda at: Topic(at.client("sns"), "arn").publish(NOTICE),
    "Reports.put": lambda at: _reports(at).put("k", "body", "text/plain"),
    "Reports.holding": lambda at: _reports(at).holding(["s3://reports/k"]),
    "Reports.has": lambda at: _reports(at).has("k"),
    "Reports.ever_had": lambda at: _reports(at).ever_had("k"),
    "Executions.status": lambda at: _executions(at).status("arn"),
    "Executions.execution": lambda at: _executions(at).execution("arn"),
    "ecs.task_definition": lambda at: ecs.task_definition(at.client("ecs"), b.REVISION),
    "Executions.begun": lambda at: _executions(at).begun("arn"),
    "Executions.failed": lambda at: _executions(at).failed("arn", AT),
    "Executions.stop": lambda at: _executions(at).stop("arn", "e", "c"),
    "Executions.start": lambda at: _executions(at).start("arn", "n", {}),
    "Executions.newest_events": lambda at: _executions(at).newest_events("arn", 10),
    "Executions.events": lambda at: _executions(at).events("arn"),
    "Signing.public_key": lambda at: _signing(at).public_key,
    "Signing.keys": lambda at: _signing(at).keys,
    "Signing.sign": lambda at: _signing(at).sign({"deployment_id": ID, chain.HASH: "0" * 64}),
    "Signing.signed": lambda at: _signing(at).signed({chain.SIGNED_BY: "x", chain.SIGNATURE: "y"}),
    "Signing.trusts": lambda at: _signing(at).trusts({"service": "sample", chain.SIGNATURE: "y"}),
    "Signing.begun": lambda at: _signing(at).begun("sample"),
    "Signing.begin": lambda at: _signing(at).begin("sample"),
    "Locks.acquire": lambda at: Locks(at.table("locks")).acquire(_LOCK, None),
    "Locks.release": lambda at: Locks(at.table("locks")).release("sample", ID, 1),
    "Locks.read": lambda at: Locks(at.table("locks")).read("sample"),
    "Freezes.of": lambda at: Freezes(at.table("freezes")).of("sample"),
    "Freezes.of_all": lambda at: Freezes(at.table("freezes")).of_all(["sample"]),
    "Freezes.last": lambda at: Freezes(at.table("freezes")).last("sample"),
    "Freezes.put": lambda at: Freezes(at.table("freezes")).put(_FREEZE, None),
    "Findings.all": lambda at: Findings(at.table("ledger")).all(),
    "Findings.first": lambda at: Findings(at.table("ledger")).first(5),
    "Findings.write": lambda at: Findings(at.table("ledger")).write(_FINDING),
    "Turns.cursor": lambda at: Turns(at.table("ledger")).cursor(),
    "Turns.move": lambda at: Turns(at.table("ledger")).move(Cursor("sample", 1)),
    "Wakes.note": lambda at: _wakes(at).note("sample", ID, "token"),
    "Wakes.token": lambda at: _wakes(at).token("sample", ID),
    "Wakes.wake": lambda at: _wakes(at).wake("token"),
    "Ledger.open": lambda at: _ledger(at).open(RECORD),
    "Ledger.update": lambda at: _ledger(at).update("sample", ID, fence=1),
    "Ledger.exchange": lambda at: _ledger(at).exchange("sample", ID, "approval", "{}", "{}"),
    "Ledger.mark": lambda at: _ledger(at).mark("sample", ID, reported="x"),
    "Ledger.finish": lambda at: _ledger(at).finish("sample", ID),
    "Ledger.claim_recovery": lambda at: _ledger(at).claim_recovery(RECORD, "me"),
    "Ledger.claim_sweep": lambda at: _ledger(at).claim_sweep(RECORD, "n"),
    "Ledger.of_execution": lambda at: _ledger(at).of_execution("arn"),
    "Ledger.since": lambda at: _ledger(at).since("sample", ID),
    "Ledger.of_image": lambda at: _ledger(at).of_image("sample", b.DIGEST),
    "Ledger.any_of_image": lambda at: _ledger(at).any_of_image("sample", b.DIGEST),
    "Ledger.of_commit": lambda at: _ledger(at).of_commit("sample", b.SHA),
    "Ledger.of_commits": lambda at: _ledger(at).of_commits("sample", [b.SHA]),
    "Ledger.of_outcome": lambda at: list(_ledger(at).of_outcome("sample", ["SUCCEEDED"])),
    "Ledger.unfinished": lambda at: _ledger(at).unfinished(),
    "Ledger.records": lambda at: _ledger(at).records("sample", [ID, "20260102T030405Z-two"]),
    "Ledger.records_at": lambda at: _ledger(at).records_at([("sample", ID)]),
    "Ledger.before": lambda at: list(_ledger(at).before("sample", ID)),
    "Ledger.proven_of": lambda at: _ledger(at).proven_of([_SEALED]),
    "Ledger.proven_image": lambda at: _ledger(at).proven_image("sample", b.DIGEST),
    "Ledger.standings": lambda at: _ledger(at).standings(["sample"]),
    "Ledger.record": lambda at: _ledger(at).record("sample", ID),
    "Ledger.head_as_kept": lambda at: _ledger(at).head_as_kept("sample"),
    "Ledger.head": lambda at: _ledger(at).head("sample"),
    "Ledger.chains": lambda at: _ledger(at).chains(),
    "Ledger.newest": lambda at: _ledger(at).newest("sample"),
    "Ledger.proven": lambda at: list(_ledger(at).proven("sample")),
    "Ledger.last_proven": lambda at: _ledger(at).last_proven("sample"),
    "Ledger.last_change": lambda at: _ledger(at).last_change("sample"),
    "Ledger.to_go_back_to": lambda at: _ledger(at).to_go_back_to("sample", b.REVISION, ID),
    "Ledger.oldest_first": lambda at: list(_ledger(at).oldest_first("sample")),
    "Ledger.newest_first": lambda at: list(_ledger(at).newest_first("sample")),
    "Ledger.close": lambda at: _ledger(at).close(RECORD),
}
"""Each method as steps call it."""


def methods() -> Iterator[str]:
    """Yield what landfall.aws has that may call AWS: a class of clients by its methods, and functions of a client."""
    for found in pkgutil.walk_packages(landfall.aws.__path__, "landfall.aws."):
        module = importlib.import_module(found.name)
        for name, each in vars(module).items():
            if getattr(each, "__module__", "") != module.__name__ or name.startswith("_"):
                continue
            if inspect.isclass(each) and {"client", "table", "ledger"} & set(inspect.signature(each).parameters):
                yield from (f"{name}.{method}" for method in dir(each) if not method.startswith("_"))
            elif inspect.isfunction(each) and "client" in inspect.signature(each).parameters:
                yield f"{found.name.rpartition('.')[2]}.{name}"
