"""The alarms: for faults of the pipeline itself, and for problems that no single deployment shows.

Each names its severity and its runbook in its description, since a subscriber gets nothing else about an alarm.
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
"""Without data nothing happened, which is normal."""
RETRIED = 2
"""How many errors of a step in five minutes are normal, since retries handle them."""
MISSED = 2
"""How many runs of a schedule in a row must be missing. EventBridge may start a run a minute late."""


class RunbookAlarm(cloudwatch.Alarm):
    """An alarm with a name that key and topic allow, and a description with everything that a person needs."""

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
        """`over`: the alarm reports a state that lasts, so it also reports the end."""
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
    """All alarms except the one that is computed from other metrics (watch_stack.py)."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        # Notify pages about it too. This alarm works without Notify: it only needs the closed record.
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
            # keep the state: another alarm reports that the reconciler does not run
            treat_missing_data=cloudwatch.TreatMissingData.IGNORE,
        )

    def on_dead_letters(self, queue: sqs.IQueue) -> None:
        """Add the alarm for an event that could not be delivered, for instance a push that started nothing."""
        self._above_zero(
            "DeadLetters",
            "An event could not be delivered: a push, most likely, and no deployment was started.",
            Runbook.DEAD_LETTERS,
            queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
            over=True,
        )

    def on_a_bad_end(self, machine: sfn.IStateMachine, name: str, says: str, runbook: Runbook) -> None:
        """Add an alarm for each bad end of an execution. `says` has a placeholder for the kind of end.

        Stopped and timed-out executions never reach their own Notify step.
        """
        for suffix, how, metric in (
            ("Failed", "did not succeed", machine.metric_failed(period=MINUTE, statistic="Sum")),
            ("Stopped", "was stopped by someone", machine.metric_aborted(period=MINUTE, statistic="Sum")),
            ("TimedOut", "ran out of time", machine.metric_timed_out(period=MINUTE, statistic="Sum")),
        ):
            self._above_zero(f"{name}{suffix}", says.format(how), runbook, metric)

    def on_silence(self, name: str, function: lambda_.IFunction, every: Duration) -> None:
        """Add the alarm for a function that its schedule no longer invokes, which nobody would notice otherwise.

        A function that isn't invoked has no data, so the alarm reports INSUFFICIENT_DATA. If missing data counted as a
        breach, each first deploy would begin with an alarm. A new alarm starts in INSUFFICIENT_DATA and only reports
        changes (CloudWatch user guide, alarms: actions, missing data).
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
        """Add the alarm for a step that fails repeatedly, even if it dies by timeout, memory or a failed import.

        A scheduled step fails three times in each interval, not within five minutes: Lambda retries an asynchronous
        invocation twice, after one and two minutes.
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
