"""What the pipeline may do on AWS: exactly what the STEPS table says, on exactly the configured resources."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.functions.steps_table import STEPS, On, Step
from statemachine.definition import Machine
from tests.stacks.template import Template, many

ECS = "arn:aws:ecs:REGION:ACCOUNT"
KEY = ["<Key961B73FD.Arn>"]


def _via(service: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{service}.REGION.amazonaws.com"}}


BOTH = ("landfall", "landfall-build-watch")
CALLED = [step.function_name for step in STEPS if step.machine]
# Written by hand from the Service Authorization Reference and services.toml, not from stacks/functions/grant_arns.py.
REACH: dict[On, tuple[list[str], dict[str, Any]]] = {
    On.LABELLED_REPOSITORIES: ([], {}),  # services.toml as it ships reads no label
    On.SCANNED_REPOSITORIES: ([], {}),  # services.toml as it ships asks for no scan
    On.REPOSITORIES: (["arn:aws:ecr:REGION:ACCOUNT:repository/landfall/sample"], {}),
    On.SERVICES: ([f"{ECS}:service/landfall-sample/sample"], {}),
    On.SERVICE_DEPLOYMENTS: (
        [f"{ECS}:service/landfall-sample/sample", f"{ECS}:service-deployment/landfall-sample/sample/*"],
        {},
    ),
    On.SERVICE_REVISIONS: (
        [f"{ECS}:service/landfall-sample/sample", f"{ECS}:service-revision/landfall-sample/sample/*"],
        {},
    ),
    On.CLUSTERS_TASK_LIST: (["*"], {"ArnEquals": {"ecs:cluster": [f"{ECS}:cluster/landfall-sample"]}}),
    On.TASKS: ([f"{ECS}:task/landfall-sample/*"], {}),
    On.TASK_DEFINITIONS: ([f"{ECS}:task-definition/landfall-sample:*"], {}),
    On.TASK_DEFINITIONS_BEING_REGISTERED: (
        [f"{ECS}:task-definition/landfall-sample:*"],
        {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
    ),
    On.ANY_TASK_DEFINITION: (["*"], {}),
    On.LOAD_BALANCING: (["*"], {}),
    On.ROLES_OF_TASKS: (
        [
            "arn:aws:iam::ACCOUNT:role/landfall-sample-task",
            "arn:aws:iam::ACCOUNT:role/landfall-sample-execution",
        ],
        {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    ),
    On.ROLES_LOOKED_AT: (
        [
            "arn:aws:iam::ACCOUNT:role/landfall-sample-task",
            "arn:aws:iam::ACCOUNT:role/landfall-sample-execution",
        ],
        {},
    ),
    On.SECRETS: (["arn:aws:secretsmanager:REGION:ACCOUNT:secret:*"], {}),
    On.SECRETS_OF_CHECKS: ([], {}),  # services.toml as it ships sends none
    On.WORKER_LOG_GROUPS: ([], {}),  # it has no worker
    On.METRICS_OF_WORK: ([], {}),
    On.METRICS_OF_LATENCY: (["*"], {}),
    On.METRICS_OF_TRAFFIC: ([], {}),  # nor a service whose traffic ECS shifts
    On.ALARMS_WATCHED: ([], {}),
    On.AFTER_CHECKS: ([], {}),  # nor an after-check
    # it has no migration
    On.MIGRATED_FAMILIES: ([], {}),
    On.MIGRATED_SERVICES: ([], {}),
    On.MIGRATED_TASK_LIST: ([], {}),
    On.MIGRATED_TASKS: ([], {}),
    On.MIGRATION_TASKS: ([], {}),
    On.MIGRATIONS_BEING_RUN: ([], {}),
    On.MIGRATED_LOG_GROUPS: ([], {}),
    On.ROLES_OF_MIGRATIONS: ([], {}),
    On.REVISIONS_OF_MIGRATIONS: ([], {}),
    On.TARGETS_OF_MIGRATED: ([], {}),
    On.ALARMS: (["*"], {}),
    On.LEDGER: (["<LedgerB7379752.Arn>"], {}),
    On.LEDGER_INDEXES: (["<LedgerB7379752.Arn>/index/*"], {}),
    On.FINDINGS: (
        ["<LedgerB7379752.Arn>"],
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["_finding", "_turn"]}},
    ),
    On.WAKES: (
        ["<LedgerB7379752.Arn>"],
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["_wake"]}},
    ),
    On.SLEEPERS: ([], {}),  # nobody is asked to sign off
    On.LOCKS: (["<LocksF3C5D457.Arn>"], {}),
    On.FREEZES: (["<Freezes1BCE865E.Arn>"], {}),
    On.KEY_OF_LEDGER: (KEY, _via("dynamodb")),
    On.REPORTS: (["<Reports65402A0A.Arn>/*"], {}),
    On.REPORT_NAMES: (["<Reports65402A0A.Arn>"], {"StringLike": {"s3:prefix": ["sample/*", "_unknown/*"]}}),
    On.KEY_OF_REPORTS: (KEY, _via("s3")),
    On.SIGNING: (
        ["<SigningKeyEEFC2790.Arn>"],
        {"StringEquals": {"kms:MessageType": "RAW", "kms:SigningAlgorithm": "ECDSA_SHA_256"}},
    ),
    On.SIGNATURES: (["<SigningKeyEEFC2790.Arn>"], {}),
    On.SIGNING_BEGUN: (
        ["<Reports65402A0A.Arn>"],
        {"StringLike": {"s3:prefix": ["sample/_chain/key-*", "_unknown/_chain/key-*"]}},
    ),
    On.TOPIC: (["<TopicBFC7AF6E>"], {}),
    On.KEY_OF_TOPIC: (KEY, _via("sns")),
    On.EVENT_BUS: (
        ["arn:aws:events:REGION:ACCOUNT:event-bus/landfall"],
        {
            "ForAllValues:StringEquals": {"events:source": ["landfall"]},
            "StringEquals": {"events:detail-type": ["Deployment Ended", "Finding"]},
        },
    ),
    On.MACHINE: (["arn:aws:states:REGION:ACCOUNT:stateMachine:landfall"], {}),
    On.BUILD_PROJECTS: (["arn:aws:codebuild:REGION:ACCOUNT:project/landfall-build-sample"], {}),
    On.LOG_GROUPS: (["arn:aws:logs:REGION:ACCOUNT:log-group:/landfall/sample:*"], {}),
    On.JUDGED_LOG_GROUPS: ([], {}),
    On.COMPARED_LOG_GROUPS: ([], {}),
    On.EXECUTIONS: (["arn:aws:states:REGION:ACCOUNT:execution:landfall:*"], {}),
    On.MACHINES: ([f"arn:aws:states:REGION:ACCOUNT:stateMachine:{name}" for name in BOTH], {}),
    On.EXECUTIONS_OF_MACHINES: ([f"arn:aws:states:REGION:ACCOUNT:execution:{name}:*" for name in BOTH], {}),
    On.FUNCTIONS: ([f"arn:aws:lambda:REGION:ACCOUNT:function:{name}" for name in CALLED], {}),
    On.VERSIONS: ([f"arn:aws:lambda:REGION:ACCOUNT:function:{name}:*" for name in CALLED], {}),
}


def _shape(statement: dict[str, Any]) -> tuple[Any, ...]:
    assert statement["Effect"] == "Allow"
    return many(statement["Action"]), many(statement["Resource"]), statement.get("Condition", {})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_a_step_may_do_what_the_table_says_and_write_its_logs_and_traces(pipeline: Template, step: Step) -> None:
    """Nothing more, nothing less, in the order of the table."""
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith(f"{step.id}Role"))
    (group,) = (g for g in pipeline.of_type("AWS::Logs::LogGroup") if g.startswith(f"{step.id}Logs"))

    logs, *granted = map(_shape, pipeline.statements_of(role))
    traces: tuple[Any, ...] = (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"], {})

    assert logs == (["logs:CreateLogStream", "logs:PutLogEvents"], [f"<{group}.Arn>"], {})
    granted.remove(traces)  # the last of the first policy: what a policy has no room for is in a further one
    assert granted == [(list(grant.actions), *REACH[grant.on]) for grant in step.grants if REACH[grant.on][0]]


def test_a_role_has_no_policy_but_its_own(pipeline: Template) -> None:
    """No managed policies, no inline ones."""
    for role in pipeline.of_type("AWS::IAM::Role").values():
        assert not {"ManagedPolicyArns", "Policies"} & role.keys()
    for policy in pipeline.of_type("AWS::IAM::Policy").values():
        assert len(policy["Roles"]) == 1


@pytest.mark.parametrize(
    ("machine", "prefix"), [(Machine.DEPLOY, "MachineRole"), (Machine.BUILD_WATCH, "BuildWatchRole")]
)
def test_a_machine_may_invoke_its_steps_and_nothing_else(pipeline: Template, machine: Machine, prefix: str) -> None:
    """In every version: executions that began before an upgrade call those of their own definition.

    And by the bare name, as the executions do that began when no definition named a version.
    """
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith(prefix))
    own = {step.function_name for step in STEPS if step.machine is machine}
    functions = pipeline.of_type("AWS::Lambda::Function").items()
    expected = [f"<{name}.Arn>{end}" for name, f in functions if f["FunctionName"] in own for end in ("", ":*")]

    invoking = [s for s in pipeline.statements_of(role) if "lambda:InvokeFunction" in many(s["Action"])]

    assert [_shape(s) for s in invoking] == [(["lambda:InvokeFunction"], expected, {})]


def test_a_service_that_existed_before_is_reached_by_its_own_names(variant: dict[str, Template]) -> None:
    """Its family is not known, so any may be registered; its roles are passed by ARN as given."""
    statements = {
        action: statement
        # of two statements the first: RunMigration passes fewer roles
        for statement in reversed(list(variant["Landfall-Pipeline"].identity_statements()))
        for action in many(statement["Action"])
    }

    assert f"{ECS}:service/prod/shop-web" in statements["ecs:UpdateService"]["Resource"]
    assert f"{ECS}:task-definition/*:*" in statements["ecs:RegisterTaskDefinition"]["Resource"]
    assert statements["iam:PassRole"]["Resource"][2:] == [
        "arn:aws:iam::123456789012:role/apps/shop-task",
        "arn:aws:iam::ACCOUNT:role/ecsTaskExecutionRole",
    ]


@pytest.mark.parametrize(
    ("step", "groups"),
    [("Preflight", ["/shop/web"]), ("Confirm", ["/shop/web"]), ("Report", ["/landfall/sample", "/shop/web"])],
)
def test_logs_are_read_where_they_are_reported_or_judged(
    variant: dict[str, Template], step: str, groups: list[str]
) -> None:
    """A report has the lines of every known group; whoever judges reads those of the services that ask for it."""
    pipeline = variant["Landfall-Pipeline"]
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith(f"{step}Role"))
    reads = [s for s in map(_shape, pipeline.statements_of(role)) if "logs:FilterLogEvents" in s[0]]
    assert [s[1] for s in reads] == [[f"arn:aws:logs:REGION:ACCOUNT:log-group:{group}:*" for group in groups]]


def test_a_function_of_an_after_check_is_called_by_two_steps_and_nothing_else(variant: dict[str, Template]) -> None:
    """Exactly the function that the settings name, with its alias: no wildcard, and no other alias."""
    pipeline = variant["Landfall-Pipeline"]
    for action in ("lambda:InvokeFunction", "lambda:GetFunctionConfiguration"):
        found = [
            (role.partition("Role")[0], _shape(statement)[1])
            for role in pipeline.of_type("AWS::IAM::Role")
            for statement in pipeline.statements_of(role)
            if action in many(statement["Action"]) and not role.startswith(("Machine", "BuildWatch", "On", "Landfall"))
        ]
        arn = "arn:aws:lambda:REGION:ACCOUNT:function:shop-check:live"
        calling = [(step, resources) for step, resources in found if any("shop-check" in str(r) for r in resources)]
        assert sorted(calling) == [("AfterCheck", [arn]), ("Preflight", [arn])]


def test_a_migration_is_run_and_stopped_by_two_steps_and_nothing_else(variant: dict[str, Template]) -> None:
    """RunTask in the service's cluster alone, its own roles alone, and StopTask for tasks of migrations alone."""
    pipeline = variant["Landfall-Pipeline"]
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {"ecs:RunTask": [], "ecs:StopTask": [], "iam:PassRole": []}
    for role in pipeline.of_type("AWS::IAM::Role"):
        for statement in pipeline.statements_of(role):
            for action in set(many(statement["Action"])) & found.keys():
                found[action].append((role, statement))
    ((runs, run),) = found["ecs:RunTask"]
    assert runs.startswith("RunMigrationRole")
    assert _shape(run)[1:] == (
        [f"{ECS}:task-definition/*:*"],
        {"ArnEquals": {"ecs:cluster": [f"{ECS}:cluster/prod"]}},
    )
    ((stops, stop),) = found["ecs:StopTask"]
    assert stops.startswith("CheckMigrationRole")
    assert _shape(stop)[1:] == (
        [f"{ECS}:task/prod/*"],
        {"StringEquals": {"aws:ResourceTag/landfall:role": "migration"}},
    )
    passed = next(statement for role, statement in found["iam:PassRole"] if role.startswith("RunMigrationRole"))
    assert _shape(passed)[1] == [
        "arn:aws:iam::123456789012:role/apps/shop-task",
        "arn:aws:iam::ACCOUNT:role/ecsTaskExecutionRole",
    ]
