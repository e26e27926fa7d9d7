"""The metrics of the alarms and the dashboard, with the names that the steps emit."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from landfall.runtime.step import metrics
from landfall.steps.metering import BY_SERVICE

OPEN_FINDINGS = "OpenFindings"
"""The number of open findings. Every run of the reconciler emits it, even if it is 0."""

MINUTE = Duration.minutes(1)


def of_landfall(
    name: str, statistic: str, period: Duration, *, service: str = "", label: str | None = None
) -> cloudwatch.Metric:
    """Return one of Landfall's metrics, over all services or for one. A label is only for graphs, not for alarms."""
    provider = metrics.provider
    dimensions = {"service": str(provider.service), **({BY_SERVICE: service} if service else {})}
    return cloudwatch.Metric(
        namespace=provider.namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
        label=label,
    )
