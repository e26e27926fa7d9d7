"""Amazon CloudWatch: the metric that counts a worker's work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.settings.worker import Metric

PERIOD = 60
"""Seconds of a data point: AWS services send most metrics each minute."""
COMPLETE, FORBIDDEN = "Complete", "Forbidden"
MOST_PAGES = 5


class Metrics:
    """Reads sums and counts."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def total(self, metric: Metric, start: datetime, end: datetime) -> float:
        """Return the sum of a metric from `start` to `end`; 0 if it has no data points.

        Raises AwsBusy where CloudWatch returns only a part (CloudWatch API reference, MetricDataResult: StatusCode).
        """
        if end <= start:
            return 0.0
        query = {
            "MetricDataQueries": [_query(metric)],
            "StartTime": start,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
        }
        total, status = 0.0, ""
        for _ in range(MOST_PAGES):
            with trying(f"reading metric {metric.namespace} {metric.name}"):
                page = self._client.get_metric_data(**query)
                results = page["MetricDataResults"]
                total += sum(float(value) for result in results for value in result.get("Values", ()))
                status = next((str(r.get("StatusCode")) for r in results if r.get("StatusCode") != COMPLETE), "")
            if not page.get("NextToken"):
                break
            query["NextToken"] = page["NextToken"]
        if status:
            failed = AwsCallFailed if status == FORBIDDEN else AwsBusy
            raise failed(status, f"reading metric {metric.namespace} {metric.name}: its data is {status}")
        return total


def _query(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    named = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": "work", "MetricStat": {"Metric": named, "Period": PERIOD, "Stat": metric.statistic}}
