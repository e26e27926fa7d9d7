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
"""Stacks that are synthesised and checked but not deployed: the emulator refuses an IAM OIDC provider, and an alarm on
an expression."""

Outputs = dict[str, dict[str, str]]


class DeployError(Exception):
    """A command failed. Carries all it said."""


def deploy(endpoint_env: Mapping[str, str], settings: Path) -> Outputs:
    """Deploy every stack for these settings, but for those NOT_HERE, and return each stack's outputs.

    `endpoint_env` is the environment of one local AWS, and the only one the CLI sees.
    """
    state = settings.resolve().parent
    # Side by side: most of a synth is the starting of jsii, and bootstrap has no use for the app.
    with ThreadPoolExecutor() as pool:
        synth = pool.submit(synthesise, endpoint_env, settings, state / "cdk.out")
        bootstrap = node.command("cdk", "bootstrap", f"aws://{ACCOUNT}/{REGION}")
        pool.submit(_run, bootstrap, state, _environment(endpoint_env)).result()
        synth.result()
    return deploy_assembly(endpoint_env, state / "cdk.out")


def synthesise(endpoint_env: Mapping[str, str], settings: Path, assembly: Path, *, root: Path = ROOT) -> None:
    """Write the cloud assembly of these settings, by the app of `root`: this repository, or another state of it."""
    context = {"settings": str(settings.resolve())}
    env = {
        **_environment(endpoint_env),
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
        # CDK's own check of the templates takes longer than the synth; tests/stacks has them all checked by cfn-lint.
        "CDK_VALIDATION": "false",
    }
    _run([sys.executable, str(root / "app.py")], root, env)


def deploy_assembly(endpoint_env: Mapping[str, str], assembly: Path) -> Outputs:
    """Deploy every stack of an assembly, but for those NOT_HERE, and return each stack's outputs."""
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
    """Run quietly; a failure is shown in full. `directory` has no cdk.json where the app must not be run again."""
    done = subprocess.run(
        command, cwd=directory, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"{' '.join(command)} failed with exit code {done.returncode}:\n{done.stdout}")
