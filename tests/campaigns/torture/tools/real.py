"""Starts the real tools against the endpoint: boto3's waiter, and fabfuel's ecs-deploy in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.campaigns.torture import roles
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.endpoint import Stage, serving
from tests.campaigns.torture.scenario import Scenario, scenario

ROOT = Path(__file__).parents[4]
REQUIREMENTS = ROOT / "requirements-torture.txt"
ENVIRONMENT = ROOT / "build" / "torture-venv"
LAUNCHER = Path(__file__).with_name("launcher.py")


def verdicts(tool: str, python: Path, wanted: Sequence[Scenario]) -> dict[str, tuple[str, float]]:
    """Send a tool through scenarios, one after the other. Returns what it said of each, and after how long."""
    clock, stage = Clock(), Stage()

    def control(told: dict[str, Any]) -> dict[str, Any]:
        with stage.lock:
            if "start" in told:
                clock.now = 0.0
                stage.play("sample", Cloud(scenario(told["start"]), clock))
            clock.now += float(told.get("advance", 0))
            return {"now": clock.now, "image": roles.image("ours"), "sha": roles.SHAS["ours"]}

    stage.control = control
    with serving(stage) as url:
        run = subprocess.run(
            [str(python), str(LAUNCHER), tool, url],
            input="".join(f"{s.id}\n" for s in wanted),
            capture_output=True,
            text=True,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHONPATH"))},
        )
    said = {line["id"]: (line["verdict"], line["seconds"]) for line in map(json.loads, run.stdout.splitlines())}
    if len(said) != len(wanted):
        raise RuntimeError(f"{tool} ended after {len(said)} of {len(wanted)} scenarios: {run.stderr[-2000:]}")
    return said


def this_python() -> Path:
    """Return the interpreter that runs this."""
    return Path(sys.executable)


def python_with_ecs_deploy() -> Path:
    """Return an interpreter that has ecs-deploy. Its pins are its own, so it gets an environment of its own."""
    python, done = ENVIRONMENT / "bin" / "python", ENVIRONMENT / REQUIREMENTS.name
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            str(REQUIREMENTS),
        ]
        subprocess.run(install, check=True)
        done.write_text(wanted, encoding="utf-8")
    return python
