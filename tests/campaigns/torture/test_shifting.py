"""The played strategies' own rules: stages, hooks, weights, the way back, and what CloudWatch has of it when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.campaigns.torture import replies, roles, virtual
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.replies import moment
from tests.campaigns.torture.scenario import held_out, made, scenario, scenarios, templates
from tests.campaigns.torture.shifting.cloud import StrategyCloud, cloud_of
from tests.campaigns.torture.surroundings import LOAD_BALANCER, ApiError

SHIFTED: dict[str, Any] = {
    "id": "x",
    "title": "x",
    "why": "x",
    "theme": "x",
    "expected": "SUCCEEDED",
    "rollout": "shifted",
}


class Service:
    """A service with a strategy whose update has just begun, at second 0."""

    def __init__(self, **strategy: Any) -> None:
        self.clock = Clock()
        cloud = cloud_of(made(SHIFTED | {"strategy": strategy}, templates()), self.clock)
        assert isinstance(cloud, StrategyCloud)
        self.cloud = cloud
        new = cloud.call("RegisterTaskDefinition", dict(cloud.definitions[roles.revision_arn(1)]))
        self.ours = new["taskDefinition"]["taskDefinitionArn"]
        cloud.call("UpdateService", {"taskDefinition": self.ours})

    def at(self, seconds: float) -> dict[str, Any]:
        """Go on to a second, and return the newest service deployment."""
        self.clock.now = seconds
        arn = self.service()["currentServiceDeployment"]
        reply = self.cloud.call("DescribeServiceDeployments", {"serviceDeploymentArns": [arn]})
        return dict(reply["serviceDeployments"][0])

    def service(self) -> dict[str, Any]:
        """Return the service."""
        return dict(self.cloud.call("DescribeServices", {})["services"][0])

    def weights(self, rule: str = "") -> list[int]:
        """Return the live weights of both groups."""
        reply = self.cloud.call("DescribeRules", {"RuleArns": [rule or self.cloud.production]})
        return [g["Weight"] for g in reply["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]]

    def answered(self, action: str = "CONTINUE") -> dict[str, Any]:
        """Answer the hook that waits."""
        told = self.at(self.clock.now)
        hook = next(h["hookId"] for h in told["lifecycleHookDetails"] if h["status"] == "AWAITING_ACTION")
        named = {"serviceDeploymentArn": told["serviceDeploymentArn"], "hookId": hook, "action": action}
        self.cloud.call("ContinueServiceDeployment", named)
        return named


def test_a_canary_from_gate_to_gate() -> None:
    """Each gate waits until somebody answers it, and weights change only behind the gate."""
    service = Service(name="CANARY", step_bake=2)
    seen = []
    for _ in range(5):
        told = service.at(service.clock.now + 300)
        seen.append((told["lifecycleStage"], service.weights(), service.weights(service.cloud.test)))
        if told["status"] == "IN_PROGRESS":
            service.answered()
    assert seen == [
        ("POST_TEST_TRAFFIC_SHIFT", [100, 0], [0, 100]),
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", [100, 0], [0, 100]),
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", [90, 10], [0, 100]),
        ("POST_PRODUCTION_TRAFFIC_SHIFT", [0, 100], [0, 100]),
        ("CLEAN_UP", [0, 100], [0, 100]),
    ]
    assert told["status"] == "SUCCESSFUL"
    assert service.service()["runningCount"] == 2


def test_a_used_hook_is_dead() -> None:
    """A hook takes one answer (Developer Guide, "Continue service deployments")."""
    service = Service()
    service.at(100)
    used = service.answered()
    with pytest.raises(ApiError, match="InvalidParameterException"):
        service.cloud.call("ContinueServiceDeployment", used)


@pytest.mark.parametrize(("then", "ends"), [("ROLLBACK", "ROLLBACK_SUCCESSFUL"), ("CONTINUE", "IN_PROGRESS")])
def test_a_hook_times_out(then: str, ends: str) -> None:
    """Its action is done, and the hook says that nobody answered it."""
    told = Service(minutes=10, then=then).at(800)
    assert (told["status"], told["lifecycleHookDetails"][0]["status"]) == (ends, "TIMED_OUT")


def test_the_way_back() -> None:
    """Stopped, the source has all traffic again, its revision is PRIMARY, and the new tasks end."""
    service = Service()
    arn = service.at(100)["serviceDeploymentArn"]
    service.answered()
    assert service.at(200)["lifecycleStage"] == "POST_PRODUCTION_TRAFFIC_SHIFT"
    assert service.weights() == [0, 100]
    service.cloud.call("StopServiceDeployment", {"serviceDeploymentArn": arn, "stopType": "ROLLBACK"})
    assert service.at(201)["status"] == "ROLLBACK_REQUESTED"
    told = service.at(300)
    assert (told["status"], service.weights()) == ("ROLLBACK_SUCCESSFUL", [100, 0])
    assert told["rollback"]["serviceRevisionArn"] == told["sourceServiceRevisions"][0]["arn"]
    assert [d["taskDefinition"] for d in service.service()["deployments"]] == [roles.revision_arn(1)]
    assert service.service()["runningCount"] == 2
    with pytest.raises(ApiError, match="ConflictException"):
        service.cloud.call("StopServiceDeployment", {"serviceDeploymentArn": arn})


def test_a_newer_deployment_ends_an_older_one() -> None:
    """The older is STOPPED, its hook is dead, and its share of the traffic goes back to the source."""
    service = Service(hands=[{"do": "other", "stage": "POST_PRODUCTION_TRAFFIC_SHIFT", "at": 50}])
    first = service.at(100)["serviceDeploymentArn"]
    service.answered()
    newest = service.at(200)
    older = service.cloud.call("DescribeServiceDeployments", {"serviceDeploymentArns": [first]})
    assert older["serviceDeployments"][0]["status"] == "STOPPED"
    revision = newest["targetServiceRevision"]["arn"]
    made_of = service.cloud.call("DescribeServiceRevisions", {"serviceRevisionArns": [revision]})["serviceRevisions"]
    assert made_of[0]["taskDefinition"] == roles.revision_arn(900)
    assert service.weights() == [100, 0]


def test_a_rule_that_does_not_follow() -> None:
    """What ECS asked for and what the rule has are two things."""
    service = Service(name="CANARY", weights=[{"asked": 10, "live": 0, "until": 60}])
    for _ in range(2):
        service.at(service.clock.now + 100)
        service.answered()
    told = service.at(service.clock.now + 30)
    assert (told["targetServiceRevision"]["requestedProductionTrafficWeight"], service.weights()) == (10.0, [100, 0])
    service.at(service.clock.now + 60)
    assert service.weights() == [90, 10]


def test_metrics_come_late_and_in_part() -> None:
    """A minute's requests grow until it is three minutes old; without a 5xx there is no series of them."""
    service = Service(name="CANARY", percent=50, traffic=[{"of": "ours", "errors": 0.1, "p95": 0.5}])
    for _ in range(2):
        service.at(service.clock.now + 100)
        service.answered()
    service.at(595)  # 03:14:00, the beginning of a minute
    group = replies.groups(2)[1].rpartition(":")[2]
    ours = {"TargetGroup": group, "LoadBalancer": LOAD_BALANCER.partition("loadbalancer/")[2]}

    def value(metric: str, stat: str, minute: float) -> list[float]:
        of = {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": metric,
            "Dimensions": [{"Name": k, "Value": v} for k, v in ours.items()],
        }
        query = {"Id": "x", "MetricStat": {"Metric": of, "Period": 60, "Stat": stat}}
        window = {"StartTime": moment(minute), "EndTime": moment(minute) + timedelta(seconds=60)}
        reply = service.cloud.call("GetMetricData", {"MetricDataQueries": [query], **window})
        return list(reply["MetricDataResults"][0]["Values"])

    seen = []
    for age in (30, 60, 180, 300):
        service.clock.now = 595 + age
        seen.append(value("RequestCount", "Sum", 595))
    assert [len(v) for v in seen] == [0, 1, 1, 1]
    assert seen[1][0] < seen[2][0] == seen[3][0] == 300
    assert value("HTTPCode_Target_5XX_Count", "Sum", 595) == [30.0]
    assert value("TargetResponseTime", "p95", 595) == [0.5]
    ours["TargetGroup"] = "targetgroup/nobody/1"
    assert value("RequestCount", "Sum", 595) == []


