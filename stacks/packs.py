"""Runs cdk-nag's packs AwsSolutions and HIPAA.Security on the app.

They check the constructs, so no template is needed. The tests run them on the app that they synthesise.
"""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, HIPAASecurityChecks

from stacks.acknowledged import ANSWERS, Answer


@dataclass(frozen=True, order=True)
class Finding:
    """A finding of a pack: its rule, with the part of the resource that it is about, and the resource."""

    pack: str
    rule: str
    resource: str

    @property
    def answer(self) -> Answer | None:
        """Return why it is accepted, or None if it is not."""
        return next((a for a in ANSWERS if a.answers(self.rule, self.resource)), None)


def findings(app: cdk.App) -> list[Finding]:
    """Return all findings of the packs, accepted or not."""
    return sorted(
        Finding(pack.read_pack_name, violation.rule_name, resource.construct_path or "")
        for pack in (AwsSolutionsChecks(app), HIPAASecurityChecks(app))
        for violation in pack.validate_scope(app).violations
        for resource in violation.violating_resources
    )
