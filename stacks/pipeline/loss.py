"""Starts the recovery of a deployment whose execution is gone, by its status event or by a sweep.

It also has the schedules of the reconciler, of drills, and of Retire, which removes versions of functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.intake.request import ENDED
from landfall.ledger import recovery
from landfall.reconcile import LOOK_EVERY
from landfall.settings import Service
from landfall.unused_versions import LOOK_EVERY as RETIRED_EVERY

SWEEP_EVERY = Duration.minutes(recovery.SWEEP_EVERY.total_seconds() / 60)
RECONCILE_EVERY = Duration.minutes(LOOK_EVERY.total_seconds() / 60)
"""A finding needs two looks, so it is raised within half an hour. A recovery that fixes it has started by then."""

RETIRE_EVERY = Duration.minutes(RETIRED_EVERY.total_seconds() / 60)


class RecoveryTrigger(Construct):
    """Starts recoveries by event. Step Functions sends status events on a best-effort basis (EventBridge user guide,
    delivery levels), so a sweep follows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.IStateMachine,
        sweep: lambda_.IFunction,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        ended = events.Rule(
            self,
            "Ended",
            description="An execution of Landfall ended otherwise than well; most have left nothing to do",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [machine.state_machine_arn], "status": list(ENDED)},
            ),
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        ended.add_target(targets.SfnStateMachine(machine, role=role, dead_letter_queue=dead_letters))
        what = "Looks for deployments whose execution is gone"
        _on_schedule(self, "Sweep", what, every=SWEEP_EVERY, function=sweep, dead_letters=dead_letters)


class OnSchedule(Construct):
    """Invokes the reconciler and Retire on a schedule."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Mapping[str, lambda_.IFunction],
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        for name, every, what in (
            ("Reconcile", RECONCILE_EVERY, "Compares what was pushed, what runs and what the ledger says"),
            ("Retire", RETIRE_EVERY, "Removes versions of functions that no execution can call any more"),
        ):
            _on_schedule(self, name, what, every=every, function=functions[name], dead_letters=dead_letters)


class DrillSchedule(Construct):
    """Begins drills when the settings say so, and ends them: every minute it looks for a proven way back."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        services: Sequence[Service],
        function: lambda_.IFunction,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        for service in services:
            if service.drill and service.drill.cron:
                what = f"Begins a drill of {service.name}: back to the release before, and forward again"
                schedule = events.Schedule.expression(f"cron({service.drill.cron})")
                rule = events.Rule(self, service.name, description=what, schedule=schedule)
                asked = events.RuleTargetInput.from_object({"service": service.name})
                rule.add_target(targets.LambdaFunction(function, event=asked, dead_letter_queue=dead_letters))
        what = "Starts the way forward of drills whose way back is proven"
        every = Duration.minutes(1)
        _on_schedule(self, "Forward", what, every=every, function=function, dead_letters=dead_letters)


def _on_schedule(
    scope: Construct, name: str, what: str, *, every: Duration, function: lambda_.IFunction, dead_letters: sqs.IQueue
) -> None:
    rule = events.Rule(scope, name, description=what, schedule=events.Schedule.rate(every))
    nothing = events.RuleTargetInput.from_object({})
    rule.add_target(targets.LambdaFunction(function, event=nothing, dead_letter_queue=dead_letters))
