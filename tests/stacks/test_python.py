"""Which Python everything runs on: the Lambdas' own where it is found, and never one that is too old."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from stacks import ROOT, node
from stacks.assets import layer

CI = ROOT / ".ci"


def program(path: Path, script: str) -> Path:
    """Write a program that stands for a Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def answering(path: Path, version: str) -> Path:
    """Write one that says which version it is, and where."""
    return program(path, f'echo "{version} $0"')


def found(wanted: str, home: Path, *path: Path) -> str:
    """Return what .ci/find-python prints, on a machine with these directories on PATH before the system's."""
    env = {"PATH": ":".join([*map(str, path), "/usr/bin", "/bin"]), "HOME": str(home)}
    done = subprocess.run([CI / "find-python", wanted], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if done.stdout else 1)
    return done.stdout.strip()


def test_a_python_is_found_on_path_and_under_pyenv(tmp_path: Path) -> None:
    """By the version that it says it is: a shim that does not start, or starts another, is passed over."""
    shims, versions = tmp_path / "shims", tmp_path / ".pyenv" / "versions"
    program(shims / "python9.13", "exit 127")
    answering(shims / "python3", "9.12.4")
    in_pyenv = answering(versions / "9.13.0" / "bin" / "python3", "9.13.0")
    answering(versions / "9.1.3" / "bin" / "python3", "9.1.3")

    assert found("9.12", tmp_path, shims) == found("9.12.4", tmp_path, shims) == str(shims / "python3")
    assert found("9.13", tmp_path, shims) == str(in_pyenv)
    assert found("9.11", tmp_path, shims) == found("9.12.1", tmp_path, shims) == ""


def test_it_knows_the_lambdas_python(tmp_path: Path) -> None:
    """The version stands in stacks/assets/layer.py alone."""
    wanted = answering(tmp_path / "bin" / f"python{layer.PYTHON}", f"{layer.PYTHON}.99")
    assert found("lambdas", tmp_path, wanted.parent) == str(wanted)


@pytest.mark.parametrize("script", ['case "$2" in *version_info*) exit 1 ;; esac; echo 3.11.1', "exit 127"])
def test_a_python_that_will_not_do_is_refused(tmp_path: Path, script: str) -> None:
    """Too old, or none at all: with the way out, and before anything is installed."""
    python = program(tmp_path / "python3", script)
    line = [CI / "venv", tmp_path / ".venv", python]
    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert re.search(r"needs Python 3\.11\.2 or newer.*PYTHON=…", done.stderr)
    assert not (tmp_path / ".venv").exists()


def test_an_environment_says_what_it_was_made_with(tmp_path: Path) -> None:
    """And that the Lambdas run on another, where theirs is not found."""
    python = program(tmp_path / "python3", 'case "$2" in *platform*) echo 3.99.1 ;; esac')
    done = subprocess.run([CI / "venv", tmp_path / ".venv", python], capture_output=True, text=True, check=True)
    assert f"with Python 3.99.1; the Lambdas run on {layer.PYTHON}, which is not found here" in done.stdout


@pytest.mark.parametrize("theirs", ["3.99.1", "3.98.0"])
def test_somebody_else_s_environment_is_left_alone(tmp_path: Path, theirs: str) -> None:
    """A .venv that is a link belongs to another checkout: whatever its version, nothing is installed through it."""
    python = program(tmp_path / "python3", 'case "$2" in *platform*) echo 3.99.1 ;; esac')
    program(tmp_path / "theirs" / "bin" / "python", f"echo {theirs}")
    (tmp_path / ".venv").symlink_to("theirs")
    done = subprocess.run([CI / "venv", tmp_path / ".venv", python], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert ".venv is a link to theirs" in done.stderr
    assert "remove the link" in done.stderr
    assert [path.name for path in (tmp_path / "theirs" / "bin").iterdir()] == ["python"]


def test_npm_needs_no_home_directory() -> None:
    """Where HOME can't be written, npm without a cache of the project's own never ended."""
    env = node.environment({"PATH": os.defpath, "HOME": "/dev/null/none"})
    told = subprocess.run(
        node.command("npm", "config", "get", "cache"), cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert Path(told.stdout.strip()) == node.CACHE
    assert ROOT in node.CACHE.parents


@pytest.mark.parametrize("name", ["npm_config_cache", "NPM_CONFIG_CACHE"])
def test_a_cache_that_somebody_names_is_used(name: str) -> None:
    """Such as a CI's own; npm reads the name in either case."""
    env = node.environment({"PATH": os.defpath, name: "/ci/cache"})
    assert {n: v for n, v in env.items() if n.lower() == "npm_config_cache"} == {name: "/ci/cache"}
