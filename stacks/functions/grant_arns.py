"""Translates each `On` of the STEPS table into ARNs and conditions for the services in services.toml.

The Service Authorization Reference says whether an action can be restricted to a resource. If it can't, the scope is
"*", with the reason next to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from landfall.aws.events import SOURCE, DetailType
from landfall.chain import key_names
from landfall.naming import build_project, front
from landfall.partitions import FINDINGS, TURNS, UNKNOWN_SERVICE, WAKES
from landfall.settings import Service, Settings
from stacks.functions import migration_arns
from stacks.functions.scope import Scope, family_of, log_groups, once, role_arn, service_arn
from stacks.functions.steps_table import STEPS, Grant, On
from stacks.names import BUILD_WATCH, BUS, MACHINE
from statemachine.definition import Machine


@dataclass(frozen=True)
class Holdings:
    """The ARNs of the pipeline stack's own resources."""

    ledger: str
    locks: str
    freezes: str
    reports: str
    topic: str
    key: str
    signing_key: str


def statement(grant: Grant, scopes: Mapping[On, Scope]) -> iam.PolicyStatement:
    """Return the policy statement of a grant."""
    scope = scopes[grant.on]
    return iam.PolicyStatement(
        actions=list(grant.actions), resources=list(scope.resources), conditions=dict(scope.conditions)
    )


def scopes(stack: cdk.Stack, settings: Settings, holdings: Holdings) -> dict[On, Scope]:
    """Return the scope of each `On` in this stack."""
    return {
        **_ecs(stack, settings),
        **migration_arns.scopes(stack, settings),
        **_others(stack, settings),
        **_held(stack, settings, holdings),
    }


def _ecs(stack: cdk.Stack, settings: Settings) -> dict[On, Scope]:
    services = settings.services

    def arns(resource: str, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(stack.format_arn(service="ecs", resource=resource, resource_name=n) for n in once(names))

    own = once(service_arn(stack, s) for s in services)
    below = [f"{s.cluster}/{s.service}/*" for s in services]
    definitions = arns("task-definition", (f"{family_of(s)}:*" for s in services))
    return {
        On.SERVICES: Scope(own),
        # The actions need both the service and what is below it (Service Authorization Reference).
        On.SERVICE_DEPLOYMENTS: Scope((*own, *arns("service-deployment", below))),
        On.SERVICE_REVISIONS: Scope((*own, *arns("service-revision", below))),
        On.TASKS: Scope(arns("task", (f"{s.cluster}/*" for s in services))),
        # ListTasks by service has no resource level (only by container instance), so the condition is the cluster.
        On.CLUSTERS_TASK_LIST: Scope(
            ("*",), {"ArnEquals": {"ecs:cluster": list(arns("cluster", (s.cluster for s in services)))}}
        ),
        On.TASK_DEFINITIONS: Scope(definitions),
        On.TASK_DEFINITIONS_BEING_REGISTERED: Scope(
            definitions, {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}}
        ),
        # DescribeTaskDefinition and DeregisterTaskDefinition have neither resource level nor condition keys.
        On.ANY_TASK_DEFINITION: Scope(("*",)),
    }


