"""docs/policies: what the commands really ask of AWS is what the documented policies allow, and little else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cli.command import At
from cli.deployments import begin
from cli.images.builds import Image
from cli.ui.reading import task_times
from cli.verbs import release, rollback
from tests.cli.documented_policies import NEEDS_NOTHING, allowed, statements
from tests.cli.world import SERVICE, A, B, landed, landfall, record
from tests.steps import standin
from tests.support import builders as b

pytestmark = pytest.mark.usefixtures("aws")

NAMES = ("read", "release", "freeze", "dry-run")
CALLED_OTHERWISE = {"s3:ListObjectVersions": "s3:ListBucketVersions"}
"""Operations whose action has another name (Service Authorization Reference)."""
NOT_ANY_RESOURCE = {
    "ecs:DescribeTaskDefinition",
    "ecs:ListTasks",
    "lambda:GetAccountSettings",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListAWSDefaultServiceQuotas",
    "cloudwatch:DescribeAlarms",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
}
CLIENTS = {"states": "stepfunctions", "elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}
FOR_DYNAMODB = {"kms:ReEncrypt*", "kms:GenerateDataKey*"}


@pytest.fixture
def asked(at: At) -> Iterator[set[str]]:
    """Return what AWS is asked, as actions."""
    found: set[str] = set()

    def note(model: Any, **_: Any) -> None:
        action = f"{model.service_model.signing_name}:{model.name}"
        found.add(CALLED_OTHERWISE.get(action, action))

    at.cloud.session.events.register("before-call", note)
    yield found
    at.cloud.session.events.unregister("before-call", note)


def run(*words: str) -> None:
    """Run a command, which must not fail by a fault of its own."""
    result = landfall(words)
    assert "a bug in landfall" not in result.output, result.output


@pytest.fixture
def service(at: At) -> str:
    """Return a service on which two releases were proven."""
    revision = standin.make_service(image=f"registry/{standin.REPOSITORY}@{B}")
    standin.roll_out(digest=B)
    landed("20260101T000000Z", A, revision)
    landed("20260102T000000Z", B, revision)
    return SERVICE.name


def test_reading(asked: set[str], at: At, service: str) -> None:
    """Every command that only looks."""
    run("status")
    run("history")
    run("show")
    run("show", "--commit", A[7:47])
    run("verify-evidence")
    run("doctor")
    task_times.of(at.cloud.client("ecs"), SERVICE.cluster, SERVICE.service)
    assert {"dynamodb:Query", "dynamodb:GetItem", "ecs:DescribeServices", "ecr:BatchGetImage", "ecs:ListTasks"} <= asked
    assert asked - NEEDS_NOTHING <= allowed("read")


def test_releasing(asked: set[str], at: At, service: str) -> None:
    """A release of an image that is there, one whose push was lost, and a rollback."""
    begin.execution(at, SERVICE, Image(b.SHA, b.DIGEST, pushed=False), "why")
    begin.execution(at, SERVICE, Image(b.SHA, standin.push(digest=""), pushed=True), "")
    release._target(at, SERVICE, may_wait=False)
    rollback._target(at, SERVICE, "")
    assert "states:StartExecution" in asked
    assert asked - NEEDS_NOTHING <= allowed("release")


def test_freezing(asked: set[str], service: str) -> None:
    """Freezing, freezing again, lifting; with a deployment under way."""
    record("20260103T000000Z", b.OTHER_DIGEST)
    for words in (["freeze", "--reason", "x"], ["freeze", service, "--reason", "x", "--for", "1h"], ["unfreeze"]):
        run(*words)
    assert "dynamodb:PutItem" in asked
    assert asked - NEEDS_NOTHING <= allowed("freeze")


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_reaches_no_further_than_it_must(name: str) -> None:
    """No wildcard for an action, and for a resource only where AWS knows none."""
    for statement in statements(name):
        actions = set(statement["Action"])
        assert {a for a in actions if "*" in a} <= FOR_DYNAMODB
        if statement["Resource"] == ["*"]:
            assert actions <= NOT_ANY_RESOURCE
        assert actions & FOR_DYNAMODB == set() or "kms:ViaService" in statement["Condition"]["StringEquals"]


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_names_actions_that_there_are(name: str) -> None:
    """A misspelt action allows nothing."""
    otherwise = {action: operation for operation, action in CALLED_OTHERWISE.items()}
    for action in allowed(name) - FOR_DYNAMODB - {"s3:GetObjectVersion"}:  # GetObject of a version (S3 user guide)
        service, _, operation = otherwise.get(action, action).partition(":")
        client = standin.client(CLIENTS.get(service, service))
        assert operation in client.meta.service_model.operation_names


def test_who_reads_changes_nothing_and_who_releases_touches_no_service() -> None:
    """The steps alone change a service, and only who freezes writes a freeze."""
    verbs = ("Get", "Describe", "List", "Query", "BatchGet", "Decrypt", "Simulate")
    assert all(action.partition(":")[2].startswith(verbs) for action in allowed("read"))
    assert all(action.partition(":")[2].startswith((*verbs, "Filter")) for action in allowed("dry-run"))
    changing = {a for a in allowed("release") if not a.partition(":")[2].startswith(verbs)}
    assert changing == {"states:StartExecution"}
    writing = {a for a in allowed("freeze") if not a.partition(":")[2].startswith(verbs)} - FOR_DYNAMODB
    assert writing == {"dynamodb:PutItem", "kms:Encrypt"}


def test_who_releases_asks_the_front_and_starts_the_pipeline_only_to_go_back() -> None:
    """Without the statement for going back, a person can release their own service and no other."""
    started = {s["Sid"]: s["Resource"] for s in statements("release") if s["Action"] == ["states:StartExecution"]}
    machines = "arn:aws:states:REGION:ACCOUNT:stateMachine:landfall"
    assert started == {"AskForReleases": [f"{machines}-ask-SERVICE"], "GoBack": [machines]}
