"""Landfall is upgraded while deployments are under way: each finishes on the code and settings that it began with.

The upgrade is the worst that there can be: its steps understand nothing that was begun before it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cli.deployments.running_execution import Follower
from local.stage.deploy import deploy_assembly, synthesise
from local.stage.landfall_stage import Stage, commit, staged
from stacks import ROOT
from stacks.functions.steps_table import STEPS
from statemachine.definition import Machine
from tests.e2e import laws
from tests.e2e.pushing import pushed
from tests.e2e.stopping import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WAITING, RETURNING = "waiting", "returning"
_PATIENT = {"stability_timeout_seconds": 300, "stack": {"unhealthy_threshold": 5, "start_period_seconds": 60}}
"""Nothing here is about how soon a task is healthy: a busy machine is to fail none."""
OVERRIDES: dict[str, dict[str, Any]] = {
    WAITING: {"bake_seconds": 90, **_PATIENT},
    RETURNING: {"stability_poll_seconds": 45, **_PATIENT},
}
"""Waits that are longer than an upgrade takes."""
REFUSAL = "the upgrade understands nothing that was begun before it"
CALLED = [step.function_name for step in STEPS if step.machine is Machine.DEPLOY]
VERSIONED = [step.function_name for step in STEPS if step.machine]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a local AWS of its own: no other test wants such an upgrade."""
    with staged(tmp_path_factory.mktemp("upgraded"), (WAITING, RETURNING), overrides=OVERRIDES) as stage:
        for service in (WAITING, RETURNING):
            stage.push(service, commit(f"{service} baseline"))
        yield stage


def upgraded(directory: Path) -> Path:
    """Return a copy of the repository whose steps refuse whatever they are given; a schedule gives nothing."""
    ignored = shutil.ignore_patterns(".git", ".venv", "node_modules", "build", "cdk.out", "tests", "__pycache__")
    root = Path(shutil.copytree(ROOT, directory / "upgraded", ignore=ignored))
    for name in ("build", "node_modules"):
        (root / name).symlink_to(ROOT / name)
    step = root / "lambdas" / "landfall" / "runtime" / "step.py"
    text = step.read_text(encoding="utf-8")
    begins = "        try:\n            _bind(event, context)\n"
    assert text.count(begins) == 1
    refusing = f"        if event:\n            raise LookupError({REFUSAL!r})\n"
    step.write_text(text.replace(begins, refusing + begins), encoding="utf-8")
    return root


def begun(stage: Stage, service: str, name: str, **image: Any) -> Follower:
    """Push a release and return its deployment."""
    before = datetime.now(UTC)
    stage.push(service, commit(name), **image)
    return stage.started_by_push(service, commit(name), before)


def has_entered(stage: Stage, follower: Follower, state: str) -> None:
    """Wait until an execution waits in a state, and not longer."""

    def entered() -> bool:
        found = stage.stepfunctions.get_execution_history(executionArn=follower.arn, reverseOrder=True, maxResults=3)
        return state in (e.get("stateEnteredEventDetails", {}).get("name") for e in found["events"])

    eventually(entered, f"{state} of {follower.arn}", seconds=180)


def first_about(stage: Stage, text: str) -> Follower | None:
    """Return an execution whose input tells of that."""
    return next(iter(stage.executions_about(text)), None)


def numbers(stage: Stage, function: str) -> list[str]:
    """Return the versions of a function."""
    found = stage.aws.client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
    return [v["Version"] for v in found if v["Version"] != "$LATEST"]


def invoked(stage: Stage, function: str, payload: Any) -> Any:
    """Invoke a function's newest code and return what it answers."""
    answer = stage.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    return json.loads(answer["Payload"].read())


def test_a_deployment_finishes_on_what_it_began_with(own: Stage, tmp_path: Path) -> None:
    """One that waits out its proof lands, and one that is on its way back gets there and proves it."""
    for service in (WAITING, RETURNING):
        follower = eventually(partial(first_about, own, f"landfall/{service}"), "a baseline")
        laws.hold(own, own.ended(follower, service, 600), service, "SUCCEEDED")
    root, assembly = upgraded(tmp_path), own.settings.parent / "upgrade" / "cdk.out"
    synthesise(own.aws.env(), own.settings, assembly, root=root)
    returning = begun(own, RETURNING, "bad", fault="crash-on-start")
    has_entered(own, returning, "WaitForRollbackStability")
    waiting = begun(own, WAITING, "good")
    has_entered(own, waiting, "WaitForBake")

    deploy_assembly(own.aws.env(), assembly)

    for follower in (waiting, returning):
        status = own.stepfunctions.describe_execution(executionArn=follower.arn)["status"]
        assert status == "RUNNING", "the upgrade took longer than the wait that it was to fall into"
    assert {tuple(numbers(own, name)) for name in CALLED} == {("1", "2")}
    assert REFUSAL in str(invoked(own, "landfall-check-stability", {"release": {}}))
    laws.hold(own, own.ended(waiting, WAITING, 600), WAITING, "SUCCEEDED")
    laws.hold(own, own.ended(returning, RETURNING, 600), RETURNING, "ROLLED_BACK")


def test_what_begins_after_it_is_the_upgrade_s(own: Stage) -> None:
    """The machine names the new versions, and what removes old ones leaves both: the first are young."""
    machine = own.stepfunctions.describe_state_machine(stateMachineArn=own.pipeline["StateMachineArn"])
    assert all(f":function:{name}:2" in machine["definition"] for name in CALLED)
    assert invoked(own, "landfall-retire", {}) == {"versions": 2 * len(VERSIONED), "removed": 0}
    with pytest.raises((AssertionError, TimeoutError)):
        laws.hold(own, pushed(own, WAITING, "with the upgrade"), WAITING, "SUCCEEDED")
