"""The alarm on the rollback rate. It has a separate stack, since the local AWS has no alarms on expressions."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from landfall.runbook import Runbook
from landfall.steps.metering import WENT_BACK
from stacks.pipeline.alarms import ABOVE, QUIET, RunbookAlarm
from stacks.pipeline.metrics import of_landfall

OF_AT_LEAST = 4
"""The fewest releases of a day for the alarm. With fewer, a rate means little, and each one is reported anyway."""
TOO_MANY_PERCENT = 33


class WatchStack(cdk.Stack):
    """The alarm on the rate of rollbacks, over a day and all services."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id, description="Landfall: the rate of rollbacks")
        day = cdk.Duration.days(1)
        rate = cloudwatch.MathExpression(
            expression=f"IF(releases >= {OF_AT_LEAST}, 100 * back / releases, 0)",
            using_metrics={
                "back": of_landfall(WENT_BACK, "Sum", day),
                "releases": of_landfall(WENT_BACK, "SampleCount", day),
            },
            period=day,
            label="releases that went back, in percent",
        )
        RunbookAlarm(
            self,
            "RollbackRate",
            topic=topic,
            says=f"More than {TOO_MANY_PERCENT} % of a day's releases went back (of at least {OF_AT_LEAST}).",
            runbook=Runbook.ROLLBACK_RATE,
            over=True,
            metric=rate,
            threshold=TOO_MANY_PERCENT,
            comparison_operator=ABOVE,
            evaluation_periods=1,
            treat_missing_data=QUIET,
        )
