"""The wheel alone, on every Python that is found: what `pip install landfall-….whl` gives, far from the checkout.

`make install-check`. It asks a package index for the dependencies, and is left out of the default run for that;
tests/cli/test_installed.py is that run's short form.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.exits import Exit
from stacks import ROOT
from tests.building.workflow import TEMPLATE, Push
from tests.cli.verbs import VERBS

pytestmark = pytest.mark.long

PYTHONS = ("3.11.2", "3.12", "3.13", "3.14")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and what its metadata asks for."""

    bin: Path
    home: Path

    def run(self, *line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of it, in a directory of its own, and with nothing of the checkout in sight."""
        env = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home), "AWS_EC2_METADATA_DISABLED": "true"}
        return subprocess.run(line, env=env | variables, cwd=self.home, capture_output=True, text=True, check=False)


def quietly(line: Sequence[str | Path]) -> None:
    """Run it; a failure is shown in full. With the checkout on its path pip would take the command for installed."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, where an index is reached."""
    directory = tmp_path_factory.mktemp("wheel")
    needed = re.search(r'requires = \["(setuptools==[^"]+)"\]', (ROOT / "pyproject.toml").read_text())
    assert needed
    probe = [*PIP, "download", "--quiet", "--no-deps", "--dest", str(directory / "probe"), needed[1]]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip(f"pip gets no {needed[1]} here: a package index is missing, or the network")
    quietly([ROOT / ".ci" / "wheel", directory])
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="session", params=PYTHONS)
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install it with a Python, into a clean environment."""
    found = subprocess.run([ROOT / ".ci" / "find-python", request.param], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(f"Python {request.param} is not found here, on PATH or under pyenv")
    directory = tmp_path_factory.mktemp(f"python{request.param}")
    # without pip of its own, which Debian's Python can't bring; the one here installs there just as well
    quietly([found.stdout.strip(), "-m", "venv", "--without-pip", directory / "venv"])
    python = directory / "venv" / "bin" / "python"
    quietly([*PIP, "--python", python, "install", "--quiet", wheel])
    quietly([*PIP, "--python", python, "check"])
    home = directory / "home"
    home.mkdir()
    return Installed(python.parent, home)


@pytest.fixture(scope="session")
def jobs() -> dict[str, Any]:
    """Return the workflow's jobs."""
    return dict(yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))["jobs"])


def test_it_tells_the_version_of_the_wheel(wheel: Path, installed: Installed) -> None:
    """The file's name, the metadata and the command agree."""
    version = wheel.name.split("-")[1]
    assert installed.run("landfall", "--version").stdout == f"landfall {version}\n"


def test_every_verb_explains_itself(installed: Installed) -> None:
    """None imports what the wheel does not bring."""
    for verb in [*VERBS, ["image", "check"], []]:
        done = installed.run("landfall", *verb, "--help")
        assert (done.returncode, done.stderr) == (0, ""), (verb, done.stderr)


def test_what_the_verbs_read_beside_themselves_is_there(installed: Installed) -> None:
    """The buildspec of `builder = "local"`, and the report's template."""
    code = (
        "from cli.images.local_builder import BUILDSPEC; from landfall.telling.report import text; "
        "from pathlib import Path; "
        "assert 'phases:' in BUILDSPEC.read_text(); assert list(Path(text.__file__).parent.glob('*.j2'))"
    )
    done = installed.run("python", "-I", "-c", code)
    assert done.returncode == 0, done.stderr


def test_the_workflow_finds_what_a_push_concerns(installed: Installed, jobs: dict[str, Any], tmp_path: Path) -> None:
    """With its own script, as the runner starts it."""
    (script,) = (step["run"] for step in jobs["affected"]["steps"] if step.get("id") == "affected")
    push = Push(tmp_path, script, installed.bin / "landfall")
    assert push.look(push.commit("sample_service/main.py"))[0] == 'services=["sample"]\n'


def test_the_workflow_s_release_is_refused_in_plain_words(
    installed: Installed, jobs: dict[str, Any], tmp_path: Path
) -> None:
    """As far as it gets without AWS: red, with the way out, and no traceback."""
    settings = tmp_path / "services.toml"
    settings.write_text((ROOT / "local" / "services.toml").read_text(encoding="utf-8"), encoding="utf-8")
    variables = {"SERVICE": "sample", "GITHUB_SHA": SHA, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    variables |= {"LANDFALL_SETTINGS": str(settings), "AWS_REGION": "us-east-1"}
    done = installed.run("/bin/bash", "-e", "-c", jobs["release"]["steps"][-1]["run"], **variables)
    assert done.returncode == Exit.REFUSED, done.stderr
    assert "sign in" in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr
