"""cfn-lint over every template, the state machine's definition inside the pipeline's included. `make lint` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.later import later

cfnlint_config, cfnlint_runner = later("cfnlint.config"), later("cfnlint.runner.cli")

IGNORED = ["W3005"]
"""CDK writes DependsOn where a reference says the same already: redundant, and no harm."""

TOO_STRICT = "'{% $verdict.retry_after %}' is not of type 'number'"
"""cfn-lint wants a number as the TimeoutSeconds of a Task. Step Functions takes a JSONata expression whose value is a
positive integer, too (CDK reference, aws_stepfunctions.Timeout.jsonata)."""


@pytest.mark.long  # 14 s of CPU; it is part of `make lint`, which runs beside what waits
def test_the_templates_pass_cfn_lint(assembly: Path) -> None:
    """Errors, warnings and information alike."""
    templates = sorted(assembly.glob("*.template.json"))

    config = cfnlint_config.ConfigMixIn([], templates=[str(path) for path in templates], ignore_checks=IGNORED)
    matches = list(cfnlint_runner.Runner(config).run())

    assert len(templates) == 7
    assert [str(match) for match in matches if TOO_STRICT not in str(match)] == []
