"""What CloudWatch has of the requests to the two target groups, as it gives it: by the minute, late, in part at first.

Facts: Elastic Load Balancing, "CloudWatch metrics for your Application Load Balancer" (every 60 s, only when requests
flow, no 5xx series where there is no 5xx); the newest minute is partial and still changes (Netflix/atlas#1300).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tests.campaigns.torture import replies
from tests.campaigns.torture.replies import moment
from tests.campaigns.torture.shifting.deployments import Strategies
from tests.campaigns.torture.shifting.facts import StrategyFact, TrafficFact
from tests.campaigns.torture.surroundings import LOAD_BALANCER, ApiError

MINUTE, SAMPLES = 60.0, 12
FIRST_SEEN, SETTLED = 45.0, 180.0
"""Seconds after a minute's beginning at which a part of it shows, and all of it."""
USUAL = TrafficFact("", errors=0.001, p50=0.05, p95=0.12, lost=0, refused=0, lines=0, log_errors=0)
_SECONDS = replies.EPOCH.second
"""CloudWatch's minutes begin on the clock's, the scenario begins within one."""
Request = dict[str, Any]
Counted = tuple[float, int, TrafficFact]
"""Requests, 5xx answers, and what else is so."""


@dataclass(frozen=True)
class Traffic:
    """The requests to a service with a strategy. `updated`: when the release's update was."""

    told: StrategyFact
    plays: Strategies
    updated: float | None
    _over: dict[tuple[int, float], Counted] = field(default_factory=dict, repr=False)

    def metric_data(self, request: Request, now: float) -> dict[str, Any]:
        """Answer GetMetricData. Raises ApiError for a metric that a scenario does not know."""
        start, end = ((request[key] - replies.EPOCH).total_seconds() for key in ("StartTime", "EndTime"))
        first = math.ceil((start + _SECONDS) / MINUTE) * MINUTE - _SECONDS
        minutes = [first + MINUTE * n for n in range(max(0, math.ceil((min(end, now) - first) / MINUTE)))]
        results = []
        for query in request["MetricDataQueries"]:
            group, metric, stat = _asked(query)
            found = [(m, self._value(group, metric, stat, (m, now))) for m in minutes]
            points = [(moment(m), v) for m, v in found if v is not None]
            if request.get("ScanBy", "TimestampDescending") == "TimestampDescending":
                points.reverse()
            head = {"Id": query["Id"], "Label": query.get("Label", metric), "StatusCode": "Complete"}
            results.append({**head, "Timestamps": [t for t, _ in points], "Values": [v for _, v in points]})
        return {"MetricDataResults": results, "Messages": []}

    def _value(self, group: int, metric: str, stat: str, when: tuple[float, float]) -> float | None:
        """Return what shows of a minute, given its beginning and the time now; None where nothing does."""
        minute, now = when
        age = now - minute
        if not group or age < FIRST_SEEN or self.told.nlb:
            return None
        whole, errors, fact = self._minute(group, minute, now)
        share = min(1.0, 0.05 + 0.95 * (age - FIRST_SEEN) / (SETTLED - FIRST_SEEN))
        requests = math.floor(whole * share)
        if fact.absent or requests < 1:
            return None
        if (metric, stat) == ("RequestCount", "Sum"):
            return float(requests)
        if (metric, stat) == ("HTTPCode_Target_5XX_Count", "Sum"):
            seen = errors if fact.early_errors else math.floor(errors * share)
            return float(min(seen, requests)) or None
        answered = requests - min(errors, requests) - math.floor(requests * (fact.lost or 0))
        refused = min(answered, math.floor(requests * (fact.refused or 0)))
        codes = {"HTTPCode_Target_2XX_Count": answered - refused, "HTTPCode_Target_4XX_Count": refused}
        if (metric in codes or metric == "HTTPCode_Target_3XX_Count") and stat == "Sum":
            return float(codes.get(metric, 0)) or None
        if metric == "TargetResponseTime" and stat in ("p50", "p95"):
            return fact.p50 if stat == "p50" else fact.p95
        raise ApiError("ValidationError", f"the replay knows no {stat} of {metric}")

    def lines(self, role: str, minute: float) -> tuple[int, int]:
        """Return how many lines all tasks of a role log in the minute from then on, and how many are errors."""
        at = minute + MINUTE / 2
        fact = self._said(role, at)
        lines = round((fact.lines or 0) * self.plays.live(at).get(role, 0) / 100)
        return lines, round(lines * (fact.log_errors or 0))

    def _minute(self, group: int, minute: float, now: float) -> Counted:
        """Return what a minute had by now. What is over does not change."""
        if now < minute + MINUTE:
            return self._counted(group, minute, now)
        if (group, minute) not in self._over:
            self._over[group, minute] = self._counted(group, minute, minute + MINUTE)
        return self._over[group, minute]

    def _counted(self, group: int, minute: float, until: float) -> Counted:
        """Return a minute's requests to a group, its 5xx answers, and what else is so of it at its end."""
        requests = rate = 0.0
        fact = USUAL
        for at in (minute + MINUTE / SAMPLES * n for n in range(SAMPLES)):
            groups = self.plays.groups(at)
            for role, weight in self.plays.live(at).items():
                if at <= until and groups[role] == group and weight > 0:
                    fact = self._said(role, at)
                    here = (self.told.rpm if fact.rpm is None else fact.rpm) * weight / 100 / SAMPLES
                    requests, rate = requests + here, rate + here * (fact.errors or 0)
        index = minute // MINUTE  # what is left of an error in one minute comes in another: no chance is in it
        return round(requests, 6), math.floor(rate * (index + 1)) - math.floor(rate * index), fact

    def _said(self, role: str, at: float) -> TrafficFact:
        """Return what the requests to a role meet at a moment: the facts in turn, a later one over an earlier one."""
        values: dict[str, Any] = {k: v for k, v in vars(USUAL).items() if v is not None}
        for fact in self.told.traffic:
            begun = self.plays.since(fact, at) if fact.stage or fact.weight >= 0 else self.updated
            if fact.of == role and begun is not None and begun + fact.at <= at < begun + fact.until:
                values |= {k: v for k, v in vars(fact).items() if v is not None}
        return TrafficFact(**values)


def _asked(query: Request) -> tuple[int, str, str]:
    """Return which group, metric and statistic a query is about; group 0 for dimensions that no series has."""
    if "MetricStat" not in query:
        raise ApiError("ValidationError", f"the replay knows no expression: {query}")
    told = query["MetricStat"]
    if told["Period"] != MINUTE:
        raise ApiError("ValidationError", f"the replay knows no period of {told['Period']}")
    metric, stat = told["Metric"], told["Stat"]
    dimensions = {d["Name"]: d["Value"] for d in metric.get("Dimensions", [])}
    named = [g.rpartition(":")[2] for g in replies.groups(2)]
    balancer = LOAD_BALANCER.partition("loadbalancer/")[2]
    right = metric["Namespace"] == "AWS/ApplicationELB" and dimensions.get("LoadBalancer") == balancer
    group = dimensions.get("TargetGroup", "")
    return (named.index(group) + 1 if right and group in named else 0), metric["MetricName"], stat
