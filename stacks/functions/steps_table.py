"""The STEPS table: every Lambda of the pipeline, and everything that it may do on AWS.

The functions, their roles, their environment and their tests are made from it. `On` names what an action may be used
on; stacks/functions/grant_arns.py translates it into the ARNs and conditions of the configured services.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from landfall.reconcile import LONGEST as RECONCILE_LONGEST
from landfall.settings.after import CALL_SECONDS
from statemachine.definition import Machine


class On(Enum):
    """What a grant applies to."""

    REPOSITORIES = auto()
    LABELLED_REPOSITORIES = auto()
    SCANNED_REPOSITORIES = auto()
    SERVICES = auto()
    SERVICE_DEPLOYMENTS = auto()
    SERVICE_REVISIONS = auto()
    CLUSTERS_TASK_LIST = auto()
    TASKS = auto()
    TASK_DEFINITIONS = auto()
    TASK_DEFINITIONS_BEING_REGISTERED = auto()
    ANY_TASK_DEFINITION = auto()
    LOAD_BALANCING = auto()
    ROLES_OF_TASKS = auto()
    ROLES_LOOKED_AT = auto()
    SECRETS = auto()
    SECRETS_OF_CHECKS = auto()
    ALARMS = auto()
    LEDGER = auto()
    LEDGER_INDEXES = auto()
    FINDINGS = auto()
    LOCKS = auto()
    FREEZES = auto()
    KEY_OF_LEDGER = auto()
    REPORTS = auto()
    REPORT_NAMES = auto()
    KEY_OF_REPORTS = auto()
    SIGNING = auto()
    SIGNATURES = auto()
    SIGNING_BEGUN = auto()
    TOPIC = auto()
    KEY_OF_TOPIC = auto()
    EVENT_BUS = auto()
    EXECUTIONS = auto()
    MACHINE = auto()
    MACHINES = auto()
    EXECUTIONS_OF_MACHINES = auto()
    FUNCTIONS = auto()
    VERSIONS = auto()
    BUILD_PROJECTS = auto()
    LOG_GROUPS = auto()
    JUDGED_LOG_GROUPS = auto()
    COMPARED_LOG_GROUPS = auto()
    WORKER_LOG_GROUPS = auto()
    METRICS_OF_WORK = auto()
    MIGRATED_FAMILIES = auto()
    MIGRATED_SERVICES = auto()
    MIGRATED_TASK_LIST = auto()
    MIGRATED_TASKS = auto()
    MIGRATION_TASKS = auto()
    MIGRATIONS_BEING_RUN = auto()
    MIGRATED_LOG_GROUPS = auto()
    ROLES_OF_MIGRATIONS = auto()
    REVISIONS_OF_MIGRATIONS = auto()
    TARGETS_OF_MIGRATED = auto()
    METRICS_OF_TRAFFIC = auto()
    METRICS_OF_LATENCY = auto()
    ALARMS_WATCHED = auto()
    AFTER_CHECKS = auto()
    WAKES = auto()
    SLEEPERS = auto()


@dataclass(frozen=True)
class Grant:
    """Actions that a step may take, and on what."""

    actions: tuple[str, ...]
    on: On


@dataclass(frozen=True)
class Step:
    """One step: its id in its state machine, and its grants, except logs and traces, which every step has.

    `asks_services`: it sends HTTP requests to services, from the network that the settings name, if they name one.
    `longest`: the timeout of its function.
    Sweep, Reconcile and Retire are made in the same way, but a schedule invokes them instead of a machine. Approve and
    Abort are invoked through their URLs.
    """

    id: str
    grants: tuple[Grant, ...] = ()
    machine: Machine | None = Machine.DEPLOY
    asks_services: bool = False
    longest: timedelta = timedelta(seconds=60)

    @property
    def module(self) -> str:
        """Return the name of its handler's module in lambdas/."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.id).lower()

    @property
    def function_name(self) -> str:
        """Return the name of its Lambda function."""
        return f"landfall-{self.module.replace('_', '-')}"

    def reaches(self, on: On) -> bool:
        """Say whether the step has a grant on this."""
        return any(grant.on is on for grant in self.grants)


def _may(on: On, *actions: str) -> Grant:
    return Grant(actions, on)


