"""Deploys the real CDK app to a local AWS, with the real CDK CLI."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cli.loopback import require_loopback
from stacks import ROOT, node

ACCOUNT, REGION = "000000000000", "us-east-1"

NOT_HERE = frozenset({"Landfall-GitHub", "Landfall-Watch"})
"""Stacks that are synthesised and checked but not deployed, since the emulator has neither IAM OIDC providers nor
alarms on expressions."""

Outputs = dict[str, dict[str, str]]


class DeployError(Exception):
    """A command failed. The message has its output."""


def deploy(endpoint_env: Mapping[str, str], settings: Path) -> Outputs:
    """Deploy every stack for these settings, except those in NOT_HERE, and return each stack's outputs.

    `endpoint_env` is the environment of one local AWS. The CLI sees no other.
    """
    state = settings.resolve().parent
    # In parallel: most of a synth is the start of jsii, and bootstrap doesn't need the app.
    with ThreadPoolExecutor() as pool:
        synth = pool.submit(synthesise, endpoint_env, settings, state / "cdk.out")
        bootstrap = node.command("cdk", "bootstrap", f"aws://{ACCOUNT}/{REGION}")
        pool.submit(_run, bootstrap, state, _environment(endpoint_env)).result()
        synth.result()
    return deploy_assembly(endpoint_env, state / "cdk.out")


def synthesise(endpoint_env: Mapping[str, str], settings: Path, assembly: Path, *, root: Path = ROOT) -> None:
    """Write the cloud assembly for these settings with the app in `root`: this repository, or another version of it."""
    context = {"settings": str(settings.resolve())}
    env = {
        **_environment(endpoint_env),
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
        # CDK's check of the templates takes longer than the synth; tests/stacks checks them all with cfn-lint.
        "CDK_VALIDATION": "false",
    }
    _run([sys.executable, str(root / "app.py")], root, env)


def deploy_assembly(endpoint_env: Mapping[str, str], assembly: Path) -> Outputs:
    """Deploy every stack of an assembly, except those in NOT_HERE, and return each stack's outputs."""
    state, outputs = assembly.parent, assembly.parent / "outputs.json"
    arguments = ("--app", str(assembly), "--outputs-file", str(outputs), "--require-approval", "never")
    stacks = {path.name.removesuffix(".template.json") for path in assembly.glob("*.template.json")} - NOT_HERE
    command = node.command("cdk", "deploy", *sorted(stacks), "--concurrency", "4", "--no-notices", *arguments)
    _run(command, state, _environment(endpoint_env))
    return dict(json.loads(outputs.read_text(encoding="utf-8")))


def _environment(endpoint_env: Mapping[str, str]) -> dict[str, str]:
    require_loopback(endpoint_env.get("AWS_ENDPOINT_URL", "AWS itself: AWS_ENDPOINT_URL is not set"))
    return dict(node.environment(endpoint_env))


def _run(command: Sequence[str], directory: Path, env: Mapping[str, str]) -> None:
    """Run a command, and show its output only on failure.

    Use a `directory` without cdk.json if the app must not run.
    """
    done = subprocess.run(
        command, cwd=directory, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"{' '.join(command)} failed with exit code {done.returncode}:\n{done.stdout}")
