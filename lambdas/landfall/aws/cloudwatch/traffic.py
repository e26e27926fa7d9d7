"""Amazon CloudWatch: the traffic of target groups, minute by minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from landfall.aws.trying import trying
from landfall.gates.traffic_series import Minute

STATS = (
    ("requests", "RequestCount", "Sum"),
    ("errors", "HTTPCode_Target_5XX_Count", "Sum"),
    ("p50", "TargetResponseTime", "p50"),
    ("p95", "TargetResponseTime", "p95"),
)


class Traffic:
    """Reads minutes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def minutes(
        self, balancer: str, groups: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, tuple[Minute, ...]]:
        """Return each group's minutes."""
        queries = [
            {
                "Id": f"g{n}{key}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApplicationELB",
                        "MetricName": name,
                        "Dimensions": [
                            {"Name": "TargetGroup", "Value": group.rpartition(":")[2]},
                            {"Name": "LoadBalancer", "Value": balancer},
                        ],
                    },
                    "Period": 60,
                    "Stat": stat,
                },
            }
            for n, group in enumerate(groups)
            for key, name, stat in STATS
        ]
        found: dict[str, dict[datetime, float]] = {}
        with trying("reading traffic"):
            reply = self._client.get_metric_data(
                MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
            )
            for r in reply["MetricDataResults"]:
                found.setdefault(r["Id"], {}).update(zip(r["Timestamps"], r["Values"]))

        def side(n: int) -> tuple[Minute, ...]:
            at = {key: found.get(f"g{n}{key}", {}) for key, _, _ in STATS}
            return tuple(
                Minute(t, int(v), int(at["errors"].get(t, 0)), at["p50"].get(t), at["p95"].get(t))
                for t, v in sorted(at["requests"].items())
            )

        return {group: side(n) for n, group in enumerate(groups)}
