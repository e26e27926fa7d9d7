"""The gates of a canary service: what the steps read, which calls they make, and that none is made too much."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from landfall.model import Release
from tests.steps import machine, standin
from tests.steps.site import Site
from tests.steps.test_preflight import preflight
from tests.support import builders as b

GROUP = "/shifted"
OPTIONS = {"awslogs-group": GROUP, "awslogs-stream-prefix": "shifted", "awslogs-region": standin.REGION}
WRITES: Any = {"logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}
BELOW = f"arn:aws:ecs:{standin.REGION}:123456789012"
HOOK = "ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNStf4WLKw"
STAGES = {
    "before": "POST_TEST_TRAFFIC_SHIFT",
    "shift": "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "bake": "POST_PRODUCTION_TRAFFIC_SHIFT",
}


class Shifting:
    """A canary deployment of `shifted` that waits at a gate: what moto lacks of it."""

    def __init__(self, revision: str, old: str, groups: tuple[str, str]) -> None:
        self.began = datetime.now(UTC) - timedelta(minutes=5)
        self.arn = f"{BELOW}:service-deployment/{standin.CLUSTER}/shifted/one"
        self.runs = {f"{BELOW}:service-revision/{standin.CLUSTER}/shifted/{n}": r for n, r in ((1, old), (2, revision))}
        self.groups = dict(zip(self.runs, groups, strict=True))
        self.stage, self.status, self.hook, self.weight = STAGES["before"], "IN_PROGRESS", "AWAITING_ACTION", 0.0
        self.asked: list[dict[str, Any]] = []
        self.refuses, self.takes = "", True

    def told(self) -> dict[str, Any]:
        """Return the service deployment."""
        source, target = self.runs
        hook = {"hookId": HOOK, "targetType": "PAUSE", "status": self.hook, "timeoutAction": "ROLLBACK"}
        return {
            "serviceDeploymentArn": self.arn,
            "status": self.status,
            "createdAt": self.began.timestamp(),
            "lifecycleStage": self.stage,
            "targetServiceRevision": {"arn": target, "requestedProductionTrafficWeight": self.weight},
            "sourceServiceRevisions": [{"arn": source, "requestedProductionTrafficWeight": 100 - self.weight}],
            "lifecycleHookDetails": [hook],
        }

    def answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer from now on."""
        target = list(self.runs)[1]

        def listed(response: Any) -> ActionResult:
            short = {key: self.told()[key] for key in ("serviceDeploymentArn", "status", "createdAt")}
            wanted = response._get_param("status") or [self.status]
            found = [{**short, "targetServiceRevisionArn": target}] if self.status in wanted else []
            return ActionResult({"serviceDeployments": found})

        def described(_: Any) -> ActionResult:
            return ActionResult({"serviceDeployments": [self.told()], "failures": []})

        def revisions(_: Any) -> ActionResult:
            found = [
                {
                    "serviceRevisionArn": arn,
                    "taskDefinition": runs,
                    "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": self.groups[arn]}]},
                }
                for arn, runs in self.runs.items()
            ]
            return ActionResult({"serviceRevisions": found, "failures": []})

        def go_on(response: Any) -> ActionResult:
            return self._done(response, hook="SUCCEEDED")

        def stop(response: Any) -> ActionResult:
            return self._done(response, status="ROLLBACK_REQUESTED")

        methods = {
            "list_service_deployments": listed,
            "describe_service_deployments": described,
            "describe_service_revisions": revisions,
            "continue_service_deployment": go_on,
            "stop_service_deployment": stop,
        }
        for name, method in methods.items():
            monkeypatch.setattr(EC2ContainerServiceResponse, name, method, raising=False)

    def _done(self, response: Any, **changes: str) -> ActionResult:
        self.asked.append(dict(response.request_params if hasattr(response, "request_params") else {}))
        if self.takes:
            vars(self).update(changes)
        if self.refuses:
            raise JsonRESTError(self.refuses, "told by the test")
        return ActionResult({"serviceDeploymentArn": self.arn})


@pytest.fixture
def release() -> Release:
    """The release, with the lock."""
    return machine.locked(b.release(service="shifted", repository="landfall/shifted"))


