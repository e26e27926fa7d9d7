"""The hour on the local AWS, where nobody has to be asked: the first example of a recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import ClientError

from cli.clients import session
from cli.cloud import Cloud
from landfall.settings import Service
from landfall.settings_file import read as settings_file
from local.stage.landfall_stage import Stage, commit, staged
from local.stage.own_directory import own_directory
from tests.contract.rehearsal import looks
from tests.contract.rehearsal.hour import STEPS
from tests.contract.rehearsal.recorder import Recorder

SERVICE, WHERE = "sample", "local"
SECONDS = 240
"""For one step."""
PUSHED = {"first": "", "healthy": "", "smoke": "wrong-sha", "crash": "crash-on-start"}
"""The steps that push an image, and with what fault."""
ENDS = {"first": "SUCCEEDED", "healthy": "SUCCEEDED", "smoke": "ROLLED_BACK", "crash": "ROLLED_BACK"}


def rehearse(recorder: Recorder, recorded: Path) -> int:
    """Run every step, and write what was answered."""
    problems: list[str] = []
    print("deploy: a local AWS, and Landfall in it …", flush=True)
    with own_directory("rehearsal") as state, staged(state) as stage:
        cloud = Cloud(session(), settings_file.load(stage.settings), stage.aws.endpoint)
        service = cloud.service(SERVICE)
        for step in STEPS:
            with recorder.during(step.id):
                print(f"{step.id}: {step.does} …", flush=True)
                problems += _step(step.id, stage, cloud, service)
    written = recorder.write(recorded, WHERE)
    print(f"{recorder.calls} replies heard; {len(written)} files in {recorded / WHERE}")
    for problem in problems:
        print(f"not as it should be: {problem}")
    return 1 if problems else 0


def _step(name: str, stage: Stage, cloud: Cloud, service: Service) -> list[str]:
    if name in PUSHED:
        return _pushed(name, stage, cloud, service)
    if name == "contention":
        for _ in range(2):
            stage.start({"service": SERVICE, "image_tag": commit("rehearsal healthy"), "requested_by": "rehearsal"})
        return _until_over(lambda: not looks.running(cloud), cloud, service)
    if name == "throttle":
        for _ in range(5):
            looks.look(cloud, service)
    if name == "evidence":
        looks.evidence(cloud, service)
    if name == "redrive":
        try:
            cloud.client("stepfunctions").redrive_execution(executionArn=looks.last_failed(cloud))
        except ClientError as error:
            print(f"  {error}")
    looks.look(cloud, service)
    return []


def _pushed(name: str, stage: Stage, cloud: Cloud, service: Service) -> list[str]:
    began, sha = datetime.now(UTC), commit(f"rehearsal {name}")
    stage.push(SERVICE, sha, fault=PUSHED[name])
    follower = stage.started_by_push(SERVICE, sha, began, seconds=60)
    problems = _until_over(lambda: not looks.running(cloud), cloud, service)
    outcome = stage.record_of(follower.arn, SERVICE).get("outcome", "")
    if outcome != ENDS[name]:
        problems.append(f"{name} ended {outcome or 'without a record'}, not {ENDS[name]}")
    return problems


def _until_over(over: Callable[[], bool], cloud: Cloud, service: Service) -> list[str]:
    give_up = time.monotonic() + SECONDS
    while not over():
        if time.monotonic() > give_up:
            return [f"it was not over after {SECONDS} s"]
        looks.look(cloud, service)
        time.sleep(1)
    looks.look(cloud, service)
    return []
