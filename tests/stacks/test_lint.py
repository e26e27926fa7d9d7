"""cfn-lint over every template, the state machine's definition inside the pipeline's included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_templates_pass_cfn_lint(assembly: Path) -> None:
    """W3005 aside: CDK writes DependsOn where a reference says the same already, which does no harm."""
    templates = [str(path) for path in sorted(assembly.glob("*.template.json"))]

    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "cfnlint", "--ignore-checks", "W3005", "--template", *templates],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(templates) == 3
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
