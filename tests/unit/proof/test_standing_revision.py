"""What a service with a strategy runs while no deployment goes on, in the words of law 1."""

from __future__ import annotations

import pytest

from landfall.proof import standing_revision as standing
from landfall.proof.followed import Followed
from landfall.proof.live_traffic import Live
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import ServiceDeployment, Weight
from landfall.proof.service_revision import ServiceRevision
from landfall.proof.strategy import Balanced, StrategyView
from tests.support import builders as b

RUNS, OTHER = "app:7", "app:8"
LIVE: Live = {"rule": {"one": 100, "two": 0}}
PAIR = Balanced("one", "app", 8080, alternate="two", production_rule="rule")
SERVICE = b.service(task_definition=RUNS, current="sd/9", shifting=StrategyView("CANARY", balanced=(PAIR,)))
KNOWN = {
    "old": ServiceRevision("old", RUNS, frozenset({"one"})),
    "new": ServiceRevision("new", OTHER, frozenset({"two"})),
    "same": ServiceRevision("same", RUNS, frozenset({"two"})),
}


def ended(status: str, target: str, source: str = "old", *, back: bool = False) -> ServiceDeployment:
    """Return a service deployment that is over."""
    weights = (Weight(source, None, 0), Weight(target, None, 100))
    return ServiceDeployment("sd/9", status, target_revision=target, weights=weights, went_back=back)


def of(found: ServiceDeployment | None, service: ServiceView = SERVICE) -> tuple[Followed | None, Followed | None]:
    """Return both readings."""
    return standing.brought(found, KNOWN, service, LIVE), standing.gone_back_to(found, KNOWN, service, LIVE)


def test_its_own_deployment() -> None:
    """It ended well, and brought what runs."""
    own, _ = of(ended("SUCCESSFUL", "old", source="new"))
    assert own is not None
    assert (own.is_done, own.groups, own.live) == (True, frozenset({"one"}), LIVE)


def test_a_rolled_back_deployment_of_the_same_revision_is_not_done() -> None:
    """However the service looks, law 1 finds that it was taken back."""
    own, back = of(ended("ROLLBACK_SUCCESSFUL", "same", source="new", back=True))
    assert own is not None
    assert not own.is_done
    assert back is None


def test_what_ecs_went_back_to() -> None:
    """A later release was rolled back: its source runs, in its own target group."""
    own, back = of(ended("ROLLBACK_SUCCESSFUL", "new", back=True))
    assert own is None
    assert back is not None
    assert (back.is_done, back.runs, back.groups) == (True, RUNS, frozenset({"one"}))


@pytest.mark.parametrize("status", ["IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS", "SUCCESSFUL", ""])
def test_nothing_else_is_gone_back_to(status: str) -> None:
    """A deployment of something else that goes on, failed or ended well says nothing for what runs."""
    assert of(ended(status, "new")) == (None, None)


def test_a_forgotten_deployment() -> None:
    """ECS keeps them for three months. The rule tells which target group the tasks must be in."""
    own, back = of(None)
    assert own is None
    assert back is not None
    assert (back.is_done, back.groups, back.live) == (True, frozenset({"one"}), LIVE)
