"""Grants that no step's own call exercises: who uses them, or which test shows their use."""

from __future__ import annotations

import re

_IN_ITS_NAME = "no call of the step: {} calls it in the step's name, with the step's rights (condition kms:ViaService)"
OF_STEPS = {
    r"kms:GetPublicKey": "tests/steps/test_signing.py: asked once in the life of a Lambda, so no one test makes it",
    r"kms:\w+": _IN_ITS_NAME.format("DynamoDB, S3 or SNS"),
    r"logs:(CreateLogStream|PutLogEvents)": "no call of the step: Lambda writes its log with the step's rights",
    r"xray:Put\w+": "no call of the step: Lambda sends its traces with the step's rights",
    r"ec2:\w+": "no call of the step: Lambda makes its interfaces with the step's rights; to its code they are denied",
    r"iam:PassRole": "RunMigration names no role: ECS reads them from the revision (tests/e2e/test_migration.py)",
    r"cloudwatch:DescribeAlarms": "no call in tests/steps: moto's ECS keeps no deployment alarms of a service",
}
"""Actions by pattern."""

_SHIFTED = "services whose traffic ECS shifts: tests/campaigns/torture/scenarios/21-strategies.toml"
OF_ONE_STEP = {
    r"(CheckTargetHealth|Confirm) ecs:(List|Describe)Service(Deployments|Revisions)": _SHIFTED,
    r"(Preflight|CheckStability|CheckTargetHealth|Confirm) elasticloadbalancing:DescribeRules": _SHIFTED,
    r"(CheckStability|JudgeGate|CheckTargetHealth|Confirm) elasticloadbalancing:DescribeListeners": (
        "blue/green behind a Network Load Balancer: tests/campaigns/torture/scenarios/21-strategies.toml"
    ),
    r"JudgeGate (ecs:DescribeTaskDefinition|logs:\w+)": "the log gate of a service with gates: tests/unit/gates",
    r"ContinueGate ecs:ContinueServiceDeployment": "tests/steps/gates/test_gates.py",
    r"Rollback ecs:StopServiceDeployment": "tests/steps/gates/test_gates.py",
    r"JudgeGate secretsmanager:GetSecretValue": "checks with a secret, through the test listener as in SmokeTest",
    r"Preflight dynamodb:\w+": "a drill, asked again under the lock: tests/e2e/test_drills.py",
    r"Report (cloudwatch:GetMetricData|elasticloadbalancing:DescribeTargetGroups)": (
        "after a bake of minutes, which moto's history has not: tests/steps/reporting, tests/e2e/test_latency.py"
    ),
    r"Reconcile ecr:BatchGetImage": "the parts of an index that a lifecycle policy would take: tests/unit/reconcile",
    r"(Preflight|Drill) s3:ListBucketVersions": "no call: without it S3 says 403 of a file that is not there",
}
"""The same, of one step."""

OF_OTHERS = (
    (r"Pipeline/(Machine|BuildWatch)", r"lambda:\w+", "every test in tests/e2e: the machine invokes its steps"),
    (r"Pipeline/(Machine|BuildWatch)", r"(logs|xray):\w+", "Step Functions itself: the machine's log and traces"),
    (r"Fronts/Ask.+", r"(logs|xray):\w+", "Step Functions itself: the machine's log and traces"),
    (r"Fronts/Ask.+", r"kms:\w+", _IN_ITS_NAME.format("DynamoDB").replace("step", "machine")),
    (r"Fronts/Ask.+", r"\w+:\w+", "tests/e2e/test_cli.py: a release is asked of its front"),
    (r"Pipeline/OnPush", r"states:\w+", "tests/e2e/test_ways.py: a push starts a deployment"),
    (r"Pipeline/OnLoss", r"states:\w+", "tests/e2e/test_recovery.py: a stopped execution is recovered"),
    (r"Pipeline/OnBuild", r"states:\w+", "tests/e2e/test_build_watch.py: a build that is over is watched"),
    (r"Service-.+/SurroundingsExecution", r"(ecr|logs):\w+", "ECS itself, where it starts a task: tests/e2e"),
    (r"Service-.+/Own", r"ecs:(Create|Describe|Tag)\w+", "every deploy to the local AWS: tests/e2e"),
    (r"Service-.+/Own", r"(ecs|iam|elasticloadbalancing):\w+", "tests/contract/test_template_service.py, on moto"),
    (r"Service-.+/Own", r"logs:\w+", "Lambda writes the function's log with its rights"),
    (
        r"Build/.+",
        r"(ecr|logs|codeconnections|codestar-connections):\w+",
        "the build: tests/building/test_buildspec.py",
    ),
    (
        r"GitHub/.+",
        r"\w+:\w+",
        "a workflow, whose tokens no emulator takes; its commands: tests/building/test_runner.py",
    ),
)
"""Roles by stack and name, actions by pattern."""


def of_step(step: str, action: str) -> str | None:
    """Return why no test's call exercises a step's action, or None if one must. Each pattern is of `Step action`."""
    named = (r for pattern, r in OF_ONE_STEP.items() if re.fullmatch(pattern, f"{step} {action}"))
    return next(named, None) or next((r for pattern, r in OF_STEPS.items() if re.fullmatch(pattern, action)), None)


def of_other(role: str, action: str) -> str | None:
    """Return what exercises an action of another role than a step's, given as `<stack>/<role>`."""
    found = (r for name, pattern, r in OF_OTHERS if re.fullmatch(name, role) and re.fullmatch(pattern, action))
    return next(found, None)
