"""Finds the test that exercises each grant, with the template for the settings of tests/steps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from stacks.functions.steps_table import Grant
from tests.policy.roles import statements
from tests.stacks.template import Template, read
from tests.steps import calls, standin
from tests.support.later import later
from tests.support.services_toml import SETTINGS

stacks_app = later("stacks.app")

Key = tuple[str, tuple[str, ...], tuple[str, ...]]

_HELD = {
    r"<Ledger\w+\.Arn>": f"arn:aws:dynamodb:REGION:ACCOUNT:table/{standin.LEDGER}",
    r"<Locks\w+\.Arn>": f"arn:aws:dynamodb:REGION:ACCOUNT:table/{standin.LOCKS}",
    r"<Freezes\w+\.Arn>": f"arn:aws:dynamodb:REGION:ACCOUNT:table/{standin.FREEZES}",
    r"<Reports\w+\.Arn>": f"arn:aws:s3:::{standin.BUCKET}",
    r"<SigningKey\w+\.Arn>": "arn:aws:kms:REGION:ACCOUNT:key/signing",
    r"<Topic\w+>": "arn:aws:sns:REGION:ACCOUNT:landfall",
}
"""The names of the pipeline's own resources in tests/steps, which differ from CloudFormation's."""


def stepped(directory: Path) -> Template:
    """Synthesise the pipeline for the services of tests/steps, with the names of resources there."""
    directory.mkdir(exist_ok=True)
    settings = directory / "services.toml"
    settings.write_text(SETTINGS.format(url="https://service.example"), encoding="utf-8")
    stacks_app.build(str(directory / "out"), {"settings": str(settings)}).synth()
    template = read(directory / "out")["Landfall-Pipeline"]
    template.resources = json.loads(_named(json.dumps(template.resources)))
    return template


def _named(text: str) -> str:
    for pattern, name in _HELD.items():
        text = re.sub(pattern, name, text)
    return text


def exercised(template: Template) -> Mapping[tuple[Key, str], str]:
    """Return for each statement (its key) and action a test that exercises it, the first by name."""
    found: dict[tuple[Key, str], str] = {}
    known = sorted(calls.recorded().items(), key=lambda item: item[1])
    for statement in (s for s in statements(template) if s.step):
        for call, test in known:
            if statement.step and call.step == statement.step.id and statement.allows(call):
                found.setdefault((statement.key, call.action), test)
    return found


def by_grant(template: Template) -> Mapping[tuple[str, Grant | None, str], str]:
    """Return the same by step, row of the STEPS table and action, for a template of other settings."""
    by = exercised(template)
    return {
        (s.step.id, s.grant, action): by[s.key, action]
        for s in statements(template)
        for action in s.actions
        if s.step and (s.key, action) in by
    }
