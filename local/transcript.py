"""Writes docs/transcript.md: the output of the `landfall` command in real runs against a local AWS."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from local.stage.landfall_stage import staged
from local.up import announced
from stacks import ROOT

TARGET = ROOT / "docs" / "transcript.md"
INTRO = """# Example output of the `landfall` command

For people who want to see the command before they install it: this page shows what each verb prints for good and bad
releases. `make transcript` captured it from consecutive runs against the local AWS, without edits. A terminal also
shows colours, and a last line with the state, the elapsed time and the usual time.
"""
RUNS = (
    ("A first release, onto a service with no tasks", "release --commit HEAD~2"),
    ("What is live", "status"),
    ("The next release", "release --commit HEAD~1 --reason 'fix the totals'"),
    ("A bad release: it crashes on start", "release --fault crash-on-start"),
    ("A release that is live already", "release --commit HEAD~1"),
    ("Back to the first release, by hand", "rollback --yes --reason 'the totals were right before'"),
    ("An unknown commit", "release --commit no-such-branch"),
    ("Is everything there?", "doctor"),
)


def main() -> int:
    """Run the commands, and write them to the page with their output and exit codes."""
    parts = [INTRO]
    with tempfile.TemporaryDirectory() as scratch:
        state, checkout = Path(scratch) / "state", Path(scratch) / "checkout"
        _repository(checkout)
        where = state / "running.json"
        env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}", "LANDFALL_LOCAL": str(where), "NO_COLOR": "1"}
        with staged(state) as stage, announced(stage, where):
            for title, arguments in RUNS:
                parts.append(_run(title, arguments, checkout, env))
                print(parts[-1], flush=True)
    TARGET.write_text("\n".join(parts), encoding="utf-8")
    return 0


def _run(title: str, arguments: str, checkout: Path, env: dict[str, str]) -> str:
    command = f"{sys.executable} -m cli {arguments} --local 2>&1"
    done = subprocess.run(command, shell=True, cwd=checkout, env=env, capture_output=True, text=True, check=False)  # noqa: S602
    said = done.stdout.rstrip()
    return f"## {title}\n\n```\n$ landfall {arguments} --local\n{said}\n$ echo $?\n{done.returncode}\n```\n"


def _repository(directory: Path) -> None:
    who = ("-c", "user.name=demo", "-c", "user.email=demo@localhost")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(directory)], check=True)
    for name in ("one", "two", "three"):
        subprocess.run(["git", *who, "commit", "--quiet", "--allow-empty", "-m", name], cwd=directory, check=True)


if __name__ == "__main__":
    sys.exit(main())
