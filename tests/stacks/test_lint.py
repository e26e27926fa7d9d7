"""cfn-lint over every template, the state machine's definition inside the pipeline's included."""

from __future__ import annotations

from pathlib import Path

from cfnlint.api import lint_file  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

IGNORED = ["W3005"]
"""CDK writes DependsOn where a reference says the same already: redundant, and no harm."""


def test_the_templates_pass_cfn_lint(assembly: Path) -> None:
    """Errors, warnings and information alike."""
    templates = sorted(assembly.glob("*.template.json"))

    matches = [m for path in templates for m in lint_file(path, config=ManualArgs(ignore_checks=IGNORED))]

    assert len(templates) == 6
    assert [str(match) for match in matches] == []
