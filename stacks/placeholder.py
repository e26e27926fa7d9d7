"""Refuses to deploy what still names the repository that services.toml ships with: another's, which would be trusted.

Two guards, since an app is not told whether it is synthesised or deployed. `python -m stacks.placeholder` is what
`make deploy` asks first. A rule in each template is what CloudFormation asks before it makes or changes anything
(CloudFormation user guide, Rules section), so that `cdk deploy` is refused too, by whoever runs it.
"""

from __future__ import annotations

import sys

import aws_cdk as cdk

from landfall.settings import PLACEHOLDER, Settings
from landfall.settings_file import read as settings_file
from stacks import ROOT

RULE = "SourceIsYourOwn"


def complaint(settings: Settings) -> str | None:
    """Return why these settings can't be deployed, and the way out; None where they can."""
    named = [s.name for s in settings.services if s.build and s.build.source == PLACEHOLDER]
    if not named:
        return None
    keys = ", ".join(f"services.{name}.build.source" for name in named)
    return (
        f"{keys} is {PLACEHOLDER!r}, which stands for your own repository: its commits would be built and its "
        "workflows trusted. Set owner/name in services.toml, or take the build table out"
    )


def guard(app: cdk.App, settings: Settings) -> None:
    """Give every stack a rule that never holds, where these settings can't be deployed."""
    why = complaint(settings)
    for stack in (each for each in app.node.children if why and isinstance(each, cdk.Stack)):
        never = cdk.Fn.condition_not(cdk.Fn.condition_equals(PLACEHOLDER, PLACEHOLDER))
        cdk.CfnRule(stack, RULE, assertions=[cdk.CfnRuleAssertion(assert_=never, assert_description=why or "")])


def main() -> None:
    """Say so, and exit 1, where services.toml can't be deployed."""
    if why := complaint(settings_file.load(ROOT / "services.toml")):
        sys.exit(f"landfall: {why}")


if __name__ == "__main__":
    main()
