"""`make rehearsal`: walks through an hour on AWS, and keeps what AWS answered under tests/contract/recorded.

DRY=1 prints the hour. REAL=1 goes to the account of your credentials, shows it, and asks before each step. Without
either it runs by itself on a local AWS. Exits 0 where every step came to its end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cli import cloud as clouds
from cli.cloud import Cloud
from landfall.errors import LandfallError
from landfall.settings import Service
from tests.contract.rehearsal import looks
from tests.contract.rehearsal.hour import STEPS, Step, printed
from tests.contract.rehearsal.recorder import Recorder

ROOT = Path(__file__).resolve().parents[3]
RECORDED = ROOT / "tests" / "contract" / "recorded"
QUICK_LOOKS = 40
"""One after the other: over what DescribeServices lets through at once of a real account's bucket, with its tasks."""
Over = Callable[[], bool]


def main() -> int:
    """Rehearse, or say what would be."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.rehearsal", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print the hour")
    parser.add_argument("--real", action="store_true", help="on the account of your credentials, which is asked for")
    parser.add_argument("--service", default="sample", help="a service of services.toml with a stack of its own")
    options = parser.parse_args()
    if options.dry:
        print(printed())
        return 0
    recorder = Recorder()
    recorder.listen()
    if options.real:
        return _real(recorder, options.service)
    if os.environ.get("AWS_ENDPOINT_URL"):
        print("AWS_ENDPOINT_URL is set: the rehearsal starts a local AWS of its own, and asks none that runs")
    from tests.contract.rehearsal import local  # noqa: PLC0415  a real account needs nothing of it

    return local.rehearse(recorder, RECORDED)


def _real(recorder: Recorder, name: str) -> int:
    cloud = clouds.on_aws(None, None, None)
    print(printed())
    print(f"\nThis changes a real account, and costs money: {cloud.identity}, {cloud.region}.")
    account = cloud.identity.split(":")[4]
    if input(f"Type {account} to go on: ").strip() != account:
        print("nothing was done")
        return 2
    service, problems = cloud.service(name), []
    for step in STEPS:
        if input(f"\n{step.id}: {step.does}. Enter to do it, s to leave it out: ").strip() == "s":
            continue
        with recorder.during(step.id):
            if not _done(step, cloud, service):
                problems.append(step.id)
        recorder.write(RECORDED, f"real-{datetime.now(UTC):%Y%m%d}")
    print(f"{recorder.calls} replies heard; kept, scrubbed, in {RECORDED}. Read them before you commit them.")
    print(f"not as it should be: {', '.join(problems)}" if problems else "every step came to its end")
    return 1 if problems else 0


def _done(step: Step, cloud: Cloud, service: Service) -> bool:
    """Run a step's commands, looking meanwhile. Says whether they ended as they must."""
    if step.id == "throttle":
        for _ in range(QUICK_LOOKS):
            looks.look(cloud, service)
    if step.id == "evidence":
        looks.evidence(cloud, service)
    for command in step.commands:
        text = _filled(command, step, cloud, service)
        print(f"$ {text}", flush=True)
        with subprocess.Popen(text, shell=True, cwd=ROOT, executable="/bin/bash") as process:  # noqa: S602  a step's own
            follow(lambda process=process: process.poll() is not None, cloud, service, 5.0)  # type: ignore[misc]
        if process.returncode not in (0, *step.also):
            return False
    return True


def _filled(command: str, step: Step, cloud: Cloud, service: Service) -> str:
    text = command.replace("{service}", service.name)
    if "{registry}" in text:
        account = cloud.identity.split(":")[4]
        text = text.replace("{registry}", f"{account}.dkr.ecr.{cloud.region}.amazonaws.com")
    if "{machine}" in text:
        text = text.replace("{machine}", cloud.machine)
    return text.replace("{failed}", looks.last_failed(cloud)) if "{failed}" in text else text


def follow(over: Over, cloud: Cloud, service: Service, pause: float) -> None:
    """Look until it is over, and once more then."""
    while not over():
        try:
            looks.look(cloud, service)
        except LandfallError as error:
            print(f"  {error}")
        time.sleep(pause)
    looks.look(cloud, service)


if __name__ == "__main__":
    sys.exit(main())
