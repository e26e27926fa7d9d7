"""Landfall through scenarios end to end: the deployed state machine on the local AWS, with ECS and ELB replayed.

The functions are deployed as ever; their ECS and ELB endpoints, and the service's own URL, lead to the replay. A push
to the real registry starts each deployment. Time is real, and runs FASTER in the scenario.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cli.deployments.running_execution import Ending
from local.stage import landfall_stage as local
from tests.campaigns.torture import endpoint, replies
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.report import Cell
from tests.campaigns.torture.scenario import Scenario

FASTER = 10
LANES = ("reef", "shoal", "cape", "sound")
"""Services that go through scenarios side by side."""
LIMITS: dict[str, Any] = {
    "stability_timeout_seconds": 90,
    "stability_poll_seconds": 1,
    "target_health_attempts": 10,
    "target_health_interval_seconds": 3,
    "smoke_attempts": 5,
    "smoke_interval_seconds": 1,
    "bake_seconds": 6,
}
SMOKE: dict[str, Any] = {
    "protected_paths": [],
    "security_headers": [],
    "skip": ["cors", "base endpoint"],
    "identity_requests": 100,
}
"""The checks that have a subject anywhere, and as many requests as the promise takes: errors of 5 % are to be found."""
SETTINGS = f"waits a {FASTER}th as long, in a scenario that runs {FASTER} times as fast"
REPLAYED = ("AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2")


def run(scenarios: Sequence[Scenario]) -> tuple[dict[str, Cell], list[str]]:
    """Send Landfall through the scenarios. Returns how each ended, and what was wrong with that."""
    cells: dict[str, Cell] = {}
    complaints: list[str] = []
    free: SimpleQueue[str] = SimpleQueue()
    with _staged() as (stage, theatre), ThreadPoolExecutor(len(LANES)) as pool:
        for lane in LANES:
            free.put(lane)

        def one(scenario: Scenario) -> None:
            lane = free.get()
            try:
                cells[scenario.id], wrong = _played(stage, theatre, lane, scenario)
                complaints.extend(wrong)
            except (TimeoutError, LookupError) as error:
                complaints.append(f"{scenario.id}, on the local AWS: {error}")
            finally:
                free.put(lane)

        list(pool.map(one, scenarios))
    return cells, complaints


@contextmanager
def _staged() -> Iterator[tuple[local.Stage, endpoint.Stage]]:
    theatre = endpoint.Stage()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state, endpoint.serving(theatre) as url:
        changes = {"stack": None, "ca_bundle": None, "smoke": SMOKE, "way_back": "warn", **LIMITS}
        overrides = {lane: {**changes, "base_url": f"{url}/{lane}"} for lane in LANES}
        replayed = dict.fromkeys(REPLAYED, url)
        with local.staged(Path(state), LANES, overrides=overrides, lambda_endpoints=replayed) as stage:
            for lane in LANES:
                stage.aws.client("ecr").create_repository(repositoryName=f"landfall/{lane}")
            yield stage, theatre


def _played(stage: local.Stage, theatre: endpoint.Stage, lane: str, scenario: Scenario) -> tuple[Cell, list[str]]:
    began, before = time.monotonic(), datetime.now(UTC)

    def clock() -> float:
        return (time.monotonic() - began) * FASTER

    def real(moment: datetime) -> datetime:
        return before + (moment - replies.EPOCH) / FASTER

    cloud = Cloud(scenario, clock)
    cloud.our_sha = sha = local.commit(f"{lane} {scenario.id}")
    theatre.play(lane, cloud, real)
    stage.push(lane, sha)
    ending = stage.ended(stage.started_by_push(lane, sha, before - timedelta(seconds=1)), lane)
    updated = cloud.story.updated_at or 0.0
    decided = next((e.at for e in ending.events if e.state.startswith(("Rollback", "Report"))), datetime.now(UTC))
    seconds = ((decided - before).total_seconds() * FASTER) - updated
    record = ending.record
    cell = Cell(
        verdict="success" if ending.outcome in ("SUCCEEDED", "NO_CHANGE") else "failure",
        seconds=round(seconds, 1),
        outcome=ending.outcome,
        code=str(record.get("code", "")),
        ended=round(clock() - updated, 1),
    )
    return cell, _wrong(scenario, cell, ending)


def _wrong(scenario: Scenario, cell: Cell, ending: Ending) -> list[str]:
    why = str(ending.record.get("why", ending.cause))
    problems = [
        *([f"ended {cell.outcome}, not {scenario.expected}"] if cell.outcome != scenario.expected else []),
        *([f"found {cell.code}, not {scenario.code}"] if scenario.code and cell.code != scenario.code else []),
        *(f"never said {text!r}" for text in scenario.says if text not in why),
    ]
    return [f"{scenario.id}, on the local AWS: {'; '.join(problems)}: {why}"] if problems else []
