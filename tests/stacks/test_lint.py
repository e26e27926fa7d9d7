"""cfn-lint over every template, the state machine's definition inside the pipeline's included."""

from __future__ import annotations

from pathlib import Path

from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]
from cfnlint.runner.cli import Runner  # type: ignore[import-untyped]

IGNORED = ["W3005"]
"""CDK writes DependsOn where a reference says the same already: redundant, and no harm."""


def test_the_templates_pass_cfn_lint(assembly: Path) -> None:
    """Errors, warnings and information alike."""
    templates = sorted(assembly.glob("*.template.json"))

    config = ConfigMixIn([], templates=[str(path) for path in templates], ignore_checks=IGNORED)
    matches = list(Runner(config).run())

    assert len(templates) == 7
    assert [str(match) for match in matches] == []
