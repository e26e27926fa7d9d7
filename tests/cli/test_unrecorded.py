"""Executions without a record: what is left of a deployment whose open record somebody deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.evidence import checkpoint as file
from cli.evidence.checking import Checking
from cli.evidence.unrecorded import Recent
from landfall import naming
from landfall.chain.check.chain_evidence import Finding
from tests.campaigns.tampering import chains
from tests.support.history import World

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


def checked(world: World, path: Path | None = None) -> list[Finding]:
    """Check the one service, and the executions."""
    known = file.of(world, path) if path else None
    recent = Recent(world, known.executions_since if known else None)
    checking = Checking(world, lambda _, mark: mark, path, known, recent)
    list(checking.services(["sample"]))
    return checking.executions()


def test_an_execution_without_a_record_is_found() -> None:
    """Whoever started it; one that is young may not have opened its record yet."""
    world = World.empty()
    world.close(1)
    world.executions[str(chains.record(1)["deployment_id"])] = AN_HOUR_AGO
    world.executions["e7c1_5d1f"] = AN_HOUR_AGO
    world.executions["young"] = datetime.now(UTC)
    assert [(f.code, f.deployment_id) for f in checked(world)] == [("NO_RECORD", "e7c1_5d1f")]


def test_an_execution_that_aws_named_is_known_by_its_id() -> None:
    """EventBridge names an execution by a UUID, and the id of its deployment begins with the time."""
    world = World.empty()
    world.close(1)
    world.executions["e7c1_5d1f"] = AN_HOUR_AGO
    content = chains.record(2) | {"deployment_id": naming.deployment("e7c1_5d1f", AN_HOUR_AGO.isoformat())}
    world.table.put({k: v for k, v in content.items() if k != "outcome"})
    assert checked(world) == []


def test_a_second_check_looks_at_the_executions_since_the_first(tmp_path: Path) -> None:
    """A finding stays one until it is looked into; what was compared is not compared again."""
    world, path = World.empty(), tmp_path / "checkpoint.json"
    world.close(1)
    world.executions["lost"] = AN_HOUR_AGO
    assert len(checked(world, path)) == len(checked(world, path)) == 1
    del world.executions["lost"]
    world.executions[str(chains.record(1)["deployment_id"])] = AN_HOUR_AGO
    assert checked(world, path) == []
    world.reads.clear()
    assert checked(world, path) == []
    assert world.reads["DescribeExecution"] == 0


def test_a_record_that_is_not_read_again_is_looked_up(tmp_path: Path) -> None:
    """By the index of executions: a check that goes on sees few ids."""
    world, path = World.empty(), tmp_path / "checkpoint.json"
    world.close(1, 2)
    list(Checking(world, lambda _, mark: mark, path, file.of(world, path)).services(["sample"]))
    world.executions[str(chains.record(1)["deployment_id"])] = AN_HOUR_AGO
    assert len(checked(world, path)) == 1
    world.table.by_execution["arn:" + str(chains.record(1)["deployment_id"])] = str(chains.record(1)["deployment_id"])
    assert checked(world, path) == []
