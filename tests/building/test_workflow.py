"""templates/github/deploy.yml: that it is valid, pinned, and asks for no more than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.building.workflow import TEMPLATE, Push

BIN = Path(sys.executable).parent
USES = re.compile(r"^\s*- uses: (?P<action>\S+)@(?P<ref>\S+)(?P<comment>.*)$", re.MULTILINE)


def actionlint(text: str) -> str:
    """Return what actionlint has to say of a workflow, with ShellCheck over its scripts."""
    line = [f"{BIN}/actionlint", "-no-color", "-shellcheck", f"{BIN}/shellcheck", "-"]
    done = subprocess.run(line, input=text, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture(scope="module")
def text() -> str:
    """Return the file."""
    return TEMPLATE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def jobs(text: str) -> dict[str, Any]:
    """Return its jobs."""
    return dict(yaml.safe_load(text)["jobs"])


def test_it_passes_actionlint(text: str) -> None:
    """Syntax, expressions, contexts, and the shell in it."""
    assert actionlint(text) == ""


def test_actionlint_does_find_fault(text: str) -> None:
    """In the workflow and in its shell, or the test above would say nothing."""
    assert "matrix.services" in actionlint(text.replace("matrix.service }}", "matrix.services }}"))
    assert "SC2086" in actionlint(text.replace('--service "$SERVICE"', "--service $SERVICE"))


def test_every_action_is_pinned_to_a_commit_and_names_its_version(text: str) -> None:
    """A tag can be moved to other code, which would run with our identity."""
    uses = list(USES.finditer(text))

    assert len(uses) == text.count("uses:")
    for found in uses:
        assert re.fullmatch(r"[0-9a-f]{40}", found["ref"]), found[0]
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", found["comment"]), found[0]


def test_what_it_installs_it_installs_by_hash(jobs: dict[str, Any]) -> None:
    """Whatever is installed runs with the job's identity: a package that was replaced in the index is refused."""
    for job in jobs.values():
        installs = [
            line.strip() for step in job["steps"] for line in step.get("run", "").splitlines() if " pip " in line
        ]
        assert len(installs) == 2
        for line in installs:
            assert "--require-hashes" in line or {"--no-index", "--no-deps", "--no-build-isolation"} <= set(
                line.split()
            )


def test_it_asks_for_no_key_and_for_the_least(text: str, jobs: dict[str, Any]) -> None:
    """Only the job that releases may ask for an identity; none may write to the repository."""
    assert yaml.safe_load(text)["permissions"] == {}
    assert jobs["affected"]["permissions"] == {"contents": "read"}
    assert jobs["release"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in text
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")


def test_a_running_deployment_is_never_cancelled(jobs: dict[str, Any]) -> None:
    """One at a time for each service; another service does not wait for it."""
    assert jobs["release"]["concurrency"] == {"group": "landfall-${{ matrix.service }}", "cancel-in-progress": False}
    assert jobs["release"]["strategy"]["fail-fast"] is False


def test_no_script_is_made_of_what_somebody_typed(jobs: dict[str, Any]) -> None:
    """An expression inside a script is pasted before the shell reads it: values come through the environment."""
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]

    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_the_runs_colour_is_the_commands(jobs: dict[str, Any]) -> None:
    """Its exit code is the job's: nothing after it, nothing that would swallow it."""
    last = jobs["release"]["steps"][-1]

    assert last["run"].startswith("landfall release --ci ")
    assert "|" not in last["run"]
    assert not any("continue-on-error" in step for job in jobs.values() for step in job["steps"])


@pytest.fixture
def push(tmp_path: Path, jobs: dict[str, Any]) -> Push:
    """Return a push."""
    (script,) = (step["run"] for step in jobs["affected"]["steps"] if step.get("id") == "affected")
    return Push(tmp_path, script)


def test_a_push_that_changes_a_service_releases_it(push: Push) -> None:
    """As JSON, which is what the matrix is made of."""
    output, summary = push.look(push.commit("sample_service/main.py"))

    assert output == 'services=["sample"]\n'
    assert "no service" not in summary


def test_a_push_that_concerns_no_service_says_so(push: Push) -> None:
    """And releases nothing, for that is what the release job's condition compares with."""
    output, summary = push.look(push.commit("README.md"))

    assert output == "services=[]\n"
    assert "concerns no service" in summary


def test_a_service_that_is_asked_for_by_hand_is_released_whatever_changed(push: Push) -> None:
    """With nothing typed into a script: a name that is none ends the job."""
    assert push.look(push.base, asked="sample")[0] == 'services=["sample"]\n'
    with pytest.raises(subprocess.CalledProcessError):
        push.look(push.base, asked='a"]; echo "b')


def test_a_push_that_can_not_be_compared_ends_the_job(push: Push) -> None:
    """A force push, or the first push of a branch, fails the job rather than releasing nothing."""
    push.base = "0" * 40

    with pytest.raises(subprocess.CalledProcessError) as failed:
        push.look(push.commit("sample_service/main.py"))

    assert "is not in this repository" in " ".join(failed.value.stderr.split())
