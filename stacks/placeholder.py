"""Refuses a deploy while services.toml still names the example repository, which would then be trusted.

There are two guards, since an app can't know whether it is synthesised or deployed. `make deploy` runs
`python -m stacks.placeholder` first. Also, CloudFormation checks a rule in each template before it changes anything
(CloudFormation user guide, Rules section), so that `cdk deploy` is refused too.
"""

from __future__ import annotations

import sys

import aws_cdk as cdk

from landfall.settings import PLACEHOLDER, Settings
from landfall.settings_file import read as settings_file
from stacks import ROOT

RULE = "SourceIsYourOwn"


def complaint(settings: Settings) -> str | None:
    """Return why these settings can't be deployed, and the way out; None if they can."""
    named = [s.name for s in settings.services if s.build and s.build.source == PLACEHOLDER]
    if not named:
        return None
    keys = ", ".join(f"services.{name}.build.source" for name in named)
    return (
        f"{keys} is {PLACEHOLDER!r}, an example: Landfall would build its commits and trust its workflows. Set the "
        "owner/name of your own repository in services.toml, or remove the build table"
    )


def guard(app: cdk.App, settings: Settings) -> None:
    """Give every stack a rule that always fails, if these settings can't be deployed."""
    why = complaint(settings)
    for stack in (each for each in app.node.children if why and isinstance(each, cdk.Stack)):
        never = cdk.Fn.condition_not(cdk.Fn.condition_equals(PLACEHOLDER, PLACEHOLDER))
        cdk.CfnRule(stack, RULE, assertions=[cdk.CfnRuleAssertion(assert_=never, assert_description=why or "")])


def main() -> None:
    """Print why and exit 1 if services.toml can't be deployed."""
    if why := complaint(settings_file.load(ROOT / "services.toml")):
        sys.exit(f"landfall: {why}")


if __name__ == "__main__":
    main()
