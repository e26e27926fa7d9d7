"""`python app.py`, as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.loopback import NotLoopbackError
from local.settings import TEMPLATE
from local.stage.deploy import deploy
from stacks import ROOT

NOWHERE = "http://127.0.0.1:9"  # the discard port: an AWS call would fail at once, and be seen


def _synth(outdir: Path, *, validated: bool = False, **context: str) -> subprocess.CompletedProcess[str]:
    """Run the app with nothing on PATH and an environment in which no AWS call can succeed."""
    env = {
        **({} if validated else {"CDK_VALIDATION": "false"}),
        "PATH": str(outdir / "nothing-here"),
        "HOME": str(Path.home()),  # where jsii keeps what it unpacked
        "CDK_OUTDIR": str(outdir / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_ACCESS_KEY_ID": "bogus",
        "AWS_SECRET_ACCESS_KEY": "bogus",
        "DOCKER_HOST": "tcp://127.0.0.1:9",
    }
    command = [sys.executable, str(ROOT / "app.py")]
    return subprocess.run(command, env=env, cwd=outdir, capture_output=True, text=True, check=False)


# CDK's own validation takes eight seconds. test_lint.py has cfn-lint check the same templates; `make synth` and each
# deploy on AWS run CDK's validation too.
VALIDATED = [pytest.param(False, id="as it is"), pytest.param(True, id="and validated", marks=pytest.mark.long)]


@pytest.mark.parametrize("validated", VALIDATED)
def test_the_app_synthesises_without_aws_docker_or_node(tmp_path: Path, *, validated: bool) -> None:
    """And without a word: no banner, no warning; whichever services are named."""
    done = _synth(tmp_path, validated=validated)

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "cdk.out" / "Landfall-Pipeline.template.json").exists()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('container = "app"', 'contianer = "app"', "unknown key"),
        ("max_response_seconds = 2.0", 'max_response_seconds = "two"', "wrong value type"),
    ],
)
def test_wrong_settings_stop_the_synth_with_the_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    """One line that says where and what; no traceback."""
    text = TEMPLATE.read_text(encoding="utf-8")
    line = 1 + next(n for n, content in enumerate(text.splitlines()) if content.startswith(old))
    settings = tmp_path / "services.toml"
    settings.write_text(text.replace(old, new, 1), encoding="utf-8")

    done = _synth(tmp_path, settings=str(settings))

    assert done.returncode == 1
    assert done.stderr.startswith(f"landfall: {settings}:{line}: ")
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("endpoint", ["https://sts.amazonaws.com", "http://10.0.0.1:4566", ""])
def test_the_local_deploy_refuses_to_leave_this_machine(tmp_path: Path, endpoint: str) -> None:
    """Before it starts anything."""
    env = {**os.environ, "AWS_ENDPOINT_URL": endpoint} if endpoint else {}

    with pytest.raises(NotLoopbackError):
        deploy(env, tmp_path / "services.toml")