_SEE_SERVICE = _may(On.SERVICES, "ecs:DescribeServices")
_SEE_TASKS = (
    _SEE_SERVICE,
    _may(On.CLUSTERS_TASK_LIST, "ecs:ListTasks"),
    _may(On.TASKS, "ecs:DescribeTasks"),
)
# To read service deployments: has the service's owner paused one, and why did ECS roll one back?
_SEE_PAUSES = (
    _may(On.SERVICES, "ecs:ListServiceDeployments"),
    _may(On.SERVICE_DEPLOYMENTS, "ecs:DescribeServiceDeployments"),
)
# To read the target groups between which ECS shifts traffic, and where the load balancer sends it now.
_SEE_SHIFTS = (
    *_SEE_PAUSES,
    _may(On.SERVICE_REVISIONS, "ecs:DescribeServiceRevisions"),
    _may(On.LOAD_BALANCING, "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeListeners"),
)
_SEE_TARGETS = (*_SEE_TASKS, _may(On.LOAD_BALANCING, "elasticloadbalancing:DescribeTargetHealth"))
# The actions that a caller needs on a table's key, since DynamoDB encrypts data in the caller's name. AWS's policy has
# kms:ReEncrypt* and kms:GenerateDataKey*, and AWS says which actions these stand for (DynamoDB developer guide,
# encryption at rest, usage notes). SNS does the same.
_DATA_KEY = ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
_LEDGER_KEY = _may(
    On.KEY_OF_LEDGER,
    *("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", *_DATA_KEY, "kms:DescribeKey"),
)
_SEE_IMAGES = (_may(On.REPOSITORIES, "ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage"),)
_SEE_LOCK = (_may(On.LOCKS, "dynamodb:GetItem"), _LEDGER_KEY)
_TELL = (_may(On.TOPIC, "sns:Publish"), _may(On.KEY_OF_TOPIC, *_DATA_KEY, "kms:Decrypt"))
_SECRETS_SENT = _may(On.SECRETS_OF_CHECKS, "secretsmanager:GetSecretValue")
_SEE_WORK = (
    _may(On.WORKER_LOG_GROUPS, "logs:FilterLogEvents"),
    _may(On.METRICS_OF_WORK, "cloudwatch:GetMetricData"),
)
# To find out which records Landfall closed: the public key, and the bucket, which shows whether signing has begun.
_BELIEVE = (_may(On.SIGNATURES, "kms:GetPublicKey"), _may(On.SIGNING_BEGUN, "s3:ListBucketVersions"))
_SEE_PROVEN = (
    _may(On.LEDGER, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
    _may(On.LEDGER_INDEXES, "dynamodb:Query"),
    _LEDGER_KEY,
    *_BELIEVE,
)
_SEE_MIGRATIONS = (
    _may(On.MIGRATED_TASK_LIST, "ecs:ListTasks"),
    _may(On.MIGRATED_TASKS, "ecs:DescribeTasks"),
)
_SEE_EXECUTIONS = _may(On.EXECUTIONS, "states:DescribeExecution")

STEPS: tuple[Step, ...] = (
    Step(
        "Resolve",
        (
            *_SEE_IMAGES,
            _may(On.LABELLED_REPOSITORIES, "ecr:GetDownloadUrlForLayer"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
            _may(On.LEDGER_INDEXES, "dynamodb:Query"),
            _may(On.LOCKS, "dynamodb:GetItem"),
            _LEDGER_KEY,
            _may(On.EXECUTIONS, "states:DescribeExecution", "states:GetExecutionHistory"),
            _may(On.BUILD_PROJECTS, "codebuild:BatchGetBuilds"),
            *_BELIEVE,
        ),
    ),
    Step(
        "AcquireLock",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query"),
            _may(On.LOCKS, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
            _SEE_EXECUTIONS,
        ),
    ),
    Step(
        "Preflight",
        (
            *_SEE_TASKS,
            *_SEE_PAUSES,
            _may(On.SERVICE_REVISIONS, "ecs:DescribeServiceRevisions"),
            _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"),
            _may(
                On.LOAD_BALANCING,
                "elasticloadbalancing:DescribeTargetHealth",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeRules",
            ),
            *_SEE_IMAGES,
            _may(On.SCANNED_REPOSITORIES, "ecr:DescribeImageScanFindings"),
            _may(On.JUDGED_LOG_GROUPS, "logs:FilterLogEvents"),
            *_SEE_WORK,
            _may(On.ROLES_LOOKED_AT, "iam:GetRole"),
            _may(On.SECRETS, "secretsmanager:DescribeSecret"),
            _SECRETS_SENT,
            _may(On.ALARMS, "cloudwatch:DescribeAlarms"),
            _may(On.AFTER_CHECKS, "lambda:InvokeFunction", "lambda:GetFunctionConfiguration"),
            _may(On.FREEZES, "dynamodb:GetItem"),
            # for a drill: the last proven release, and the last change of the service
            *_SEE_PROVEN,
        ),
        asks_services=True,
    ),
    Step(
        "CheckApproval",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query"),
            _may(On.LOCKS, "dynamodb:UpdateItem"),
            _LEDGER_KEY,
            *_TELL,
        ),
    ),
    Step("AwaitApproval", (_may(On.WAKES, "dynamodb:UpdateItem"), _LEDGER_KEY)),
    Step(
        "RegisterTaskDefinition",
        (
            _may(
                On.ANY_TASK_DEFINITION,
                *("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"),
            ),
            _may(On.TASK_DEFINITIONS, "ecs:RegisterTaskDefinition"),
            _may(On.TASK_DEFINITIONS_BEING_REGISTERED, "ecs:TagResource"),
            _may(On.ROLES_OF_TASKS, "iam:PassRole"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query"),
            _LEDGER_KEY,
            _SEE_SERVICE,
            *_SEE_IMAGES,
            *_BELIEVE,
        ),
    ),
    Step(
        "RunMigration",
        (
            _may(On.MIGRATED_FAMILIES, "ecs:RunTask"),
            _may(On.MIGRATIONS_BEING_RUN, "ecs:TagResource"),
            _may(On.ROLES_OF_MIGRATIONS, "iam:PassRole"),
            _may(On.REVISIONS_OF_MIGRATIONS, "ecs:DescribeTaskDefinition"),
            _may(On.MIGRATED_SERVICES, "ecs:DescribeServices"),
            *_SEE_MIGRATIONS,
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            *_SEE_LOCK,
        ),
    ),
    Step(
        "CheckMigration",
        (
            *_SEE_MIGRATIONS,
            _may(On.MIGRATION_TASKS, "ecs:StopTask"),
            _may(On.REVISIONS_OF_MIGRATIONS, "ecs:DescribeTaskDefinition"),
            _may(On.MIGRATED_LOG_GROUPS, "logs:GetLogEvents"),
            _may(On.MIGRATED_SERVICES, "ecs:DescribeServices"),
            _may(On.TARGETS_OF_MIGRATED, "elasticloadbalancing:DescribeTargetHealth"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
            *_TELL,
        ),
    ),
    Step(
        "UpdateService",
        (
            _may(On.SERVICES, "ecs:UpdateService", "ecs:DescribeServices"),
            _may(On.ANY_TASK_DEFINITION, "ecs:DeregisterTaskDefinition"),
            *_SEE_LOCK,
        ),
    ),
    Step(
        "CheckStability",
        (
            *_SEE_TASKS,
            _may(On.TASKS, "ecs:GetTaskProtection"),
            *_SEE_SHIFTS,
        ),
    ),
    Step(
        "JudgeGate",
        (
            *_SEE_TARGETS,
            *_SEE_SHIFTS,
            _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"),
            _may(On.COMPARED_LOG_GROUPS, "logs:FilterLogEvents"),
            _may(On.JUDGED_LOG_GROUPS, "logs:GetLogEvents"),
            _may(On.METRICS_OF_TRAFFIC, "cloudwatch:GetMetricData"),
            _may(On.ALARMS_WATCHED, "cloudwatch:DescribeAlarms"),
            _SECRETS_SENT,
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
        ),
        asks_services=True,
    ),
    Step(
        "ContinueGate",
        (
            _SEE_SERVICE,
            *_SEE_PAUSES,
            _may(On.SERVICE_REVISIONS, "ecs:DescribeServiceRevisions"),
            _may(On.SERVICE_DEPLOYMENTS, "ecs:ContinueServiceDeployment"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            *_SEE_LOCK,
        ),
    ),
    Step("CheckTargetHealth", (*_SEE_TARGETS, *_SEE_SHIFTS)),
    Step("SmokeTest", (_SECRETS_SENT,), asks_services=True),
    Step("CheckWorker", (*_SEE_TASKS, _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"), *_SEE_WORK)),
    Step(
        "Confirm",
        (
            *_SEE_TARGETS,
            *_SEE_SHIFTS,
            _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"),
            _may(On.JUDGED_LOG_GROUPS, "logs:FilterLogEvents", "logs:GetLogEvents"),
        ),
    ),
    Step(
        "AfterCheck",
        (
            _may(On.AFTER_CHECKS, "lambda:InvokeFunction", "lambda:GetFunctionConfiguration"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            *_SEE_LOCK,
        ),
        longest=timedelta(seconds=CALL_SECONDS + 45),
    ),
    Step(
        "Rollback",
        (
            _may(On.SERVICES, "ecs:DescribeServices", "ecs:UpdateService"),
            *_SEE_PAUSES,
            _may(On.SERVICE_REVISIONS, "ecs:DescribeServiceRevisions"),
            _may(On.SERVICE_DEPLOYMENTS, "ecs:StopServiceDeployment"),
            _may(On.ANY_TASK_DEFINITION, "ecs:DeregisterTaskDefinition"),
            *_SEE_LOCK,
        ),
    ),
    Step(
        "Report",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query"),
            _may(On.LEDGER_INDEXES, "dynamodb:Query"),
            _LEDGER_KEY,
            _may(On.SIGNING, "kms:Sign"),
            *_BELIEVE,
            _may(On.REPORTS, "s3:PutObject"),
            _may(On.KEY_OF_REPORTS, "kms:GenerateDataKey"),
            _may(On.EXECUTIONS, "states:GetExecutionHistory"),
            *_SEE_TARGETS,
            _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"),
            _may(On.LOG_GROUPS, "logs:FilterLogEvents", "logs:GetLogEvents"),
            _may(On.LOAD_BALANCING, "elasticloadbalancing:DescribeTargetGroups"),
            _may(On.METRICS_OF_LATENCY, "cloudwatch:GetMetricData"),
        ),
    ),
    Step(
        "Notify",
        (
            *_TELL,
            _may(On.EVENT_BUS, "events:PutEvents"),
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
        ),
    ),
    Step(
        "Finish",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _may(On.LOCKS, "dynamodb:UpdateItem"),
            _LEDGER_KEY,
            _SEE_SERVICE,
            _may(
                On.ANY_TASK_DEFINITION,
                *("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"),
            ),
        ),
    ),
    Step(
        "Sweep",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
            _may(On.LEDGER_INDEXES, "dynamodb:Query"),
            _LEDGER_KEY,
            _SEE_EXECUTIONS,
            _may(On.MACHINE, "states:StartExecution", "states:ListExecutions"),
        ),
        machine=None,
    ),
    Step(
        "Reconcile",
        (
            _may(On.REPOSITORIES, "ecr:DescribeImages", "ecr:GetLifecyclePolicy", "ecr:BatchGetImage"),
            *_SEE_TASKS,
            *_SEE_PAUSES,
            _may(On.SERVICE_REVISIONS, "ecs:DescribeServiceRevisions"),
            _may(On.ANY_TASK_DEFINITION, "ecs:DescribeTaskDefinition"),
            _may(On.LEDGER, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
            _may(On.LEDGER_INDEXES, "dynamodb:Query"),
            _may(On.FINDINGS, "dynamodb:UpdateItem"),
            *_SEE_LOCK,
            _may(On.REPORT_NAMES, "s3:ListBucket"),
            *_BELIEVE,
            _SEE_EXECUTIONS,
            _may(On.MACHINE, "states:StartExecution"),
            *_TELL,
            _may(On.EVENT_BUS, "events:PutEvents"),
        ),
        machine=None,
        longest=RECONCILE_LONGEST,
    ),
    Step(
        "Drill",
        (*_SEE_PROVEN, _may(On.FREEZES, "dynamodb:GetItem"), _may(On.MACHINE, "states:StartExecution")),
        machine=None,
    ),
    # the record names the caller; the event of the execution's end starts the recovery
    Step(
        "Abort",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
            _may(On.EXECUTIONS, "states:DescribeExecution", "states:StopExecution"),
        ),
        machine=None,
    ),
    # the only one that may use a task token
    Step(
        "Approve",
        (
            _may(On.LEDGER, "dynamodb:UpdateItem", "dynamodb:GetItem"),
            _LEDGER_KEY,
            _may(On.SLEEPERS, "states:SendTaskSuccess"),
        ),
        machine=None,
    ),
    Step(
        "Retire",
        (
            _may(On.MACHINES, "states:DescribeStateMachine", "states:ListExecutions"),
            _may(On.EXECUTIONS_OF_MACHINES, "states:DescribeStateMachineForExecution"),
            _may(On.FUNCTIONS, "lambda:ListVersionsByFunction"),
            _may(On.VERSIONS, "lambda:DeleteFunction"),
        ),
        machine=None,
    ),
    Step("ReadBuild", (_may(On.BUILD_PROJECTS, "codebuild:BatchGetBuilds"),), Machine.BUILD_WATCH),
    Step(
        "EnsureBegun",
        (
            _may(On.LEDGER, "dynamodb:BatchGetItem", "dynamodb:Query"),
            _may(On.LEDGER_INDEXES, "dynamodb:Query"),
            _LEDGER_KEY,
            *_SEE_IMAGES,
            _may(On.MACHINE, "states:StartExecution"),
        ),
        Machine.BUILD_WATCH,
    ),
    Step("NotifyBuild", _TELL, Machine.BUILD_WATCH),
)