def _others(stack: cdk.Stack, settings: Settings) -> dict[On, Scope]:
    services = settings.services
    return {
        On.REPOSITORIES: Scope(once(repository_arn(stack, s) for s in services)),
        # If a label holds the commit, the image's configuration is read, which ECR stores like a layer.
        On.LABELLED_REPOSITORIES: Scope(once(repository_arn(stack, s) for s in services if _reads_labels(s))),
        On.SCANNED_REPOSITORIES: Scope(once(repository_arn(stack, s) for s in services if s.scan != "off")),
        # The Describe actions of Elastic Load Balancing have neither resource level nor condition keys.
        On.LOAD_BALANCING: Scope(("*",)),
        On.ROLES_OF_TASKS: Scope(
            _task_roles(stack, settings),
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        On.ROLES_LOOKED_AT: Scope(_task_roles(stack, settings)),
        # Only names and dates, never values: do the secrets of a baseline still exist?
        On.SECRETS: Scope((_secret(stack, "*"),)),
        # Secrets Manager appends a dash and six random characters to the name, so that a policy with an ARN does not
        # also allow a later secret of the same name. With only the name, six question marks are the most exact
        # pattern: a "*" would allow every secret with this prefix (Secrets Manager user guide, access to specific
        # secrets).
        On.SECRETS_OF_CHECKS: Scope(once(secret_arn(stack, each.secret) for s in services for each in s.smoke.secrets)),
        # Describing composite alarms needs every resource (CloudWatch API reference, DescribeAlarms).
        On.ALARMS: Scope(("*",)),
        On.MACHINE: Scope((machine_arn(stack),)),
        On.BUILD_PROJECTS: Scope(tuple(build_project_arn(stack, s) for s in services if s.build)),
        On.EXECUTIONS: Scope((execution_arns(stack),)),
        On.MACHINES: Scope(machine_arns(stack, settings)),
        On.EXECUTIONS_OF_MACHINES: Scope(tuple(execution_arns(stack, name) for name in _machines(settings))),
        On.FUNCTIONS: Scope(tuple(_function(stack, name) for name in _versioned(settings))),
        # No function's own ARN matches this pattern, so it allows deleting versions but not functions.
        On.VERSIONS: Scope(tuple(_function(stack, f"{name}:*") for name in _versioned(settings))),
        On.LOG_GROUPS: Scope(log_groups(stack, services)),
        On.JUDGED_LOG_GROUPS: Scope(log_groups(stack, [s for s in services if s.logs.gate])),
        On.COMPARED_LOG_GROUPS: Scope(log_groups(stack, [s for s in services if s.logs.gate or _compares_logs(s)])),
        On.WORKER_LOG_GROUPS: Scope(log_groups(stack, [s for s in services if s.worker])),
        # GetMetricData has neither resource level nor condition keys.
        On.METRICS_OF_WORK: Scope(("*",) if any(_counts_work(s) for s in services) else ()),
        On.METRICS_OF_LATENCY: Scope(("*",) if any(not s.worker and not s.strategy for s in services) else ()),
        On.METRICS_OF_TRAFFIC: Scope(("*",) if any(s.strategy for s in services) else ()),
        # An alias or a version is a resource of its own: nothing else of the function may be called.
        On.AFTER_CHECKS: Scope(once(_after_check(stack, s.after.function) for s in services if s.after)),
        On.ALARMS_WATCHED: Scope(("*",) if any(s.strategy and s.strategy.alarms for s in services) else ()),
        # A task token has no ARN: SendTaskSuccess has neither resource level nor condition keys.
        On.SLEEPERS: Scope(("*",) if any(s.approval for s in services) else ()),
        On.EVENT_BUS: Scope(
            (stack.format_arn(service="events", resource="event-bus", resource_name=BUS),),
            {
                # the source in a rule may be a list, so AWS uses this operator for it (EventBridge user guide, example
                # policy for a custom bus); the source in an event is one text
                "ForAllValues:StringEquals": {"events:source": [SOURCE]},
                "StringEquals": {"events:detail-type": [kind.value for kind in DetailType]},
            },
        ),
    }


def _compares_logs(service: Service) -> bool:
    """Say whether the gates of a strategy compare what the new tasks log with what the old ones do."""
    return bool(service.strategy and service.strategy.traffic.log_errors)


def _reads_labels(service: Service) -> bool:
    """Say whether Landfall reads an image's labels: for its commit, or for the schema version that it needs."""
    return bool(service.commit_label or (service.migration and service.migration.schema_version))


def _counts_work(service: Service) -> bool:
    """Say whether a metric shows that a worker does its work."""
    return bool(service.worker and service.worker.progress and service.worker.progress.metric)


def machine_arn(stack: cdk.Stack, name: str = MACHINE) -> str:
    """Return the state machine's ARN, made from its fixed name, since a step needs it before the machine exists."""
    return stack.format_arn(
        service="states",
        resource="stateMachine",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def machine_arns(stack: cdk.Stack, settings: Settings) -> tuple[str, ...]:
    """Return the ARNs of all state machines for these settings."""
    return tuple(machine_arn(stack, name) for name in _machines(settings))


def _machines(settings: Settings) -> tuple[str, ...]:
    return (MACHINE, BUILD_WATCH) if any(service.build for service in settings.services) else (MACHINE,)


def _versioned(settings: Settings) -> tuple[str, ...]:
    """Return the names of the functions that a machine calls. Only they have versions."""
    machines = {MACHINE: Machine.DEPLOY, BUILD_WATCH: Machine.BUILD_WATCH}
    called = {machines[name] for name in _machines(settings)}
    return tuple(step.function_name for step in STEPS if step.machine in called)


def _function(stack: cdk.Stack, name: str) -> str:
    """Return the ARN of a function or of its versions, made from its name: the function that uses it is one of them."""
    return stack.format_arn(
        service="lambda", resource="function", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )


def _after_check(stack: cdk.Stack, function: str) -> str:
    """Return the ARN of an after-check's function, with its alias or version. Settings give its name, or this ARN."""
    return function if function.startswith("arn:") else _function(stack, function)


def front_arn(stack: cdk.Stack, service: Service) -> str:
    """Return the ARN of a service's front machine, made from its fixed name."""
    form = cdk.ArnFormat.COLON_RESOURCE_NAME
    return stack.format_arn(
        service="states", resource="stateMachine", resource_name=front(service.name), arn_format=form
    )


def execution_arns(stack: cdk.Stack, machine: str = MACHINE) -> str:
    """Return a pattern of a state machine's executions, since they get their names when they start."""
    return stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{machine}:*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def repository_arn(stack: cdk.Stack, service: Service) -> str:
    """Return the ARN of a service's image repository."""
    return repository_arn_of(stack, service.repository)


def repository_arn_of(stack: cdk.Stack, name: str) -> str:
    """Return the ARN of a repository of this account, by its name."""
    return stack.format_arn(service="ecr", resource="repository", resource_name=name)


def secret_arn(stack: cdk.Stack, name: str) -> str:
    """Return the ARN pattern of a secret in this account and region, by its name, for a policy.

    Secrets Manager appends a dash and six characters to the name. `*` would allow every secret with this prefix
    (Secrets Manager user guide, access to specific secrets).
    """
    return _secret(stack, f"{name}-??????")


def build_project_arn(stack: cdk.Stack, service: Service) -> str:
    """Return the ARN of the CodeBuild project that builds a service, made from its fixed name."""
    return stack.format_arn(service="codebuild", resource="project", resource_name=build_project(service.name))


def _held(stack: cdk.Stack, settings: Settings, holdings: Holdings) -> dict[On, Scope]:
    def key_via(service: str) -> Scope:
        return Scope(
            (holdings.key,),
            {"StringEquals": {"kms:ViaService": f"{service}.{stack.region}.{stack.url_suffix}"}},
        )

    return {
        On.LEDGER: Scope((holdings.ledger,)),
        # ForAllValues is also true if a request has no such key, but UpdateItem always has one (DynamoDB Developer
        # Guide, fine-grained access control).
        On.FINDINGS: Scope(
            (holdings.ledger,), {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [FINDINGS, TURNS]}}
        ),
        On.WAKES: Scope((holdings.ledger,), {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [WAKES]}}),
        On.LEDGER_INDEXES: Scope((f"{holdings.ledger}/index/*",)),
        On.LOCKS: Scope((holdings.locks,)),
        On.FREEZES: Scope((holdings.freezes,)),
        On.KEY_OF_LEDGER: key_via("dynamodb"),
        On.REPORTS: Scope((f"{holdings.reports}/*",)),
        On.REPORT_NAMES: Scope(
            (holdings.reports,), {"StringLike": {"s3:prefix": [f"{name}/*" for name in _recorded(settings)]}}
        ),
        On.KEY_OF_REPORTS: key_via("s3"),
        # Limited to the algorithm that is verified (KMS developer guide, condition keys).
        On.SIGNING: Scope(
            (holdings.signing_key,),
            {"StringEquals": {"kms:MessageType": "RAW", "kms:SigningAlgorithm": "ECDSA_SHA_256"}},
        ),
        On.SIGNATURES: Scope((holdings.signing_key,)),
        On.SIGNING_BEGUN: Scope(
            (holdings.reports,),
            {"StringLike": {"s3:prefix": [f"{key_names(name)}*" for name in _recorded(settings)]}},
        ),
        On.TOPIC: Scope((holdings.topic,)),
        On.KEY_OF_TOPIC: key_via("sns"),
    }


def _recorded(settings: Settings) -> tuple[str, ...]:
    """Return the names that records and reports can have as their service."""
    return (*(service.name for service in settings.services), UNKNOWN_SERVICE)


def _task_roles(stack: cdk.Stack, settings: Settings) -> tuple[str, ...]:
    return once(role_arn(stack, role) for s in settings.services for role in (s.task_role, s.execution_role))


def _secret(stack: cdk.Stack, name: str) -> str:
    """Return the pattern of any secret in this account and region, since a revision may name any."""
    return stack.format_arn(
        service="secretsmanager", resource="secret", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )
