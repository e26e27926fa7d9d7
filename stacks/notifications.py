"""The topic that tells people, and the alarms that speak up when the pipeline itself can't."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.encryption import alarms_of_the_pipeline
from stacks.names import ALARM_PREFIX


class NotificationTopic(sns.Topic):
    """Encrypted, TLS only; the Notify step publishes by its role's policy, alarms by the topic's."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey) -> None:
        super().__init__(scope, construct_id, display_name="Landfall", master_key=key, enforce_ssl=True)
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThePipeline",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                conditions=alarms_of_the_pipeline(),
            )
        )


class Alarms(Construct):
    """Raised on what no step can report: a start that failed, an execution that ended in failure or not at all."""

    def __init__(
        self, scope: Construct, construct_id: str, *, machine: sfn.IStateMachine, queue: sqs.IQueue, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        self._raise_above_zero(
            "DeadLetters",
            "An image was pushed and no deployment was started: the event waits in the dead-letter queue.",
            queue.metric_approximate_number_of_messages_visible(period=_PERIOD, statistic="Maximum"),
        )
        # Stopped and timed-out executions never reach their own Notify step.
        self.on_a_bad_end(machine, "Deployment", "A deployment {}: its ledger record and its history say more.")

    def on_a_bad_end(self, machine: sfn.IStateMachine, name: str, description: str) -> None:
        """Raise every way in which an execution can end other than well; `description` leaves room for how it ended."""
        for suffix, how, metric in (
            ("Failed", "did not succeed", machine.metric_failed(period=_PERIOD, statistic="Sum")),
            ("Stopped", "was stopped by someone", machine.metric_aborted(period=_PERIOD, statistic="Sum")),
            ("TimedOut", "ran out of time", machine.metric_timed_out(period=_PERIOD, statistic="Sum")),
        ):
            self._raise_above_zero(f"{name}{suffix}", description.format(how), metric)

    def _raise_above_zero(self, name: str, description: str, metric: cloudwatch.IMetric) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{ALARM_PREFIX}{name}",
            alarm_description=description,
            metric=metric,
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            # No data means that nothing ran, which is how most minutes pass.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))


_PERIOD = Duration.minutes(1)
