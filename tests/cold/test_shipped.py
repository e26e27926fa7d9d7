"""What ships is compiled for the functions' own Python, the same each time, and taken without a look at the source."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from landfall.settings_file.read import load
from local.settings import TEMPLATE
from stacks.assets import asset, bytecode, layer
from stacks.assets.reproducible import digest
from stacks.functions.steps_table import STEPS
from tests.cold import measure

MAGIC = (3571).to_bytes(2, "little") + b"\r\n"
"""The byte-code of Python 3.13 (CPython, Include/internal/pycore_magic_number.h)."""
UNCHECKED = (1).to_bytes(4, "little")
"""By a hash that is not looked at (PEP 552): bit 0 without bit 1."""
COMPILED = pytest.mark.skipif(bytecode.interpreter() is None, reason="the functions' Python is not found here")


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the code asset."""
    with asset.staged(TEMPLATE, load(TEMPLATE)) as directory:
        yield directory


@COMPILED
def test_every_source_of_the_code_has_byte_code_of_the_functions_python(code: Path) -> None:
    """Another's would be passed over, and the source compiled at each cold start."""
    sources = sorted(code.rglob("*.py"))
    assert sources
    for source in sources:
        head = (source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc").read_bytes()[:8]
        assert head == MAGIC + UNCHECKED, source


@COMPILED
def test_every_source_of_the_layer_has_too() -> None:
    """Most of what a cold start loads is there."""
    with zipfile.ZipFile(layer.current()) as archive:
        names = set(archive.namelist())
        sources = [name for name in names if name.endswith(".py")]
        for name in sources:
            folder, _, stem = name.removesuffix(".py").rpartition("/")
            compiled = f"{folder}/__pycache__/{stem}.cpython-313.pyc"
            assert compiled in names, name
            with archive.open(compiled) as file:
                assert file.read(8) == MAGIC + UNCHECKED, name
    assert sources


@COMPILED
def test_two_builds_give_the_same_bytes(code: Path) -> None:
    """Of the same commit, by the same Python: nothing of this machine, of its paths or of the run is in them."""
    with asset.staged(TEMPLATE, load(TEMPLATE)) as again:
        assert digest(again) == digest(code)
        compiled = (again / "__pycache__" / "sweep.cpython-313.pyc").read_bytes()
    assert b"/var/task/sweep.py" in compiled
    assert str(again).encode() not in compiled


def test_where_the_functions_python_is_not_found_sources_ship_and_deploy_says_so(tmp_path: Path) -> None:
    """A cold start is slower then, and nothing else is different."""
    (tmp_path / "step.py").write_text("handler = None\n")
    asked = (
        "from pathlib import Path; from stacks.assets import bytecode, layer; layer.PYTHON = '9.99';"
        f"print(bytecode.compiled_by(), bytecode.compile_tree(Path({str(tmp_path)!r}), '/var/task'))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=layer.ROOT)
    assert done.stdout.split() == ["nothing", "False"]
    assert "Python 9.99, which the functions run on, was not found here" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["step.py"]


@COMPILED
def test_a_source_that_can_not_be_compiled_stops_the_synth(tmp_path: Path) -> None:
    """It would fail in the first deployment otherwise."""
    (tmp_path / "step.py").write_text("def handler(:\n")
    with pytest.raises(subprocess.CalledProcessError):
        bytecode.compile_tree(tmp_path, "/var/task")


HEAVY = ("aws_xray_sdk", "cryptography", "httpx", "jinja2")
"""What takes long to load."""
ASKS, REPORTS = {"Preflight", "SmokeTest"}, {"Report"}


def test_a_step_loads_what_it_reaches() -> None:
    """In one interpreter: first the steps that want nothing heavy, then those that ask services, then the report."""
    groups = [
        [s.module for s in STEPS if s.id not in ASKS | REPORTS],
        *([s.module for s in STEPS if s.id in g] for g in (ASKS, REPORTS)),
    ]
    loaded = f"print(*(each for each in {HEAVY!r} if each in sys.modules))"
    asked = "; ".join(["import sys", *(f"import {', '.join(group)}; {loaded}" for group in groups)])
    env = {"PYTHONPATH": "lambdas", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd=layer.ROOT)
    nothing, asking, reporting = (set(line.split()) for line in done.stdout.split("\n")[:3])
    assert nothing == set()
    assert asking <= {"httpx"}
    assert reporting <= {"httpx", "jinja2"}


def test_no_pattern_of_redaction_is_compiled_by_loading_a_step() -> None:
    """Together they take a third as long as all else: a verdict that is made on loading would have them compiled."""
    asked = (
        f"import sys, {', '.join(step.module for step in STEPS)}; from landfall.redaction.standard_kinds import KINDS"
    )
    asked += "; print(sum('compiled' in vars(each.pattern) for each in KINDS if hasattr(each, 'pattern')), len(KINDS))"
    env = {"PYTHONPATH": "lambdas", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd=layer.ROOT)
    compiled, known = map(int, done.stdout.split())
    assert compiled == 0
    assert known > 50


def test_the_bench_measures_every_step_against_clients_of_its_own() -> None:
    """And what it compares is said in one place."""
    assert all(measure.clients(step) for step in STEPS)
