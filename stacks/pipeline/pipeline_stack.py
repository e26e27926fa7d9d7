"""The pipeline: everything a user with an existing ECS service needs."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.runbook import Runbook
from landfall.settings import Settings
from stacks.assets import asset, layer
from stacks.functions.grant_arns import Holdings, machine_arn, machine_arns, scopes
from stacks.functions.machine import StandardMachine
from stacks.functions.step_function import ARCHITECTURE, RUNTIME, Shared, StepFunction
from stacks.functions.steps_table import STEPS, On
from stacks.names import BUILD_WATCH, BUS, MACHINE
from stacks.pipeline.alarms import Alarms
from stacks.pipeline.build_watch import BuildTrigger
from stacks.pipeline.bus import EventBus
from stacks.pipeline.dashboard import Dashboard
from stacks.pipeline.doors import ABORTER, APPROVER, Door
from stacks.pipeline.encryption import PipelineKey, SigningKey
from stacks.pipeline.loss import RECONCILE_EVERY, RETIRE_EVERY, SWEEP_EVERY, DrillSchedule, OnSchedule, RecoveryTrigger
from stacks.pipeline.notifications import NotificationTopic
from stacks.pipeline.pause_events import PauseTrigger
from stacks.pipeline.reports import ReportBucket
from stacks.pipeline.tables import LedgerTable, PipelineTable
from stacks.pipeline.trigger import PushTrigger
from statemachine.definition import Machine, unspaced

SCHEDULED = {"Sweep": SWEEP_EVERY, "Reconcile": RECONCILE_EVERY, "Retire": RETIRE_EVERY}
"""Steps that a schedule invokes, and how often. Each has an alarm for missing runs."""


class PipelineStack(cdk.Stack):
    """State machine, steps, ledger, reports, notifications, and the rule that starts it all."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, settings_path: Path) -> None:
        super().__init__(scope, construct_id, description="Landfall: deploys to ECS and proves each release live")
        self.key = PipelineKey(self, "Key")
        self.signing_key = SigningKey(self, "SigningKey")
        self.ledger = LedgerTable(self, "Ledger", self.key)
        self.locks = PipelineTable(self, "Locks", self.key)
        self.freezes = PipelineTable(self, "Freezes", self.key)
        self.reports = ReportBucket(self, "Reports", self.key, settings.evidence)
        self.topic = NotificationTopic(self, "Topic", self.key)
        self.built = [service for service in settings.services if service.build]
        self.functions = self._functions(settings, settings_path)
        self.signing_key.used_only_by(cast(iam.IRole, self.functions["Report"].role))
        self.machine = self._machine("Machine", MACHINE, Machine.DEPLOY)
        self.trigger = PushTrigger(self, "OnPush", settings=settings, machine=self.machine, key=self.key)
        self.bus = EventBus(self, "Bus", key=self.key, dead_letters=self.trigger.dead_letters)
        RecoveryTrigger(
            self, "OnLoss", machine=self.machine, sweep=self.functions["Sweep"], dead_letters=self.trigger.dead_letters
        )
        OnSchedule(self, "OnTime", functions=self.functions, dead_letters=self.trigger.dead_letters)
        PauseTrigger(
            self,
            "OnPause",
            settings=settings,
            reconcile=self.functions["Reconcile"],
            dead_letters=self.trigger.dead_letters,
        )
        if drilled := [service for service in settings.services if service.drill]:
            letters = self.trigger.dead_letters
            DrillSchedule(self, "Drills", services=drilled, function=self.functions["Drill"], dead_letters=letters)
        self.doors = self._doors(settings)
        self.alarms = self._alarms()
        if self.built:
            self._watch_builds()
        self._dashboard(settings)
        self._outputs()

    def _doors(self, settings: Settings) -> dict[str, str]:
        """Make the doors for people, and return the outputs that lead to them."""
        abort = Door(self, "Aborts", function=self.functions["Abort"], policy=ABORTER)
        outputs = {"AbortUrl": abort.url, "AborterPolicyArn": abort.policy_arn}
        if any(service.approval for service in settings.services):
            approve = Door(self, "Approvals", function=self.functions["Approve"], policy=APPROVER)
            outputs |= {"ApprovalUrl": approve.url, "ApproverPolicyArn": approve.policy_arn}
        return outputs

    def _alarms(self) -> Alarms:
        alarms = Alarms(self, "Alarms", topic=self.topic)
        alarms.on_dead_letters(self.trigger.dead_letters)
        says = "A deployment {}: its ledger record and its history say more."
        alarms.on_a_bad_end(self.machine, "Deployment", says, Runbook.FAILED_DEPLOYMENT)
        for name, every in SCHEDULED.items():
            alarms.on_silence(name, self.functions[name], every)
        for name, function in self.functions.items():
            alarms.on_errors(name, function, SCHEDULED.get(name))
        return alarms

    def _dashboard(self, settings: Settings) -> None:
        Dashboard(
            self,
            "Dashboard",
            services=[service.name for service in settings.services],
            machine=self.machine,
            steps=self.functions,
            dead_letters=self.trigger.dead_letters,
            alarms=[child for child in self.alarms.node.children if isinstance(child, cloudwatch.Alarm)],
        )

    def _watch_builds(self) -> None:
        watch = self._machine("BuildWatch", BUILD_WATCH, Machine.BUILD_WATCH)
        BuildTrigger(self, "OnBuild", services=self.built, watch=watch, dead_letters=self.trigger.dead_letters)
        says = "The watch over a build {}: see whether it was deployed."
        self.alarms.on_a_bad_end(watch, "BuildWatch", says, Runbook.BUILD_WITHOUT_DEPLOYMENT)

    def _machine(self, construct_id: str, name: str, machine: Machine) -> StandardMachine:
        functions = {step.id: self.functions[step.id] for step in STEPS if step.machine is machine}
        # In the template, not in an asset, so that a diff, cfn-lint and a reviewer see it; without its blanks, which
        # are a third of it: a template has room for a megabyte.
        definition = sfn.DefinitionBody.from_string(unspaced(machine))
        return StandardMachine(self, construct_id, name=name, definition=definition, functions=functions, key=self.key)

    def _functions(self, settings: Settings, settings_path: Path) -> dict[str, lambda_.Function]:
        holdings = Holdings(
            ledger=self.ledger.table_arn,
            locks=self.locks.table_arn,
            freezes=self.freezes.table_arn,
            reports=self.reports.bucket_arn,
            topic=self.topic.topic_arn,
            key=self.key.key_arn,
            signing_key=self.signing_key.key_arn,
        )
        dependencies = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=lambda_.Code.from_asset(str(layer.current())),
            description="requirements-lambda.txt",
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )
        with asset.staged(settings_path, settings) as directory:
            shared = Shared(
                code=lambda_.Code.from_asset(str(directory)),
                layer=dependencies,
                key=self.key,
                scopes=scopes(self, settings, holdings),
                vpc=settings.vpc,
                requests_per_second=max(service.smoke.requests_per_second for service in settings.services),
                values={
                    On.LEDGER: self.ledger.table_name,
                    On.WAKES: self.ledger.table_name,
                    On.LOCKS: self.locks.table_name,
                    On.FREEZES: self.freezes.table_name,
                    On.MACHINE: machine_arn(self),
                    On.MACHINES: " ".join(machine_arns(self, settings)),
                    On.REPORTS: self.reports.bucket_name,
                    On.REPORT_NAMES: self.reports.bucket_name,
                    On.SIGNING_BEGUN: self.reports.bucket_name,
                    On.SIGNATURES: self.signing_key.key_arn,
                    On.TOPIC: self.topic.topic_arn,
                    On.EVENT_BUS: BUS,
                },
            )
            # nothing to watch if something else builds the images
            steps = [step for step in STEPS if self.built or step.machine is not Machine.BUILD_WATCH]
            return {step.id: StepFunction(self, step, shared) for step in steps}

    def _outputs(self) -> None:
        # Always export it: the stack of a service that was removed from services.toml is still deployed, and
        # CloudFormation refuses an update that removes an export which is imported.
        values = (self.key.key_arn, self.topic.topic_arn, self.ledger.table_arn, self.freezes.table_arn)
        for value in (*values, self.ledger.table_name):
            self.export_value(value)
        for name, value in {
            "StateMachineArn": self.machine.state_machine_arn,
            "LedgerTableName": self.ledger.table_name,
            "LockTableName": self.locks.table_name,
            "FreezeTableName": self.freezes.table_name,
            "ReportBucketName": self.reports.bucket_name,
            "SigningKeyArn": self.signing_key.key_arn,
            "TopicArn": self.topic.topic_arn,
            "EventBusName": self.bus.event_bus_name,
            "DeadLetterQueueUrl": self.trigger.dead_letters.queue_url,
            **self.doors,
        }.items():
            cdk.CfnOutput(self, name, value=value)
