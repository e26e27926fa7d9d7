"""The alarms: they speak up when the pipeline itself can't, or when one deployment does not tell the whole story.

Each names its severity and its runbook in its description, which is all that a subscriber gets of an alarm.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.model import Outcome
from landfall.runbook import Runbook
from landfall.steps.metering import name_of
from landfall.telling.deployment_notice import severity
from landfall.telling.notice import Severity
from stacks.names import ALARM_PREFIX
from stacks.pipeline.metrics import MINUTE, OPEN_FINDINGS, of_landfall

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
"""No data means that nothing happened, which is how most minutes pass."""
RETRIED = 2
"""Errors of a step in five minutes that its retries are there for."""
MISSED = 2
"""Runs of a schedule in a row that did not begin. EventBridge may be a minute late with one."""


class RunbookAlarm(cloudwatch.Alarm):
    """An alarm of a name that key and topic let in, with what a person needs to know in its description."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        topic: sns.ITopic,
        says: str,
        runbook: Runbook,
        severity: str = Severity.NOTICE,
        over: bool = False,
        **watched: Any,
    ) -> None:
        """`over`: it tells of a state that lasts, so that its end is told too."""
        super().__init__(
            scope,
            name,
            alarm_name=f"{ALARM_PREFIX}{name}",
            alarm_description=f"{says} Severity: {severity}. Runbook: {runbook}",
            **watched,
        )
        self.add_alarm_action(actions.SnsAction(topic))
        if over:
            self.add_ok_action(actions.SnsAction(topic))


class Alarms(Construct):
    """All but the one that is computed from other metrics (watch_stack.py)."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        # Notify pages of it too. This one needs no Notify, only that the record was closed.
        self._above_zero(
            "RollbackFailed",
            "A service is not proven healthy: its release failed, and so did the way back.",
            Runbook.ROLLBACK_FAILED,
            of_landfall(name_of(Outcome.ROLLBACK_FAILED), "Sum", MINUTE),
            severity=severity(Outcome.ROLLBACK_FAILED),
        )
        self._above_zero(
            "OpenFindings",
            "What is live, what was pushed and what the ledger says do not agree.",
            Runbook.OPEN_FINDINGS,
            of_landfall(OPEN_FINDINGS, "Maximum", Duration.minutes(15)),
            over=True,
            # as it was: whether the reconciler runs at all is another alarm's business
            treat_missing_data=cloudwatch.TreatMissingData.IGNORE,
        )

    def on_dead_letters(self, queue: sqs.IQueue) -> None:
        """Raise an event that could not be delivered: a push that started nothing, for instance."""
        self._above_zero(
            "DeadLetters",
            "An event could not be delivered: a push, most likely, and no deployment was started.",
            Runbook.DEAD_LETTERS,
            queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
            over=True,
        )

    def on_a_bad_end(self, machine: sfn.IStateMachine, name: str, says: str, runbook: Runbook) -> None:
        """Raise every way in which an execution can end other than well; `says` leaves room for how it ended.

        Stopped and timed-out executions never reach their own Notify step.
        """
        for suffix, how, metric in (
            ("Failed", "did not succeed", machine.metric_failed(period=MINUTE, statistic="Sum")),
            ("Stopped", "was stopped by someone", machine.metric_aborted(period=MINUTE, statistic="Sum")),
            ("TimedOut", "ran out of time", machine.metric_timed_out(period=MINUTE, statistic="Sum")),
        ):
            self._above_zero(f"{name}{suffix}", says.format(how), runbook, metric)

    def on_silence(self, name: str, function: lambda_.IFunction, every: Duration) -> None:
        """Raise a function that its schedule does not invoke any more: it would find nothing, and nobody would know.

        A function that isn't invoked has no data, so it is the lack of data that is told. Were that called a breach,
        each first deploy would begin with an alarm: a new alarm is in INSUFFICIENT_DATA, and tells of changes alone
        (CloudWatch user guide, alarms: actions, missing data).
        """
        minutes = every.to_minutes()
        alarm = RunbookAlarm(
            self,
            f"{name}NotRunning",
            topic=self._topic,
            says=f"{name} has not run for {MISSED * minutes:g} minutes; it is due every {minutes:g}.",
            runbook=Runbook.NOT_RUNNING,
            over=True,
            metric=function.metric_invocations(period=every, statistic="Sum"),
            threshold=1,
            comparison_operator=BELOW,
            evaluation_periods=MISSED,
            treat_missing_data=cloudwatch.TreatMissingData.MISSING,
        )
        alarm.add_insufficient_data_action(actions.SnsAction(self._topic))

    def on_errors(self, name: str, function: lambda_.IFunction, every: Duration | None = None) -> None:
        """Raise a step that fails again and again, also where it dies before it can say so: by time, memory, import.

        One that runs on a schedule fails three times in each interval, and not within five minutes (Lambda tries an
        asynchronous invocation twice more, one and two minutes later).
        """
        period, more_than = (every, 1) if every else (Duration.minutes(5), RETRIED)
        RunbookAlarm(
            self,
            f"{name}Errors",
            topic=self._topic,
            says=f"{name} failed more than {more_than} times in {period.to_minutes():g} minutes: retrying is no help.",
            runbook=Runbook.STEP_ERRORS,
            metric=function.metric_errors(period=period, statistic="Sum"),
            threshold=more_than,
            comparison_operator=ABOVE,
            evaluation_periods=1,
            treat_missing_data=QUIET,
        )

    def _above_zero(self, name: str, says: str, runbook: Runbook, metric: cloudwatch.IMetric, **more: Any) -> None:
        known = {"treat_missing_data": QUIET, **more}
        RunbookAlarm(
            self,
            name,
            topic=self._topic,
            says=says,
            runbook=runbook,
            metric=metric,
            threshold=0,
            comparison_operator=ABOVE,
            evaluation_periods=1,
            **known,
        )
