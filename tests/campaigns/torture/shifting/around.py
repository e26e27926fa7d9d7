"""What stands around a service whose traffic ECS shifts: live weights, targets, alarms, and what people did."""

from __future__ import annotations

from collections.abc import Callable

from tests.campaigns.torture import picture as pictures
from tests.campaigns.torture import replies, worker_log
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.shifting import log
from tests.campaigns.torture.shifting.deployments import Strategies
from tests.campaigns.torture.shifting.facts import AlarmFact, StrategyFact
from tests.campaigns.torture.shifting.traffic import Traffic
from tests.campaigns.torture.surroundings import LOAD_BALANCER, ApiError, Reply

_RULE = LOAD_BALANCER.replace("loadbalancer", "listener-rule")
ROLE = "arn:aws:iam::123456789012:role/ecs-load-balancing"


class Around(Cloud):
    """The load balancer, CloudWatch, and time that goes on between two calls.

    `changed`: when a service deployment was continued or stopped through the API, and whose it was.
    """

    def __init__(self, scenario: Scenario, clock: Callable[[], float], told: StrategyFact) -> None:
        super().__init__(scenario, clock)
        self.told = told
        self.plays = Strategies(told, self.story.cast)
        self.story.plays = self.plays
        kind, old = ("listener/net", "listener-rule/app") if told.nlb else ("listener-rule/app", "listener-rule/app")
        ends = ("1111", "2222") if told.nlb else ("1111/3333", "2222/4444")
        production, test = (f"{_RULE.replace(old, kind)}/{end}" for end in ends)
        self.rules = {production: False, test: True} if told.test else {production: False}
        self.traffic = Traffic(told, self.plays, None)
        self.changed: list[tuple[float, str]] = []
        self.production, self.test = production, test

    def call(self, name: str, request: Reply) -> Reply:
        """Answer a call, of an AWS that has gone on. Raises ApiError."""
        self.plays.advance(self.clock())
        return super().call(name, request)

    def _weighted(self, arn: str, at: float) -> list[Reply]:
        """Return the forward action of a rule or listener: both groups, with the weights that they really have."""
        if arn not in self.rules:
            code = "ListenerNotFound" if "/net/" in arn else "RuleNotFound"
            raise ApiError(code, f"One or more rules not found: {arn}")
        groups, live = self.plays.groups(at), self.plays.live(at, self.rules[arn])
        weights = {groups[role]: weight for role, weight in live.items()}
        named = [(group, round(weights.get(n + 1, 0))) for n, group in enumerate(replies.groups(2))]
        pairs = [{"TargetGroupArn": group, "Weight": weight} for group, weight in named]
        sticky = {"TargetGroupStickinessConfig": {"Enabled": False}}
        return [{"Type": "forward", "Order": 1, "ForwardConfig": {"TargetGroups": pairs, **sticky}}]

    def _DescribeRules(self, request: Reply, at: float) -> Reply:  # noqa: N802
        asked = request.get("RuleArns") or [a for a in self.rules if a.startswith(f"{request.get('ListenerArn', '')}/")]
        condition = {"Field": "path-pattern", "Values": ["/*"], "PathPatternConfig": {"Values": ["/*"]}}
        usual = {"Priority": "10", "Conditions": [condition], "IsDefault": False}
        return {"Rules": [{"RuleArn": a, **usual, "Actions": self._weighted(a, at)} for a in asked]}

    def _DescribeListeners(self, request: Reply, at: float) -> Reply:  # noqa: N802
        if self.told.nlb:
            own = {arn: {"DefaultActions": self._weighted(arn, at)} for arn in self.rules}
        else:
            answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            own = {arn.rpartition("/")[0].replace("-rule", ""): {"DefaultActions": [answer]} for arn in self.rules}
        asked = request.get("ListenerArns") or list(own)
        if any(arn not in own for arn in asked):
            raise ApiError("ListenerNotFound", f"One or more listeners not found: {asked}")
        usual = {"LoadBalancerArn": LOAD_BALANCER, "Protocol": "TCP" if self.told.nlb else "HTTP"}
        ports = {arn: 80 + 8001 * n for n, arn in enumerate(own)}
        return {"Listeners": [{"ListenerArn": a, **usual, "Port": ports[a], **own[a]} for a in asked]}

    def _DescribeTargetHealth(self, request: Reply, at: float) -> Reply:  # noqa: N802
        look, of = self.story.look(at), self.plays.groups(at)
        group = replies.groups(2).index(request["TargetGroupArn"]) + 1
        mine = [t for t in look.tasks if of.get(t.fact.of) == group]
        states = [(t.address, *pictures.target_state(t, look.at, 1)) for t in mine]
        strangers = [(t.ip, t.port, t.state, t.reason) for t in look.targets if t.group == group]
        listed = [(ip, replies.PORT, state, why) for ip, state, why in states if state]
        return {"TargetHealthDescriptions": [replies.target(*one) for one in (*listed, *strangers)]}

    def _DescribeTargetGroups(self, request: Reply, at: float) -> Reply:  # noqa: N802
        found: list[Reply] = super()._DescribeTargetGroups(request, at)["TargetGroups"]
        asked = request.get("TargetGroupArns") or replies.groups(2)
        protocol = "TCP" if self.told.nlb else "HTTP"
        return {"TargetGroups": [{**found[0], "TargetGroupArn": arn, "Protocol": protocol} for arn in asked]}

    def _DescribeAlarms(self, request: Reply, at: float) -> Reply:  # noqa: N802
        names = request.get("AlarmNames") or sorted({a.name for a in self.told.alarms})
        known = {a.name for a in self.told.alarms}
        return {"MetricAlarms": [self._alarm(n, at) for n in names if n in known], "CompositeAlarms": []}

    def _alarm(self, name: str, at: float) -> Reply:
        facts = [(self._began(f, at), f) for f in self.told.alarms if f.name == name]
        held = [(b + f.at, f) for b, f in facts if b is not None and b + f.at <= at < b + f.until]
        since, state = -3600.0, "OK"
        if held:
            since, state = held[-1][0], "INSUFFICIENT_DATA" if held[-1][1].insufficient else "ALARM"
        times = {"StateUpdatedTimestamp": replies.moment(since), "StateTransitionedTimestamp": replies.moment(since)}
        arn = f"arn:aws:cloudwatch:{replies.REGION}:{replies.ACCOUNT}:alarm:{name}"
        return {"AlarmName": name, "AlarmArn": arn, "StateValue": state, "StateReason": "told", **times}

    def _began(self, fact: AlarmFact, at: float) -> float | None:
        if fact.stage or fact.weight >= 0:
            return self.plays.since(fact, at)
        return self.story.updated_at or 0.0

    def _FilterLogEvents(self, request: Reply, at: float) -> Reply:  # noqa: N802
        start, end = ((request[key] / 1000) - replies.EPOCH.timestamp() for key in ("startTime", "endTime"))
        found = log.lines(self._now(), self.story.look(at).tasks, start, min(end, at))
        return worker_log.filtered(found, request, at)

    def _now(self) -> Traffic:
        if self.traffic.updated != self.story.updated_at:
            self.traffic = Traffic(self.told, self.plays, self.story.updated_at)
        return self.traffic

    def _GetMetricData(self, request: Reply, at: float) -> Reply:  # noqa: N802
        return self._now().metric_data(request, at)