@pytest.fixture
def shifting(site: Site, monkeypatch: pytest.MonkeyPatch) -> Shifting:
    """A canary deployment whose new tasks run, at its first gate."""
    elb = standin.client("elbv2")
    revision = standin.make_service("shifted", container=WRITES)
    standin.balance("shifted", site.url.removeprefix("http://"))
    vpc = elb.describe_target_groups(Names=["shifted"])["TargetGroups"][0]["VpcId"]
    other = elb.create_target_group(Name="blue", Protocol="HTTP", Port=1, VpcId=vpc, TargetType="ip")
    blue = other["TargetGroups"][0]["TargetGroupArn"]
    green = elb.describe_target_groups(Names=["shifted"])["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.describe_load_balancers(Names=["shifted"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    weights = [{"TargetGroupArn": blue, "Weight": 100}, {"TargetGroupArn": green, "Weight": 0}]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Rules"][0]["RuleArn"]
    standin.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="x",
        MetricName="x",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    service = standin.service_of("shifted")
    test = elb.create_rule(
        ListenerArn=listener,
        Priority=2,
        Conditions=[{"Field": "path-pattern", "Values": ["/test"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Rules"][0]["RuleArn"]
    named = {"productionListenerRule": rule, "testListenerRule": test, "roleArn": "arn:aws:iam::123456789012:role/x"}
    advanced = {"alternateTargetGroupArn": blue, **named}
    service.load_balancers = [{**service.load_balancers[0], "advancedConfiguration": advanced}]
    hooks = [{"targetType": "PAUSE", "lifecycleStages": list(STAGES.values())}]
    service.deployment_configuration = {"strategy": "CANARY", "lifecycleHooks": hooks}
    made = Shifting(revision, standin.register("before", f"registry/x@{b.OLD_DIGEST}", **WRITES), (blue, green))
    made.answer(monkeypatch)
    return made


def waiting(shifting: Shifting, release: Release, gate: Any = None) -> dict[str, Any]:
    """Return what JudgeGate and ContinueGate are given."""
    now = datetime.now(UTC)
    deployment = b.deployment(
        id=standin.service_of("shifted").deployments[0]["id"],
        task_definition=list(shifting.runs.values())[1],
        digests={"app": (b.OLD_DIGEST,)},
        git_sha=b.OLD_SHA,
        updated_at=(now - timedelta(minutes=6)).isoformat(),
        deadline=(now + timedelta(minutes=15)).isoformat(),
    )
    baseline = b.baseline(base_url="", task_definition=next(iter(shifting.runs.values())))
    given = {"release": asdict(release), "baseline": asdict(baseline), "deployment": asdict(deployment)}
    return {**given, "counted": None, "gate": gate}


def judged(shifting: Shifting, release: Release, url: str, gate: Any = None) -> Any:
    """Judge the gate once."""
    event = {**waiting(shifting, release, gate), "previous": "AT_GATE"}
    return machine.invoke("judge_gate", {**event, "baseline": {**event["baseline"], "base_url": url}})


def test_before_traffic(shifting: Shifting, release: Release, site: Site) -> None:
    """The new tasks, the smoke test through the test listener with its header, and the comparison; then it passes."""
    codes, gate = [], None
    for _ in range(3):
        seen = judged(shifting, release, site.url, gate)
        codes.append(seen["verdict"]["code"])
        gate = seen["gate"]
    assert codes == ["GREEN_HEALTHY", "GREEN_ANSWERED", "BEFORE_TRAFFIC_PASSED"]
    assert any("yes" in asked.values() for asked in site.asked)


def test_the_first_shift_is_continued_at_once(shifting: Shifting, release: Release, site: Site) -> None:
    """At weight 0 users don't meet the release."""
    shifting.stage = STAGES["shift"]
    assert judged(shifting, release, site.url)["verdict"]["code"] == "FIRST_SHIFT"


def test_weights_that_disagree_decide_nothing(shifting: Shifting, release: Release, site: Site) -> None:
    """What ECS asked for never stands in for what the load balancer does."""
    shifting.stage, shifting.weight = STAGES["shift"], 10.0
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("WAIT", "WEIGHTS_DISAGREE")


def baking(shifting: Shifting) -> None:
    """Give the new tasks all traffic."""
    shifting.stage, shifting.weight = STAGES["bake"], 100.0
    elb, (blue, green) = standin.client("elbv2"), shifting.groups.values()
    rule = standin.service_of("shifted").load_balancers[0]["advancedConfiguration"]["productionListenerRule"]
    weights = [{"TargetGroupArn": blue, "Weight": 0}, {"TargetGroupArn": green, "Weight": 100}]
    elb.modify_rule(RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}])


def wrote(task: Any, text: str, minutes: range) -> None:
    """Let a task write a hundred lines in each of these minutes before now."""
    logs, stream = standin.client("logs"), f"shifted/app/{task.task_arn.rpartition('/')[2]}"
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    for ago in minutes:
        at = int((datetime.now(UTC) - timedelta(minutes=ago)).replace(second=5).timestamp() * 1000)
        events = [{"timestamp": at + n, "message": text} for n in range(100)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


@pytest.mark.parametrize(
    ("said", "code"),
    [("ERROR no database", "LOG_ERRORS_WORSE"), ("INFO served", "TOO_FEW_REQUESTS"), (None, "TOO_FEW_REQUESTS")],
    ids=["errors", "as before", "nothing"],
)
def test_errors_that_only_the_log_has(
    shifting: Shifting, release: Release, site: Site, said: str | None, code: str
) -> None:
    """They fail the bake. A minute is read once, and what was counted travels with the gate."""
    baking(shifting)
    standin.client("logs").create_log_group(logGroupName=GROUP)
    old = standin.start("shifted", b.OLD_DIGEST)
    old.task_definition_arn = next(iter(shifting.runs.values()))
    wrote(old, "INFO served", range(18, 9, -1))
    if said:
        wrote(standin.tasks_of("shifted")[0], said, range(8, 2, -1))
    began = (datetime.now(UTC) - timedelta(minutes=9)).isoformat()
    ends = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    at = {"service_deployment": shifting.arn, "hook": HOOK, "gate": "bake", "began": began, "ends": ends}
    seen = judged(shifting, release, site.url, {**at, "phase": began})
    assert seen["verdict"]["code"] == code
    known = seen["gate"]["logged"]
    assert len(known) == 12
    assert judged(shifting, release, site.url, seen["gate"])["gate"]["logged"][:12] == known


def test_the_bake_reads_traffic_and_alarms(shifting: Shifting, release: Release, site: Site) -> None:
    """At 100 % CloudWatch is asked; without traffic it waits."""
    baking(shifting)
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("WAIT", "TOO_FEW_REQUESTS")
    standin.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="x")
    verdict = judged(shifting, release, site.url)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "ALARM_RED")


def opened(shifting: Shifting, release: Release, hook: str = HOOK) -> Any:
    """Continue from a gate that passed."""
    gate = {"service_deployment": shifting.arn, "hook": hook}
    return machine.invoke("continue_gate", waiting(shifting, release, gate))["verdict"]


def test_a_gate_that_passed_is_continued(shifting: Shifting, release: Release) -> None:
    """Once, and only while it waits: a second try finds that the hook was taken."""
    assert opened(shifting, release)["code"] == "GATE_CONTINUED"
    assert opened(shifting, release)["code"] == "GATE_LEFT"
    assert len(shifting.asked) == 1


def test_another_gate_is_not_continued(shifting: Shifting, release: Release) -> None:
    """Between the verdict and the call somebody may have continued: the next gate was not judged."""
    assert opened(shifting, release, "ecs-pause-of-before")["code"] == "GATE_LEFT"
    assert shifting.asked == []


@pytest.mark.parametrize("error", ["InvalidParameterException", "ServerException"])
def test_a_lost_reply_to_continue(shifting: Shifting, release: Release, error: str) -> None:
    """Whether ECS took it is read from the hook, not from the error."""
    shifting.refuses = error
    assert opened(shifting, release)["code"] == "GATE_CONTINUED"


def test_a_refused_continue_is_tried_again(shifting: Shifting, release: Release) -> None:
    """The hook still waits, so the step fails and the machine tries it again."""
    shifting.refuses, shifting.takes = "InvalidParameterException", False
    with pytest.raises(Exception, match="InvalidParameterException"):
        opened(shifting, release)


def test_without_the_lock_nothing_is_continued(shifting: Shifting, release: Release) -> None:
    """Another execution goes on from here."""
    assert opened(shifting, replace(release, fence=release.fence + 1))["code"] == "LOCK_LOST"
    assert shifting.asked == []


def went_back(shifting: Shifting, release: Release) -> Any:
    """Go back."""
    event = waiting(shifting, release)
    return machine.invoke("rollback", {k: event[k] for k in ("release", "baseline", "deployment")})


def test_going_back_stops_the_service_deployment(shifting: Shifting, release: Release) -> None:
    """ECS rolls it back, the service isn't updated, and what ran before is what is to be proven."""
    answer = went_back(shifting, release)
    assert (answer["verdict"]["code"], shifting.status) == ("ROLLING_BACK", "ROLLBACK_REQUESTED")
    back = answer["deployment"]
    assert (back["id"], back["task_definition"]) == (shifting.arn, next(iter(shifting.runs.values())))
    went_back(shifting, release)
    assert len(shifting.asked) == 1


def test_ecs_goes_back_by_itself(shifting: Shifting, release: Release) -> None:
    """It is joined, not ordered again."""
    shifting.status = "ROLLBACK_IN_PROGRESS"
    assert went_back(shifting, release)["verdict"]["code"] == "ROLLING_BACK"
    assert shifting.asked == []


LIVE: Any = {
    "service": "shifted",
    "repository": "landfall/shifted",
    "image_digest": b.OLD_DIGEST,
    "accepted_digests": (b.OLD_DIGEST,),
    "git_sha": b.OLD_SHA,
}


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ({"status": "SUCCESSFUL"}, "ALREADY_LIVE"),
        ({"status": "ROLLBACK_SUCCESSFUL"}, "READY"),
        ({"status": "ROLLBACK_FAILED"}, "READY"),
    ],
)
def test_a_release_of_what_runs_already(shifting: Shifting, site: Site, ends: dict[str, str], code: str) -> None:
    """It is live only if its own service deployment ended well: one that was rolled back proves nothing."""
    baking(shifting)
    vars(shifting).update({**ends, "stage": "CLEAN_UP", "hook": "SUCCEEDED"})
    standin.service_of("shifted").current_service_deployment = shifting.arn
    assert preflight(**LIVE)["verdict"]["code"] == code


def test_traffic_elsewhere_is_not_live(shifting: Shifting, site: Site) -> None:
    """ECS says SUCCESSFUL, and the live rule sends all traffic to the other target group."""
    vars(shifting).update(status="SUCCESSFUL", stage="CLEAN_UP", hook="SUCCEEDED")
    assert preflight(**LIVE)["verdict"]["code"] == "READY"
