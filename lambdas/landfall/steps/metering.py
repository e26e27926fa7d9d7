"""Writes the metrics of an ended deployment, once: the step that closed its record does it.

Dimensions are `service` = landfall, for totals, and that with `landfall_service`, the service's name in services.toml.
A value that is new with every release is not a dimension: each combination is a metric, and costs money each month.
Commit and digest are plain fields of the same log line: Logs Insights reads them, and no metric is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from landfall.ledger.deployment_record import seconds
from landfall.model import Outcome
from landfall.runtime.step import metrics

BY_SERVICE = "landfall_service"
WENT_BACK, DURATION = "WentBack", "DurationSeconds"
BACK = (Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE)
TOUCHED = (Outcome.SUCCEEDED, Outcome.SUPERSEDED, *BACK)
"""Outcomes of deployments that changed the service. Only their duration says something."""
SHOWN = ("outcome", "deployment_id", "git_sha", "image_digest", "ended_at")


def name_of(outcome: Outcome) -> str:
    """Return the metric that counts an outcome: `RolledBack` for ROLLED_BACK."""
    return outcome.value.title().replace("_", "")


def values(record: Mapping[str, Any]) -> dict[str, tuple[MetricUnit, float]]:
    """Return the metric values of a closed record.

    WentBack is 0 or 1 for every release that changed the service, so that its average is the rate of rollbacks.
    """
    outcome, took = Outcome(record["outcome"]), seconds(record)
    measured: dict[str, tuple[MetricUnit, float]] = {name_of(outcome): (MetricUnit.Count, 1)}
    if outcome in TOUCHED:
        measured[WENT_BACK] = MetricUnit.Count, int(outcome in BACK)
        if took is not None:
            measured[DURATION] = MetricUnit.Seconds, took
    return measured


def settled(record: Mapping[str, Any]) -> None:
    """Write one line in CloudWatch's embedded metric format."""
    for name, (unit, value) in values(record).items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.add_dimensions(service=str(metrics.provider.service), **{BY_SERVICE: str(record["service"])})
    for key in SHOWN:
        metrics.add_metadata(key, str(record[key]))
    metrics.flush_metrics()
