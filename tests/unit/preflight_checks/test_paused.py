"""A service that its owner has paused in a deployment: a new release would undo what they wait for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.model import State
from landfall.preflight_checks import paused
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import IN_PROGRESS, WAITS, Hook, ServiceDeployment
from landfall.proof.strategy import StrategyView
from tests.support import builders as b

SETTINGS = b.settings_of()
SHIFTED = b.service(shifting=StrategyView("CANARY"))
HELD = ServiceDeployment("arn:held", IN_PROGRESS, stage="POST_SCALE_UP", hooks=(Hook("h1", "PAUSE", WAITS, None, ""),))
GOES_ON = replace(HELD, arn="arn:goes-on", hooks=(Hook("h1", "PAUSE", "SUCCEEDED", None, ""),))
ENDED = replace(HELD, arn="arn:ended", status="STOPPED")


def test_a_paused_deployment_is_in_flight_however_long_it_takes() -> None:
    """The refusal names the service, who paused what, and both commands: to continue and to stop it."""
    verdict = paused.refusal([ENDED, GOES_ON, HELD], SETTINGS)
    assert verdict is not None
    assert (verdict.state, verdict.code) == (State.FAIL, "DEPLOYMENT_IN_FLIGHT")
    assert verdict.reason == (
        "service 'sample' in cluster 'c' is being deployed to, and paused by its owner at POST_SCALE_UP until somebody"
        " acts, or until its time is over; then ECS's action is not named (hook h1); to continue: aws ecs"
        " continue-service-deployment --service-deployment-arn arn:held --hook-id h1 --action CONTINUE; to stop it: aws"
        " ecs stop-service-deployment --service-deployment-arn arn:held --stop-type ROLLBACK; then try again"
    )


def test_what_waits_for_nobody_is_not_refused_as_paused() -> None:
    """A rollout that goes on may be stuck, and a new release is how to fix that; an old pause holds nothing."""
    assert paused.refusal([], SETTINGS) is paused.refusal([GOES_ON, ENDED], SETTINGS) is None


ROLLS = b.ecs_deployment(rollout_state="IN_PROGRESS")
MAY_BE: dict[str, tuple[ServiceView, bool]] = {
    "no hooks": (b.service(ROLLS), False),
    "a hook, and nothing goes on": (b.service(may_pause=True), False),
    "a hook, and a rollout goes on": (b.service(b.ecs_deployment(), ROLLS, may_pause=True), True),
    "traffic is shifted": (SHIFTED, True),
}


@pytest.mark.parametrize(("service", "may"), MAY_BE.values(), ids=MAY_BE)
def test_service_deployments_are_read_only_where_one_may_go_on(service: ServiceView, may: bool) -> None:
    """A service without hooks costs no call more."""
    assert paused.may_be(service) is may


def test_a_deployment_that_shifts_traffic_is_in_flight() -> None:
    """DescribeServices need not show it: `rolloutState` is documented for rolling services alone."""
    going = ServiceDeployment("arn:d", "IN_PROGRESS", stage="PRODUCTION_TRAFFIC_SHIFT")
    assert paused.may_be(SHIFTED)
    verdict = paused.under_way([going], SHIFTED, SETTINGS)
    assert verdict is not None
    assert (verdict.code, verdict.reason) == (
        "DEPLOYMENT_IN_FLIGHT",
        "service 'sample' in cluster 'c' is being deployed to: arn:d is at PRODUCTION_TRAFFIC_SHIFT; wait for it to"
        " end, or stop it: aws ecs stop-service-deployment --service-deployment-arn arn:d --stop-type ROLLBACK;"
        " then try again",
    )
    assert paused.under_way([], SHIFTED, SETTINGS) is paused.under_way([going], b.service(), SETTINGS) is None
