"""`make policies`: records what the steps call in tests/steps, and writes docs/iam.md and docs/compliance.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from local.settings import TEMPLATE
from stacks import ROOT
from stacks.app import build
from stacks.packs import findings
from tests.policy import exercise, pages
from tests.stacks.template import read
from tests.steps import calls

DOCS_ONLY = "--docs"
"""The argument to keep the recording, if only the templates or the reasons have changed."""


def record() -> None:
    """Run tests/steps and record the calls. Raises CalledProcessError if a test fails."""
    with TemporaryDirectory(prefix="landfall-calls-") as directory:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "tests/steps"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, calls.INTO: directory}, check=True)
        merge(Path(directory))


def merge(directory: Path) -> None:
    """Merge the recordings of all processes: for each call, the first test by name."""
    found: dict[calls.Call, str] = {}
    for path in directory.glob("*.json"):
        for call, test in calls.read(path).items():
            found[call] = min(test, found.get(call, test))
    calls.write(calls.RECORDING, found)


def write_pages() -> None:
    """Write both pages."""
    os.environ["CDK_VALIDATION"] = "false"  # cfn-lint in tests/stacks looks at the same templates
    with TemporaryDirectory(prefix="landfall-policies-") as directory:
        app = build(str(Path(directory) / "out"), {"settings": str(TEMPLATE)})
        pages.COMPLIANCE.write_text(pages.compliance(findings(app)), encoding="utf-8")
        app.synth()
        stepped = exercise.stepped(Path(directory) / "stepped")
        pages.IAM.write_text(pages.iam(read(Path(directory) / "out"), stepped), encoding="utf-8")


if __name__ == "__main__":
    if DOCS_ONLY not in sys.argv:
        record()
    write_pages()
