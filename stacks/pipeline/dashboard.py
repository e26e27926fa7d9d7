"""The dashboard: what is live, how releases end, how long they take, and the state of the pipeline itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.model import PROVEN, Outcome
from landfall.steps.metering import BY_SERVICE, DURATION, SHOWN, WENT_BACK, name_of
from stacks.names import DASHBOARD, STEP_LOGS
from stacks.pipeline.metrics import OPEN_FINDINGS, of_landfall

HOUR, DAY = Duration.hours(1), Duration.days(1)
WIDE, HALF, THIRD = 24, 12, 8
COLOURS = {
    Outcome.SUCCEEDED: "#1e8e3e",
    Outcome.NO_CHANGE: "#81c995",
    Outcome.SKIPPED: "#9aa0a6",
    Outcome.ROLLED_BACK: "#f29900",
    Outcome.REJECTED: "#fdd663",
    Outcome.ROLLBACK_FAILED: "#d93025",
    Outcome.SUPERSEDED: "#a142f4",
    Outcome.NO_BASELINE: "#c5221f",
}


class Dashboard(cloudwatch.Dashboard):
    """The pipeline's dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        services: Iterable[str],
        machine: sfn.IStateMachine,
        steps: Mapping[str, lambda_.IFunction],
        dead_letters: sqs.IQueue,
        alarms: Iterable[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, construct_id, dashboard_name=DASHBOARD, default_interval=Duration.days(14))
        waiting = dead_letters.metric_approximate_number_of_messages_visible(
            period=HOUR, statistic="Maximum", label="dead letters"
        )
        self.add_widgets(_live())
        self.add_widgets(_counts(), _now(waiting), _alarms(alarms))
        self.add_widgets(_outcomes(), _durations(services))
        self.add_widgets(_rate(), _executions(machine), _trouble(waiting))
        self.add_widgets(_of_steps("Errors of steps", steps, "errors"), _of_steps("Throttles", steps, "throttles"))


def _live() -> cloudwatch.IWidget:
    """Return the table of live versions, from the log lines of Report, since a metric can't hold text."""
    proven = ", ".join(f'"{outcome.value}"' for outcome in PROVEN)
    _, *fields = SHOWN
    return cloudwatch.LogQueryWidget(
        title="Live, as last proven (a deployment by hand since then is an open finding)",
        log_group_names=[f"{STEP_LOGS}/Report"],
        query_lines=[
            f"filter outcome in [{proven}]",
            f"stats {', '.join(f'latest({field}) as {field}_' for field in fields)} by {BY_SERVICE}",
            f"sort {BY_SERVICE}",
        ],
        view=cloudwatch.LogQueryVisualizationType.TABLE,
        width=WIDE,
        height=5,
    )


def _counts() -> cloudwatch.IWidget:
    counted = (Outcome.SUCCEEDED, Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED)
    return cloudwatch.SingleValueWidget(
        title="Deployments in the time shown",
        metrics=[of_landfall(name_of(outcome), "Sum", DAY, label=outcome.value) for outcome in counted],
        set_period_to_time_range=True,
        width=THIRD,
        height=5,
    )


def _now(waiting: cloudwatch.IMetric) -> cloudwatch.IWidget:
    metrics = [of_landfall(OPEN_FINDINGS, "Maximum", HOUR, label="open findings"), waiting]
    return cloudwatch.SingleValueWidget(title="In the last hour", metrics=metrics, width=THIRD, height=5)


def _alarms(alarms: Iterable[cloudwatch.IAlarm]) -> cloudwatch.IWidget:
    return cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=THIRD, height=5)


def _outcomes() -> cloudwatch.IWidget:
    counts = [of_landfall(name_of(o), "Sum", DAY, label=o.value).with_(color=COLOURS[o]) for o in Outcome]
    return cloudwatch.GraphWidget(
        title="Deployments a day, by outcome",
        left=counts,
        stacked=True,
        view=cloudwatch.GraphWidgetView.BAR,
        width=HALF,
    )


def _durations(services: Iterable[str]) -> cloudwatch.IWidget:
    """Return the graph for deployments that changed the service. A refused one ends at once and doesn't count."""
    lines = [
        of_landfall(DURATION, percentile, DAY, service=service, label=f"{service} {percentile}")
        for service in services
        for percentile in ("p50", "p90")
    ]
    axis = cloudwatch.YAxisProps(label="seconds", min=0, show_units=False)
    return cloudwatch.GraphWidget(title="How long deployments take", left=lines, left_y_axis=axis, width=HALF)


def _rate() -> cloudwatch.IWidget:
    rate = cloudwatch.MathExpression(
        expression="100 * back",
        using_metrics={"back": of_landfall(WENT_BACK, "Average", DAY)},
        period=DAY,
        label="of releases that changed the service",
    )
    axis = cloudwatch.YAxisProps(label="%", min=0, max=100, show_units=False)
    return cloudwatch.GraphWidget(title="Releases that went back", left=[rate], left_y_axis=axis, width=THIRD)


def _executions(machine: sfn.IStateMachine) -> cloudwatch.IWidget:
    ends = [
        machine.metric_started(period=DAY, statistic="Sum", label="started"),
        machine.metric_failed(period=DAY, statistic="Sum", label="failed"),
        machine.metric_aborted(period=DAY, statistic="Sum", label="stopped"),
        machine.metric_timed_out(period=DAY, statistic="Sum", label="timed out"),
        machine.metric_throttled(period=DAY, statistic="Sum", label="throttled"),
    ]
    return cloudwatch.GraphWidget(title="Executions a day", left=ends, width=THIRD)


def _trouble(waiting: cloudwatch.IMetric) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(
        title="Findings and dead letters", left=[of_landfall(OPEN_FINDINGS, "Maximum", HOUR), waiting], width=THIRD
    )


def _of_steps(title: str, steps: Mapping[str, lambda_.IFunction], what: str) -> cloudwatch.IWidget:
    lines = [
        getattr(function, f"metric_{what}")(period=HOUR, statistic="Sum", label=name)
        for name, function in steps.items()
    ]
    return cloudwatch.GraphWidget(title=title, left=lines, width=HALF)
