"""Amazon CloudWatch: the traffic of an Application Load Balancer's target groups, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from landfall.aws.cloudwatch.metrics import COMPLETE, FORBIDDEN, MOST_PAGES, PERIOD
from landfall.aws.trying import trying
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.gates.traffic_series import Minute

NAMESPACE = "AWS/ApplicationELB"
READ = (
    ("requests", "RequestCount", "Sum"),
    ("errors", "HTTPCode_Target_5XX_Count", "Sum"),
    ("done", "HTTPCode_Target_2XX_Count", "Sum"),
    ("moved", "HTTPCode_Target_3XX_Count", "Sum"),
    ("refused", "HTTPCode_Target_4XX_Count", "Sum"),
    ("p50", "TargetResponseTime", "p50"),
    ("p95", "TargetResponseTime", "p95"),
)
"""Each has the dimensions TargetGroup and LoadBalancer (Application Load Balancers user guide, CloudWatch metrics)."""
COUNTED = ("requests", "errors", "done", "moved", "refused")

Points = dict[str, dict[datetime, float]]
"""The data points of each query, by its id."""


class Traffic:
    """Reads minutes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def minutes(
        self, balancer: str, groups: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, tuple[Minute, ...]]:
        """Return the minutes of each target group (an ARN) that had requests, in one call for all of them.

        `balancer` is the load balancer as CloudWatch names it: app/name/id. No count of 5xx answers means that there
        were none, but only in a minute with a RequestCount (the same guide: a metric is sent only if it is not zero).
        Raises AwsBusy where CloudWatch returns only a part.
        """
        if end <= start:
            return dict.fromkeys(groups, ())
        ids = [f"g{number}" for number in range(len(groups))]
        queries = [query for name, group in zip(ids, groups, strict=True) for query in _queries(name, balancer, group)]
        points = self._points(queries, start, end)
        return {group: _minutes(name, points) for name, group in zip(ids, groups, strict=True)}

    def _points(self, queries: list[dict[str, Any]], start: datetime, end: datetime) -> Points:
        asked = {"MetricDataQueries": queries, "StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending"}
        points: Points = {}
        for _ in range(MOST_PAGES):
            with trying("reading the traffic of the target groups"):
                page = self._client.get_metric_data(**asked)
                status = _added(page["MetricDataResults"], points)
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
        else:
            status = "PartialData"
        if status:
            failed = AwsCallFailed if status == FORBIDDEN else AwsBusy
            raise failed(status, f"reading the traffic of the target groups: its data is {status}")
        return points


def dimensions(balancer: str, group: str) -> Mapping[str, str]:
    """Return a target group's dimensions, from its ARN: its last part is targetgroup/name/id."""
    return {"TargetGroup": group.rpartition(":")[2], "LoadBalancer": balancer}


def balancer_of(arn: str) -> str:
    """Return a load balancer's name in CloudWatch, app/name/id, from its own ARN or that of a rule or listener."""
    return "/".join(arn.rpartition(":")[2].split("/")[1:4])


def _queries(name: str, balancer: str, group: str) -> Iterable[dict[str, Any]]:
    named = [{"Name": key, "Value": value} for key, value in dimensions(balancer, group).items()]
    for key, metric, statistic in READ:
        which = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": named}
        yield {"Id": f"{name}_{key}", "MetricStat": {"Metric": which, "Period": PERIOD, "Stat": statistic}}


def _added(results: Sequence[Mapping[str, Any]], points: Points) -> str:
    for result in results:
        times, values = result.get("Timestamps", ()), result.get("Values", ())
        points.setdefault(result["Id"], {}).update(zip(times, map(float, values), strict=True))
    return next((str(r.get("StatusCode")) for r in results if r.get("StatusCode") != COMPLETE), "")


def _minutes(name: str, points: Points) -> tuple[Minute, ...]:
    of = {key: points.get(f"{name}_{key}", {}) for key, _, _ in READ}
    return tuple(_minute(start, of) for start, count in sorted(of["requests"].items()) if count > 0)


def _minute(start: datetime, of: Mapping[str, Mapping[datetime, float]]) -> Minute:
    requests, errors, done, moved, refused = (int(of[key].get(start, 0)) for key in COUNTED)
    lost = max(0, requests - errors - done - moved - refused)
    return Minute(start, requests, errors, of["p50"].get(start), of["p95"].get(start), refused, lost)
