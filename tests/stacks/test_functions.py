"""The steps' functions."""

from __future__ import annotations

import pytest

from landfall.runtime import environment
from stacks import LAMBDAS
from stacks.assets import layer
from stacks.functions.steps_table import STEPS, On, Step
from stacks.names import STEP_LOGS
from statemachine.definition import Machine, placeholders
from statemachine.retry_and_catch import TIMEOUT_SECONDS
from tests.stacks.template import Template

MACHINES = pytest.mark.parametrize(
    ("machine", "name"),
    [(Machine.DEPLOY, "landfall"), (Machine.BUILD_WATCH, "landfall-build-watch")],
    ids=["deploy", "build watch"],
)
STEP = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)


@STEP
def test_a_function_runs_its_handler_on_the_layers_platform(pipeline: Template, step: Step) -> None:
    """One shared asset, the Python that the tests run on, arm64, bounded in time and memory."""
    function = pipeline.named("AWS::Lambda::Function", "FunctionName", step.function_name)

    assert (LAMBDAS / f"{step.module}.py").is_file()
    assert function["Handler"] == f"{step.module}.handler"
    assert function["Runtime"] == f"python{layer.PYTHON}"
    assert function["Architectures"] == ["arm64"]
    assert all(platform.endswith("aarch64") for platform in layer.PLATFORMS)
    # Reconcile is over before the schedule invokes it again; AfterCheck waits for the owner's function
    alone = {"Reconcile": 840, "AfterCheck": 885}
    assert (function["Timeout"], function["MemorySize"]) == (alone.get(step.id, 60), 512)
    if step.machine and step.id not in alone:
        assert function["Timeout"] < TIMEOUT_SECONDS  # of a Task, so that the machine hears Lambda's own error
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
    """The names are those that landfall.runtime.world reads."""
    function = pipeline.named("AWS::Lambda::Function", "FunctionName", step.function_name)
    expected = {
        "LANDFALL_LEDGER_TABLE": ({On.LEDGER, On.WAKES}, "<LedgerB7379752>"),
        "LANDFALL_LOCK_TABLE": ({On.LOCKS}, "<LocksF3C5D457>"),
        "LANDFALL_FREEZE_TABLE": ({On.FREEZES}, "<Freezes1BCE865E>"),
        "LANDFALL_STATE_MACHINE_ARN": ({On.MACHINE}, "arn:aws:states:REGION:ACCOUNT:stateMachine:landfall"),
        "LANDFALL_STATE_MACHINES": (
            {On.MACHINES},
            " ".join(
                f"arn:aws:states:REGION:ACCOUNT:stateMachine:{name}" for name in ("landfall", "landfall-build-watch")
            ),
        ),
        "LANDFALL_REPORT_BUCKET": ({On.REPORTS, On.REPORT_NAMES, On.SIGNING_BEGUN}, "<Reports65402A0A>"),
        "LANDFALL_SIGNING_KEY": ({On.SIGNATURES}, "<SigningKeyEEFC2790.Arn>"),
        "LANDFALL_TOPIC_ARN": ({On.TOPIC}, "<TopicBFC7AF6E>"),
        "LANDFALL_EVENT_BUS": ({On.EVENT_BUS}, "landfall"),
    }

    assert function.get("Environment", {}).get("Variables", {}) == {
        name: value for name, (reached, value) in expected.items() if any(map(step.reaches, reached))
    }


def test_the_names_of_variables_are_those_that_the_world_reads() -> None:
    """Typed once, and this says which."""
    names = (environment.ENV_LEDGER, environment.ENV_LOCKS, environment.ENV_FREEZES, environment.ENV_MACHINE)
    assert (*names, environment.ENV_REPORTS, environment.ENV_TOPIC, environment.ENV_BUS) == (
        "LANDFALL_LEDGER_TABLE",
        "LANDFALL_LOCK_TABLE",
        "LANDFALL_FREEZE_TABLE",
        "LANDFALL_STATE_MACHINE_ARN",
        "LANDFALL_REPORT_BUCKET",
        "LANDFALL_TOPIC_ARN",
        "LANDFALL_EVENT_BUS",
    )


@STEP
def test_a_log_group_is_encrypted_and_kept_a_year(pipeline: Template, step: Step) -> None:
    """Each function has its own."""
    group = pipeline.named("AWS::Logs::LogGroup", "LogGroupName", f"{STEP_LOGS}/{step.id}")

    assert group["RetentionInDays"] == 365
    assert group["KmsKeyId"] == "<Key961B73FD.Arn>"


@MACHINES
def test_a_machine_knows_its_functions_and_no_other(machine: Machine, name: str) -> None:
    """The definition's placeholders are the ids that the STEPS table gives it; the sweep is no machine's."""
    assert placeholders(machine) == {f"{step.id}Arn" for step in STEPS if step.machine is machine}


@MACHINES
def test_a_machine_is_filled_in_logged_and_traced(pipeline: Template, machine: Machine, name: str) -> None:
    """Logs hold no execution data: the ledger and the history do, and they are guarded."""
    made = pipeline.named("AWS::StepFunctions::StateMachine", "StateMachineName", name)
    filled_in: dict[str, str] = made["DefinitionSubstitutions"]

    assert made["StateMachineType"] == "STANDARD"
    assert made["LoggingConfiguration"]["Level"] == "ALL"
    assert made["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert made["TracingConfiguration"] == {"Enabled": True}
    assert filled_in.keys() == placeholders(machine)
    assert all(arn.startswith(f"<{key.removesuffix('Arn')}") for key, arn in filled_in.items())


def test_nothing_watches_where_something_else_builds(unbuilt: Template) -> None:
    """Without a build table there is no project to hear of: no watch, no rule, no functions of it."""
    watching = {step.function_name for step in STEPS if step.machine is Machine.BUILD_WATCH}
    functions = {f["FunctionName"] for f in unbuilt.of_type("AWS::Lambda::Function").values()}

    machines = {m["StateMachineName"] for m in unbuilt.of_type("AWS::StepFunctions::StateMachine").values()}
    assert machines == {"landfall"}
    assert watching
    assert not functions & watching
    assert not [name for name in unbuilt.of_type("AWS::Events::Rule") if name.startswith("OnBuild")]
