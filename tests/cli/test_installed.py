"""The command runs where nothing is installed but what the project's own metadata asks for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import cloud
from cli.__main__ import app
from cli.images.local_builder import BUILDSPEC
from local.settings import TEMPLATE
from tests.cli.verbs import VERBS

ROOT = Path(__file__).parents[2]


def declared() -> list[str]:
    """Return the distributions that `pip install .` asks for by name."""
    files = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["dynamic"]["dependencies"][
        "file"
    ]
    lines = [line.strip() for name in files for line in (ROOT / name).read_text().splitlines()]
    return [line.partition("==")[0] for line in lines if line and not line.startswith("#")]


def environment(directory: Path) -> Path:
    """Make a directory of links to what the declared distributions installed, and to nothing else."""
    for name in declared():
        for file in metadata.distribution(name).files or ():
            link = directory / file.parts[0]
            if file.parts[0] not in ("..", "__pycache__") and not link.exists():
                installed = Path(str(file.locate()))
                link.symlink_to(installed.parents[len(file.parts) - 2] if len(file.parts) > 1 else installed)
    return directory


def test_every_verb_explains_itself_with_what_the_metadata_declares(tmp_path: Path) -> None:
    """A package that is imported and not declared is found here, not by the first user."""
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(environment(tmp_path))!r}, {str(ROOT)!r}, {str(ROOT / 'lambdas')!r}]\n"
        "from cli.__main__ import app\n"
        f"for verb in {[*VERBS, ['image', 'check'], []]!r}:\n"
        "    try:\n"
        "        app([*verb, '--help'], prog_name='landfall')\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, (verb, end.code)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert len(VERBS) > 10
    for (verb,) in VERBS:
        assert f"landfall {verb}" in done.stdout


def test_the_wheel_brings_every_file_of_its_packages() -> None:
    """A file that is read beside a module, and that only a checkout has, is found here."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    left_out = []
    for package in setuptools["packages"]:
        patterns = ["*.py", *setuptools["package-data"].get(package, [])]
        place = ROOT / setuptools["package-dir"].get(
            package, package.replace(".", "/").replace("landfall", "lambdas/landfall")
        )
        files = [each for each in place.iterdir() if each.is_file()]
        left_out += [each.name for each in files if not any(each.match(pattern) for pattern in patterns)]
    assert not left_out
    assert BUILDSPEC.is_relative_to(ROOT / "cli")


def test_it_tells_its_version() -> None:
    """`--version` prints the version, for bug reports."""
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"landfall {metadata.version('landfall')}\n")


@pytest.mark.parametrize(
    ("option", "landfall", "boto3", "asked"),
    [
        (None, "eu-west-1", "us-east-1", "eu-west-1"),
        (None, None, "us-east-1", "us-east-1"),
        ("eu-north-1", "eu-west-1", "us-east-1", "eu-north-1"),
        (None, "", "us-east-1", "us-east-1"),
    ],
)
def test_the_region_is_the_one_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, option: str | None, landfall: str | None, boto3: str, asked: str
) -> None:
    """AWS_REGION is what the advice names and most tools read; boto3 alone would ignore it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", boto3)
    monkeypatch.delenv("AWS_REGION")
    if landfall is not None:
        monkeypatch.setenv("AWS_REGION", landfall)
    assert cloud.on_aws(TEMPLATE, None, option).region == asked


def test_every_package_is_in_the_wheel() -> None:
    """The metadata names every needed package: tests find missing ones here, but installed wheels don't."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    lambdas = ROOT / "lambdas"
    there = {".".join(path.parent.relative_to(lambdas).parts) for path in lambdas.rglob("__init__.py")}
    there |= {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "cli").rglob("__init__.py")}
    assert set(told) == there
