"""The workflow that ships, and a push that it runs for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.settings import TEMPLATE as SETTINGS
from tests.building.clone import ROOT, git

TEMPLATE = ROOT / "templates" / "github" / "deploy.yml"


class Push:
    """A push to a repository with the sample's services.toml, and the template's own script that looks at it."""

    def __init__(self, directory: Path, script: str, landfall: Path | None = None) -> None:
        self._script = script
        self._python = {} if landfall else {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}"}
        self.clone, self._bin, self._told = directory / "clone", directory / "bin", directory / "told"
        for path in (self.clone / "sample_service", self._bin, self._told):
            path.mkdir(parents=True)
        (self.clone / "services.toml").write_text(SETTINGS.read_text(encoding="utf-8"))
        # the real command, under the name by which the runner's `pip install` puts it on PATH
        (self._bin / "landfall").write_text(f'#!/bin/sh\nexec {landfall or f"{sys.executable} -m cli"} "$@"\n')
        (self._bin / "landfall").chmod(0o755)
        git(self.clone, "init", "--quiet")
        self.base = self.commit("services.toml")

    def commit(self, changed: str) -> str:
        """Change a file, commit it, and return the commit."""
        with (self.clone / changed).open("a") as file:
            file.write("\n")
        git(self.clone, "add", ".")
        git(self.clone, "commit", "--quiet", "-m", changed)
        return git(self.clone, "rev-parse", "HEAD")

    def look(self, head: str, *, asked: str = "") -> tuple[str, str]:
        """Run the script as the runner does, and return the job's output and summary. Raises CalledProcessError."""
        outputs, summary = self._told / "outputs", self._told / "summary"
        env = {
            "PATH": f"{self._bin}:/usr/bin:/bin",
            **self._python,
            "LANDFALL_SETTINGS": str(self.clone / "services.toml"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "ASKED": asked,
            "BASE": self.base,
            "GITHUB_SHA": head,
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        command = ["/bin/bash", "-e", "-c", self._script]
        subprocess.run(command, env=env, cwd=self.clone, check=True, capture_output=True, text=True)
        return outputs.read_text(), summary.read_text()
