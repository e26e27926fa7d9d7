"""The schedules of drills: made for services that have a drill table, and for no others."""

from __future__ import annotations

import json
from typing import Any

from landfall.settings import Service
from landfall.settings.drill import DrillSettings
from tests.support import builders as b
from tests.support.later import later

cdk, lambdas, queues, loss = (
    later("aws_cdk"),
    later("aws_cdk.aws_lambda"),
    later("aws_cdk.aws_sqs"),
    later("stacks.pipeline.loss"),
)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:landfall-drill"


def rules(*services: Service) -> dict[str, list[Any]]:
    """Return what each schedule sends, by its expression."""
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    function = lambdas.Function.from_function_arn(stack, "F", FUNCTION)
    loss.DrillSchedule(stack, "D", services=services, function=function, dead_letters=queues.Queue(stack, "Q"))
    template = app.synth().get_stack_by_name("S").template["Resources"].values()
    found = [r["Properties"] for r in template if r["Type"] == "AWS::Events::Rule"]
    return {rule["ScheduleExpression"]: [json.loads(t["Input"]) for t in rule["Targets"]] for rule in found}


def test_a_service_with_a_schedule_has_a_rule_that_names_it() -> None:
    """One rule looks every minute for a way forward, whoever began the drill."""
    drilled = b.settings_of(drill=DrillSettings(cron="0 3 ? * TUE *"))
    by_hand = b.settings_of(name="other", drill=DrillSettings())
    assert rules(drilled, by_hand) == {"cron(0 3 ? * TUE *)": [{"service": "sample"}], "rate(1 minute)": [{}]}