def test_an_alarm_at_a_stage() -> None:
    """Red from a stage's beginning on, and not before."""
    service = Service(alarms=[{"name": "errors", "at": 10, "stage": "POST_TEST_TRAFFIC_SHIFT"}])
    states = []
    for at in (50, 60, 90):
        service.clock.now = at
        reply = service.cloud.call("DescribeAlarms", {"AlarmNames": ["errors"]})
        states.append(reply["MetricAlarms"][0]["StateValue"])
    assert states == ["OK", "OK", "ALARM"]


TAKEN_BACK = (
    "somebody-presses-rollback",
    "our-hook-times-out",
    "ecs-alarm-rolls-back",
    "breaker-rolls-back-in-scale-up",
    "too-little-traffic-means-back",
    "canary-5xx",
)


@pytest.mark.long
def test_each_cause_has_its_own_code() -> None:
    """A program can tell a person, a timeout, an alarm, the breaker and Landfall's own gates apart."""
    codes = [virtual.run(scenario(name)).code for name in TAKEN_BACK]
    assert all(codes)
    assert len(set(codes)) == len(TAKEN_BACK), dict(zip(TAKEN_BACK, codes, strict=True))


def test_there_are_enough_strategies() -> None:
    """At least twenty-five, of every strategy, each with its source, and eight that are kept apart."""
    told = [(s, s.strategy) for s in scenarios() if s.strategy]
    assert len(told) >= 25
    assert {strategy.name for _, strategy in told} == {"BLUE_GREEN", "CANARY", "LINEAR"}
    assert all(s.source for s, _ in told)
    assert sum(bool(s.strategy) for s in held_out()) >= 8
