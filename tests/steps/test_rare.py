"""What a step asks of AWS only now and then: then too its role must allow it, or the deployment stands still."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.models import stepfunctions_backends

from cli.loopback import free_port
from landfall.errors import StepOutputTooLarge
from landfall.model import Outcome
from landfall.smoke import lingering
from tests.steps import machine, standin
from tests.steps.shared.requests_for_a_lock import PUSHED, acquire, closed, code, later
from tests.steps.site import Site
from tests.support import builders as b

RECOVER = {"intent": "recover", "service": "sample", "deployment_id": PUSHED.deployment_id}
LOST = {
    "source": "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    "detail": {"executionArn": b.EXECUTION, "stateMachineArn": "landfall", "status": "ABORTED"},
}


@pytest.fixture
def balanced(site: Site) -> Any:
    """A service that is asked by its load balancer's name, with roles, a secret and an alarm. Its revision."""
    iam, secrets = standin.client("iam"), standin.client("secretsmanager")
    for role in ("task", "execution"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    secret = secrets.create_secret(Name="password", SecretString="x")["ARN"]
    standin.client("cloudwatch").put_metric_alarm(
        AlarmName="errors", MetricName="m", Namespace="n", Period=60, Statistic="Sum", Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": False}
    revision = standin.make_service(
        "balanced",
        container={"secrets": [{"name": "PASSWORD", "valueFrom": secret}]},
        task={"taskRoleArn": _role("task"), "executionRoleArn": _role("execution")},
        deploymentConfiguration={"alarms": alarms, "minimumHealthyPercent": 100, "maximumPercent": 200},
    )
    standin.balance("balanced", site.url.removeprefix("http://"))
    return revision


def _role(name: str) -> str:
    return f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/{name}"


def test_preflight_looks_at_what_the_way_back_leans_on(balanced: str, site: Site) -> None:
    """Roles, secret and alarm are there; the service is found by its load balancer."""
    answer = machine.invoke("preflight", {"release": asdict(b.release(service="balanced"))})
    assert answer["verdict"]["code"] == "READY"
    assert (answer["baseline"]["warnings"], answer["baseline"]["base_url"]) == ([], site.url)


@pytest.mark.parametrize("gone", ["role task", "secret"])
def test_preflight_refuses_a_way_back_that_leans_on_what_is_gone(balanced: str, gone: str) -> None:
    """A task could not be started again without it."""
    if gone == "secret":
        standin.client("secretsmanager").delete_secret(SecretId="password", ForceDeleteWithoutRecovery=True)
    else:
        standin.client("iam").delete_role(RoleName="task")
    answer = machine.invoke("preflight", {"release": asdict(b.release(service="balanced"))})
    assert answer["verdict"]["code"] == "WAY_BACK_CLOSED"
    assert gone.partition(" ")[0] in answer["verdict"]["reason"]


def test_the_roles_of_the_tasks_are_passed_on(balanced: str) -> None:
    """A revision keeps the roles of the one before: to register it takes the right to pass them."""
    release = machine.locked(b.release(service="balanced", image=f"registry/{standin.REPOSITORY}@{b.DIGEST}"))
    baseline = asdict(b.baseline(task_definition=balanced, restore_to=None))
    answer = machine.invoke("register_task_definition", {"release": asdict(release), "baseline": baseline})
    made = standin.client("ecs").describe_task_definition(taskDefinition=answer["deployment"]["task_definition"])
    assert made["taskDefinition"]["taskRoleArn"].endswith("role/task")


def test_the_way_back_is_to_the_release_that_was_proven(live: str) -> None:
    """Something else ran, which nobody proved: the image of the last proven release is looked up, and gone back to."""
    before = b.release(
        image_digest=b.OLD_DIGEST, deployment_id="20260101T000000Z-before", execution_arn=f"{b.EXECUTION}-before"
    )
    standin.open_record(before)
    landed = b.deployment(task_definition=live)
    machine.invoke("report", asdict(b.ended(Outcome.SUCCEEDED, release=before, deployment=landed)))
    by_hand = standin.register("sample", f"registry/{standin.REPOSITORY}@{b.OTHER_DIGEST}")
    release = machine.locked(b.release(image=f"registry/{standin.REPOSITORY}@{b.DIGEST}"))
    baseline = asdict(b.baseline(task_definition=by_hand, restore_to=None))
    answer = machine.invoke("register_task_definition", {"release": asdict(release), "baseline": baseline})
    assert answer["baseline"]["restore_to"] == live


def landed(name: str, revision: str, digest: str = b.OLD_DIGEST) -> None:
    """Put a deployment that proved that revision into the ledger."""
    release = b.release(image_digest=digest, deployment_id=name, execution_arn=f"{b.EXECUTION}-{name}")
    standin.open_record(release)
    proven = b.deployment(task_definition=revision)
    machine.invoke("report", asdict(b.ended(Outcome.SUCCEEDED, release=release, deployment=proven)))


def way_back_from(revision: str, **changes: Any) -> str:
    """Register the next release where that revision runs. Return what its failure would go back to."""
    release = machine.locked(b.release(image=f"registry/{standin.REPOSITORY}@{b.DIGEST}"))
    baseline = asdict(b.baseline(task_definition=revision, restore_to=None, **changes))
    answer = machine.invoke("register_task_definition", {"release": asdict(release), "baseline": baseline})
    return str(answer["baseline"]["restore_to"])


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x")])
@pytest.mark.parametrize("of", ["20260102T030400Z", "20990101T000000Z", "20200101T000000Z"])
def test_of_two_pushes_within_one_second_the_one_proven_last_comes_back(
    live: str, names: tuple[str, str], of: str
) -> None:
    """Whatever the random rest of their names is, and whatever time an id begins with."""
    second = standin.register("sample", f"registry/{standin.REPOSITORY}@{b.OLD_DIGEST}")
    landed(f"20260102T030400Z-{names[0]}", live)
    landed(f"{of}-{names[1]}", second)
    by_hand = standin.register("sample", f"registry/{standin.REPOSITORY}@{b.OTHER_DIGEST}")
    assert way_back_from(by_hand) == second


def test_what_ran_before_comes_back_if_it_was_proven_once(live: str) -> None:
    """Somebody put an older proven release back by hand: a failure goes back to that, not past it."""
    tags = [{"key": "landfall:deployment", "value": "20260101T000000Z-a"}]
    standin.client("ecs").tag_resource(resourceArn=live, tags=tags)
    landed("20260101T000000Z-a", live)
    landed("20260101T000001Z-b", standin.register("sample", f"registry/{standin.REPOSITORY}@{b.OLD_DIGEST}"))
    assert way_back_from(live) == live


def test_a_deployment_that_could_not_be_recovered_is_not_begun(live: str) -> None:
    """More dead targets than the answer of a recovery has room for: no revision is registered, the way out is said."""
    with pytest.raises(StepOutputTooLarge, match="deregister dead targets"):
        way_back_from(live, dead_targets=[f"10.0.{n // 250}.{n % 250}:8080" for n in range(900)])
    assert standin.client("ecs").list_task_definitions()["taskDefinitionArns"] == [live]


def test_a_lock_is_taken_from_an_execution_that_is_gone() -> None:
    """It closed its record, and was stopped before it could give the lock back."""
    second = later(PUSHED, 5, by_push=False)
    for release in (PUSHED, second):
        standin.open_record(release)
    first = replace(PUSHED, fence=acquire(PUSHED)["release"]["fence"])
    closed(first, Outcome.REJECTED)
    assert code(acquire(second)) == "LOCKED_BY_ANOTHER"
    standin.client("stepfunctions").stop_execution(executionArn=b.EXECUTION)
    assert code(acquire(second)) == "LOCKED"


@pytest.mark.parametrize("document", [RECOVER, LOST], ids=["by name", "by event"])
def test_a_recovery_asks_what_became_of_the_execution(document: dict[str, Any]) -> None:
    """By its record or by its execution, and whether it holds the lock."""
    standin.open_record(PUSHED)
    acquire(PUSHED)
    execution = {**machine.EXECUTION, "arn": f"{b.EXECUTION}-recovery", "deployment_id": "20260102T040000Z-recovery"}
    wanted = {"input": json.loads(json.dumps(document).replace('"landfall"', json.dumps(standin.machine_arn())))}
    assert machine.invoke("resolve", {**wanted, "execution": execution})["way"] == "IGNORED"  # it runs
    standin.client("stepfunctions").stop_execution(executionArn=b.EXECUTION)
    assert machine.invoke("resolve", {**wanted, "execution": execution})["way"] == "STOPPED"


def test_an_execution_that_succeeded_tells_by_its_history_what_became_of_it() -> None:
    """Its record is open, since its Report failed: where it ended is read, and nothing that was proven is undone."""
    standin.open_record(PUSHED)
    (execution,) = stepfunctions_backends[DEFAULT_ACCOUNT_ID][standin.REGION].state_machines[0].executions
    execution.status = "SUCCEEDED"
    recovery = {**machine.EXECUTION, "arn": f"{b.EXECUTION}-recovery"}
    answer = machine.invoke("resolve", {"input": RECOVER, "execution": recovery})
    assert (answer["way"], answer["outcome"]) == ("STOPPED", "REJECTED")  # moto's history ends in a state of its own


LAST = 5
"""The look that decides: `smoke_attempts`."""


def _preflight(attempt: int = 1, **changes: Any) -> Any:
    """Invoke Preflight for a release of the service whose settings name no address."""
    return machine.invoke(
        "preflight", {"release": asdict(b.release(service="balanced")), "attempt": attempt, **changes}
    )


def _behind_network(port: int, protocol: str = "TCP") -> None:
    """Make the service, with one listener on a port of this machine."""
    standin.make_service("balanced", protocol=protocol)
    standin.balance("balanced", "127.0.0.1", port, protocol)


def test_it_is_asked_at_its_listener(site: Site) -> None:
    """The baseline remembers that older tasks may be reached for a while."""
    _behind_network(urlsplit(site.url).port or 0)
    answer = _preflight()
    assert answer["verdict"]["code"] == "READY"
    assert (answer["baseline"]["base_url"], answer["baseline"]["lingers"]) == (site.url, True)


@pytest.mark.parametrize(("attempt", "state", "code"), [(1, "WAIT", "BASELINE_UNANSWERED"), (LAST, "FAIL", "NO_HTTP")])
def test_what_never_answers_over_http_is_refused(site: Site, attempt: int, state: str, code: str) -> None:
    """It may speak another protocol: every good release would be rolled back. The refusal names the way out."""
    _behind_network(free_port())
    verdict = _preflight(attempt)["verdict"]
    assert (verdict["state"], verdict["code"]) == (state, code)
    assert state == "WAIT" or "services.balanced.base_url" in verdict["reason"]


def test_what_has_no_healthy_target_is_not_refused(site: Site) -> None:
    """It is down, and a new release is how to fix it."""
    _behind_network(free_port())
    group = standin.service_of("balanced").load_balancers[0]["targetGroupArn"]
    elb = standin.client("elbv2")
    for each in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
        elb.deregister_targets(TargetGroupArn=group, Targets=[each["Target"]])
    assert _preflight(LAST)["verdict"]["code"] == "READY"


@pytest.mark.parametrize("protocol", ["UDP", "TLS"])
def test_what_can_not_be_asked_is_refused(site: Site, protocol: str) -> None:
    """Over UDP there is no HTTP, and no certificate is for the load balancer's own name."""
    _behind_network(8443, protocol)
    verdict = _preflight()["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "NO_ADDRESS")
    assert protocol in verdict["reason"]
    assert "services.balanced.base_url" in verdict["reason"]


def test_instances_are_no_tasks(site: Site) -> None:
    """The group's type is refused before anything is asked of the service."""
    standin.make_service("balanced")
    (group,) = standin.client("elbv2").describe_target_groups(Names=["balanced"])["TargetGroups"]
    standin.target_group(group["TargetGroupArn"]).target_type = "instance"
    verdict = _preflight()["verdict"]
    assert verdict["code"] == "UNSUPPORTED_SERVICE"
    assert "'instance'" in verdict["reason"]


@pytest.mark.parametrize(("lingers", "expected"), [(True, "WAIT SMOKE_UNSETTLED"), (False, "FAIL SMOKE_FAILED")])
def test_another_commit_may_be_an_older_task(live: str, site: Site, lingers: bool, expected: str) -> None:
    """Behind a Network Load Balancer it is asked again, after long enough; behind another it is final."""
    site.sha = b.OLD_SHA
    baseline = b.baseline(base_url=site.url, lingers=lingers)
    verdict = machine.invoke("smoke_test", asdict(b.judged(baseline=baseline)))["verdict"]
    assert f"{verdict['state']} {verdict['code']}" == expected
    assert verdict["retry_after"] == (lingering.pause(b.release().limits) if lingers else 1)
