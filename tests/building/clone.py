"""A clone with one commit, and buildspec.yml run in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.images import buildspec
from landfall.builds.build_environment import COMMIT, build_environment
from landfall.settings import Build
from tests.building.recorded import Answer, Recorded

ROOT = Path(__file__).parents[2]
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{REGISTRY}/landfall/sample"
SETTINGS = Build(source="example/shop", context="service")


def buildspec_text() -> str:
    """Return the file itself."""
    return (ROOT / "buildspec.yml").read_text(encoding="utf-8")


def git(directory: Path, *arguments: str) -> str:
    """Run Git as somebody, whatever this machine's own settings are."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *who, *arguments]
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(command, cwd=directory, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass
class Source:
    """A clone with one commit, beside it a file that is not in the commit, and the programs that build it."""

    directory: Path
    commit: str
    scratch: Path
    output: list[str] = field(default_factory=list)

    def build(
        self, answers: Sequence[Answer], *, commit: str | None = None, settings: Build = SETTINGS
    ) -> tuple[dict[str, str], Recorded]:
        """Run buildspec.yml with these recorded answers; return what it exported, and the programs."""
        recorded = self.recorded(answers)
        return self.run(recorded, commit=commit, settings=settings), recorded

    def recorded(self, answers: Sequence[Answer]) -> Recorded:
        """Return programs that give these answers."""
        return Recorded(self.scratch / "recorded", answers=list(answers))

    def run(self, recorded: Recorded, *, commit: str | None = None, settings: Build = SETTINGS) -> dict[str, str]:
        """Run buildspec.yml with these programs first on PATH, and return what it exported."""
        environment = {
            "PATH": f"{recorded.install()}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.scratch),
            COMMIT: self.commit if commit is None else commit,
            **build_environment(settings, "landfall/sample", REGISTRY),
        }
        return buildspec.run(buildspec_text(), environment, self.directory, self.output.append)

    @property
    def said(self) -> str:
        """Return all the build printed."""
        return "\n".join(self.output)
