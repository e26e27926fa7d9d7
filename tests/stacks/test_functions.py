"""The steps' functions."""

from __future__ import annotations

import pytest

from stacks import LAMBDAS, layer
from stacks.names import STEP_LOGS
from stacks.steps import STEPS, On, Step
from statemachine.definition import placeholders
from tests.stacks.template import Template

STEP = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)


@STEP
def test_a_function_runs_its_handler_on_the_layers_platform(pipeline: Template, step: Step) -> None:
    """One shared asset, the newest Python, arm64, bounded in time and memory."""
    function = pipeline.named("AWS::Lambda::Function", "FunctionName", step.function_name)

    assert (LAMBDAS / f"{step.module}.py").is_file()
    assert function["Handler"] == f"{step.module}.handler"
    assert function["Runtime"] == f"python{layer.PYTHON}"
    assert function["Architectures"] == ["arm64"]
    assert all(platform.endswith("aarch64") for platform in layer.PLATFORMS)
    assert (function["Timeout"], function["MemorySize"]) == (60, 512)
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogGroup"].startswith(f"<{step.id}Logs")
    assert "ReservedConcurrentExecutions" not in function  # a new account has none to spare


def test_all_functions_share_one_asset_and_one_layer(pipeline: Template) -> None:
    """So one upload, and one place to look."""
    functions = pipeline.of_type("AWS::Lambda::Function").values()

    assert len({f["Code"]["S3Key"] for f in functions}) == 1
    assert len({tuple(f["Layers"]) for f in functions}) == 1
    assert len(functions) == len(STEPS)


@STEP
def test_a_step_is_told_of_what_it_has_a_grant_on(pipeline: Template, step: Step) -> None:
    """The names are those that landfall.world reads."""
    function = pipeline.named("AWS::Lambda::Function", "FunctionName", step.function_name)
    expected = {
        "LANDFALL_LEDGER_TABLE": (On.LEDGER, "<LedgerB7379752>"),
        "LANDFALL_LOCK_TABLE": (On.LOCKS, "<LocksF3C5D457>"),
        "LANDFALL_STATE_MACHINE_ARN": (On.MACHINE, "arn:aws:states:REGION:ACCOUNT:stateMachine:landfall"),
        "LANDFALL_REPORT_BUCKET": (On.REPORTS, "<Reports65402A0A>"),
        "LANDFALL_TOPIC_ARN": (On.TOPIC, "<TopicBFC7AF6E>"),
    }

    assert function.get("Environment", {}).get("Variables", {}) == {
        name: value for name, (on, value) in expected.items() if step.reaches(on)
    }


def test_the_names_of_variables_are_those_that_the_world_reads() -> None:
    """Typed once, and this says which."""
    from landfall import world  # noqa: PLC0415  after the synth has put lambdas/ on the path

    assert (world.ENV_LEDGER, world.ENV_LOCKS, world.ENV_MACHINE, world.ENV_REPORTS, world.ENV_TOPIC) == (
        "LANDFALL_LEDGER_TABLE",
        "LANDFALL_LOCK_TABLE",
        "LANDFALL_STATE_MACHINE_ARN",
        "LANDFALL_REPORT_BUCKET",
        "LANDFALL_TOPIC_ARN",
    )


@STEP
def test_a_log_group_is_encrypted_and_kept_a_year(pipeline: Template, step: Step) -> None:
    """Each function has its own."""
    group = pipeline.named("AWS::Logs::LogGroup", "LogGroupName", f"{STEP_LOGS}/{step.id}")

    assert group["RetentionInDays"] == 365
    assert group["KmsKeyId"] == "<Key961B73FD.Arn>"


def test_the_machine_knows_every_function_and_no_other() -> None:
    """The definition's placeholders are the STEPS table's ids, but for the sweep, which a schedule invokes."""
    assert placeholders() == {f"{step.id}Arn" for step in STEPS if step.in_machine}


def test_the_machine_is_filled_in_logged_and_traced(pipeline: Template) -> None:
    """Logs hold no execution data: the ledger and the history do, and they are guarded."""
    machine = pipeline.only("AWS::StepFunctions::StateMachine")
    functions = {f for f in pipeline.of_type("AWS::Lambda::Function") if not f.startswith("Sweep")}

    assert machine["StateMachineType"] == "STANDARD"
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["DefinitionSubstitutions"].keys() == placeholders()
    assert set(machine["DefinitionSubstitutions"].values()) == {f"<{name}.Arn>" for name in functions}
