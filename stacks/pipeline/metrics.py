"""The metrics that alarms and dashboard look at, named as the steps emit them."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from landfall.runtime.step import metrics
from landfall.steps.metering import BY_SERVICE

OPEN_FINDINGS = "OpenFindings"
"""What the reconciler found amiss and nobody mended yet. It is told by every run, also when it is none."""

MINUTE = Duration.minutes(1)


def of_landfall(
    name: str, statistic: str, period: Duration, *, service: str = "", label: str | None = None
) -> cloudwatch.Metric:
    """Return a metric of Landfall's own: over all services, or of one. A label is for graphs, and no alarm's."""
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
