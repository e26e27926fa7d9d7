"""A machine names versions of its functions, so that an execution goes on with the code and settings it began with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.functions.steps_table import STEPS, On, Step
from statemachine.definition import Machine
from tests.stacks.template import Template
from tests.support.later import later

cdk, kms, lambda_ = later("aws_cdk"), later("aws_cdk.aws_kms"), later("aws_cdk.aws_lambda")
sfn, iam, stacks_app = later("aws_cdk.aws_stepfunctions"), later("aws_cdk.aws_iam"), later("stacks.app")
machine, step_function = later("stacks.functions.machine"), later("stacks.functions.step_function")

VERSION = "AWS::Lambda::Version"


def _ids(template: Template) -> set[str]:
    return set(template.of_type(VERSION))


@pytest.mark.parametrize(
    ("machine_of", "name"), [(Machine.DEPLOY, "landfall"), (Machine.BUILD_WATCH, "landfall-build-watch")]
)
def test_a_machine_names_a_version_of_each_of_its_functions(pipeline: Template, machine_of: Machine, name: str) -> None:
    """And no bare function, whose code changes under executions that have begun."""
    made = pipeline.named("AWS::StepFunctions::StateMachine", "StateMachineName", name)
    versions = {f"<{key}>": p["FunctionName"] for key, p in pipeline.of_type(VERSION).items()}
    functions = {f"<{key}>": p["FunctionName"] for key, p in pipeline.of_type("AWS::Lambda::Function").items()}
    named = {key: functions[versions[arn]] for key, arn in made["DefinitionSubstitutions"].items()}
    assert named == {f"{step.id}Arn": step.function_name for step in STEPS if step.machine is machine_of}


def test_no_other_function_has_versions(pipeline: Template) -> None:
    """What a schedule invokes is over within a minute, and begins with what it reads: it runs the newest code."""
    assert len(_ids(pipeline)) == sum(step.machine is not None for step in STEPS)


def test_a_version_outlasts_the_deploy_that_leaves_it_out(pipeline: Template) -> None:
    """But not the deploy that made it and failed: the next try would be refused for a version that is there already."""
    for key in _ids(pipeline):
        version = pipeline.resources[key]
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_other_settings_are_other_versions(pipeline: Template, variant: dict[str, Template]) -> None:
    """They are part of the code asset: a deployment keeps those that it began with."""
    assert not _ids(pipeline) & _ids(variant["Landfall-Pipeline"])


def _synthesised(directory: Path, **changed: Any) -> Template:
    """Return a stack of one step and its machine, with something changed."""
    layer, code = directory / f"{changed.get('layer', 'layer')}.zip", f"handler = {changed.get('code', 0)}"
    layer.write_bytes(b"PK\x05\x06" + layer.name.encode().ljust(18, b"\0"))
    app = cdk.App(outdir=str(directory / "out"), context={**stacks_app.FLAGS}, analytics_reporting=False)
    stack = cdk.Stack(app, "Stack")
    shared = step_function.Shared(
        code=lambda_.Code.from_inline(code),
        layer=lambda_.LayerVersion(stack, "Layer", code=lambda_.Code.from_asset(str(layer))),
        key=kms.Key(stack, "Key"),
        scopes={},
        values={On.LEDGER: changed.get("table", "ledger")},
        requests_per_second=changed.get("requests", 0),
    )
    probe = step_function.StepFunction(stack, Step("Probe", asks_services=True), shared)
    if "role" in changed:
        probe.add_to_role_policy(iam.PolicyStatement(actions=["ecs:ListTasks"], resources=["*"]))
    text = json.dumps({"Comment": changed.get("text", ""), "StartAt": "S", "States": {"S": {"Type": "Succeed"}}})
    machine.StandardMachine(
        stack,
        "Machine",
        name="m",
        definition=sfn.DefinitionBody.from_string(text),
        functions={"Probe": probe},
        key=shared.key,
    )
    app.synth()
    return Template(json.loads((directory / "out" / "Stack.template.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("changed", "another"),
    [
        ({}, False),
        ({"code": 1}, True),
        ({"layer": "another"}, True),
        ({"requests": 1000}, True),
        ({"role": True}, False),
        ({"text": "another"}, False),
    ],
    ids=["nothing", "code", "layer", "memory", "role", "definition"],
)
def test_a_version_is_another_if_and_only_if_code_or_configuration_is(
    tmp_path: Path, changed: dict[str, Any], another: bool
) -> None:
    """Lambda publishes none where nothing changed, and CloudFormation fails where one is asked for all the same."""
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    before, after = _synthesised(tmp_path / "before"), _synthesised(tmp_path / "after", **changed)
    assert (_ids(before) != _ids(after)) == another
