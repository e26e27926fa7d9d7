"""An after-check on the local AWS: a real function of the owner's, which is asked after all proofs have passed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from local.stage.landfall_stage import Stage
from tests.e2e import laws, owners_function
from tests.e2e.owners_function import Says
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e
SERVICE = "checked"


@pytest.fixture(scope="module")
def says(stage: Stage) -> Says:
    """Return what makes the function answer that."""
    return owners_function.says(stage)


@pytest.fixture(scope="module")
def landed(stage: Stage, says: Says) -> Ending:
    """Return the landing of the first release, which the function accepts."""
    says({"ok": True, "reason": "orders can be placed"})
    return pushed(stage, SERVICE, "accepted")


def asked(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the record says of its after-check."""
    return dict(json.loads(record["after_check"]))


def as_before(stage: Stage, landed: Ending) -> None:
    """Assert that the service runs what it ran before."""
    laws.live(stage, SERVICE, digest=landed.record["image_digest"], sha=landed.record["git_sha"])


def test_a_release_that_is_accepted_lands(stage: Stage, landed: Ending) -> None:
    """It is asked once, after the proof, and told what was proven; the whole proof is repeated after it."""
    laws.hold(stage, landed, SERVICE, "SUCCEEDED")
    known = asked(landed.record)
    assert (known["stage"], known["calls"], known["reason"]) == ("ACCEPTED", 1, "orders can be placed")
    told = ["Deployment Proven", landed.record["deployment_id"], landed.record["git_sha"]]
    assert json.loads(known["details"]) == told
    states = [event.state for event in landed.events]
    assert "SmokeTest" in states[: states.index("AfterCheck")]
    assert "SmokeTest" in states[states.index("AfterCheck") :]
    assert laws.report_of(stage, landed)["after_check"]["stage"] == "ACCEPTED"


@pytest.mark.long
def test_a_release_that_is_refused_goes_back(stage: Stage, landed: Ending, says: Says) -> None:
    """What the function said is in the record and in the report."""
    says({"ok": False, "reason": "checkout fails", "details": {"orders": 0}})
    ending = pushed(stage, SERVICE, "refused")
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    assert ending.record["code"] == "AFTER_CHECK_REFUSED"
    assert "checkout fails" in ending.record["why"]
    assert laws.report_of(stage, ending)["after_check"]["details"] == '{"orders": 0}'
    as_before(stage, landed)


@pytest.mark.long
@pytest.mark.parametrize("value", ["hangs", {"hookStatus": "SUCCEEDED"}], ids=["hangs", "is not understood"])
def test_a_function_that_never_answers_accepts_nothing(stage: Stage, landed: Ending, says: Says, value: Any) -> None:
    """It is asked again until its time is over; then the release goes back."""
    says(value)
    ending = pushed(stage, SERVICE, f"unanswered {value}")
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    assert ending.record["code"] == "AFTER_CHECK_UNDECIDED"
    known = asked(ending.record)
    assert known["stage"] == "UNDECIDED"
    assert known["calls"] > 1
    as_before(stage, landed)
