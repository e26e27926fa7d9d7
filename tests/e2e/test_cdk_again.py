"""A `cdk deploy` after a release: an infrastructure change must never undo what a release made live."""

from __future__ import annotations

import pytest

from local.stage.deploy import deploy
from local.stage.landfall_stage import Stage
from tests.e2e import laws
from tests.e2e.pushing import pushed

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_a_deploy_after_a_release_changes_nothing(stage: Stage) -> None:
    """Neither the revision nor the count of a live service goes back to what the template began with."""
    laws.hold(stage, pushed(stage, "redeployed", "good"), "redeployed", "SUCCEEDED")
    before = laws.untouched(stage, "redeployed")

    deploy(stage.aws.env(), stage.settings)

    assert laws.untouched(stage, "redeployed") == before
