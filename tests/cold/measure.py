"""How long a step takes to be ready, as it ships, beside bare boto3 clients of the same services.

Each measurement is a fresh interpreter that sees the code asset and the layer, and nothing else. What is counted is
the CPU's time and not the clock's: on a busy machine the second says more of the machine. Pairs in turn, so that both
sides see the same machine; the ratio is that of the medians of one run.
"""

from __future__ import annotations

import os
import shutil
import statistics
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from landfall.settings_file.read import load
from local.settings import TEMPLATE
from stacks.assets import asset, bytecode, layer
from stacks.functions.steps_table import Step

CLIENTS = {
    "ecs": "ecs",
    "ecr": "ecr",
    "elasticloadbalancing": "elbv2",
    "dynamodb": "dynamodb",
    "states": "stepfunctions",
    "sns": "sns",
    "events": "events",
    "codebuild": "codebuild",
    "lambda": "lambda",
}
"""What a step has a client of by IAM's prefix. Those that few invocations come to (KMS, S3, logs, secrets, alarms and
roles) are made when they do, and are in neither side."""
_WORLD = "from landfall.runtime.world import World; world = World(); "
_LANDFALL = "import {module}; assert {module}.handler; " + _WORLD + "[world._client(name) for name in {clients}]"
_ASKS = (
    "; from landfall import smoke; from landfall.runtime import http_probe"
    "; from landfall.smoke import own_checks, service_checks, surface_checks; http_probe._trusting(None)"
)
"""What a step that asks services adds: httpx, the checks, and a TLS context, which bare clients make when they call."""
_BARE = "import boto3; [boto3.client(name) for name in {clients}]"


@dataclass(frozen=True)
class Cold:
    """CPU milliseconds until a step is ready, and until bare clients of the same services are."""

    step: str
    landfall: float
    bare: float

    @property
    def ratio(self) -> float:
        """Return how many times a bare client's it is."""
        return self.landfall / self.bare


def clients(step: Step) -> tuple[str, ...]:
    """Return the services that a step has clients of; one at least, since boto3 is what is compared with."""
    prefixes = (action.partition(":")[0] for grant in step.grants for action in grant.actions)
    return tuple(dict.fromkeys(CLIENTS[prefix] for prefix in prefixes if prefix in CLIENTS)) or ("secretsmanager",)


@contextmanager
def shipped() -> Iterator[tuple[Path, Path]]:
    """Lay out the code asset and the layer as Lambda does; what is compiled in the layer, as of this machine."""
    with TemporaryDirectory(prefix="landfall-cold-") as directory:
        code, packages = Path(directory) / "task", Path(directory) / "opt"
        with asset.staged(TEMPLATE, load(TEMPLATE)) as staged:
            shutil.copytree(staged, code)
        with zipfile.ZipFile(layer.current()) as archive:
            archive.extractall(packages)
        layer.compile_here(packages / "python")
        yield code, packages / "python"


def measured(step: Step, paths: Sequence[Path], pairs: int) -> Cold:
    """Measure a step and bare clients in turn, each as often. Raises RuntimeError where a program fails."""
    names = clients(step)
    landfall = _LANDFALL.format(module=step.module, clients=names) + (_ASKS if step.asks_services else "")
    programs = (landfall, _BARE.format(clients=names))
    for program in programs:  # once unmeasured: what comes from the disk comes for both
        _milliseconds(program, paths)
    times = [[_milliseconds(program, paths) for program in programs] for _ in range(pairs)]
    ours, bare = (statistics.median(each) for each in zip(*times, strict=True))
    return Cold(step.id, ours, bare)


def _milliseconds(program: str, paths: Sequence[Path]) -> float:
    """Run a program in a fresh interpreter and return the CPU's time, user's and system's."""
    found = bytecode.interpreter()
    if found is None:
        raise RuntimeError(f"no Python {bytecode.version()} is found here, which the functions run on")
    seen = f"import sys; sys.dont_write_bytecode = True; sys.path[:0] = {[str(path) for path in paths]!r}; "
    command = [str(found[1]), "-I", "-S", "-c", seen + program]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    child = os.posix_spawn(command[0], command, environment)
    _, status, used = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} failed")
    return (used.ru_utime + used.ru_stime) * 1000
