"""The fronts of all services. They have a separate stack, since a hundred would fill the pipeline's template."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from landfall.settings import Service
from stacks.front_machine import FrontMachine
from stacks.pipeline.pipeline_stack import PipelineStack


class FrontsStack(cdk.Stack):
    """For each service, the state machine that receives requests for releases."""

    def __init__(
        self, scope: Construct, construct_id: str, *, services: Sequence[Service], pipeline: PipelineStack
    ) -> None:
        super().__init__(scope, construct_id, description="Landfall: what releases are asked of")
        for service in services:
            FrontMachine(self, f"Ask-{service.name}", service=service, ledger=pipeline.ledger, key=pipeline.key)
