"""When a target counts as healthy, by the rules of an Application Load Balancer."""

from __future__ import annotations

import pytest

from local.load_balancer.health_checks import HealthBook, Judge
from local.load_balancer.one_check import FAILED, HEALTHY, TIMED_OUT, Health, matches

GROUP = {"HealthyThresholdCount": 3, "UnhealthyThresholdCount": 2}
G, B = HEALTHY, FAILED


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([], "initial"),
        ([G], "healthy"),  # a new target needs one success only
        ([B], "initial"),
        ([B, G], "healthy"),
        ([B, B], "unhealthy"),
        ([B, B, G, G], "unhealthy"),  # one that was unhealthy needs the whole threshold
        ([B, B, G, G, G], "healthy"),
        ([G, B], "healthy"),
        ([G, B, G, B], "healthy"),  # failures must be consecutive
        ([G, B, B], "unhealthy"),
    ],
)
def test_state_follows_the_thresholds(results: list[Health], state: str) -> None:
    """Too early a verdict either way would prove a bad release, or fail a good one."""
    judge = Judge()
    for result in results:
        judge.hear(result, GROUP)
    assert judge.health.state == state


def test_the_reason_is_the_latest() -> None:
    """A report must name what is wrong now, not what was wrong first."""
    judge = Judge()
    for result in (B, B, TIMED_OUT):
        judge.hear(result, GROUP)
    assert judge.health.reason == "Target.Timeout"


@pytest.mark.parametrize(
    ("matcher", "code", "good"),
    [("200", 200, True), ("200", 204, False), ("200,204", 204, True), ("200-299", 250, True), ("200-299", 301, False)],
)
def test_matcher(matcher: str, code: int, good: bool) -> None:
    """A group's own idea of success must be what counts."""
    assert matches(matcher, code) is good


def test_a_target_that_leaves_is_draining_for_the_delay() -> None:
    """A draining target must be told from one that is gone."""
    book = HealthBook()
    book.sync("g", [("127.0.0.1", 1)], lambda: None, 0.0)
    assert book.health("g", "127.0.0.1", 1).reason == "Elb.RegistrationInProgress"
    book.sync("g", [], lambda: None, 60.0)
    assert book.draining("g") == [("127.0.0.1", 1)]
    assert book.health("g", "127.0.0.1", 1).state == "draining"
    assert book.health("g", "127.0.0.1", 2).reason == "Target.NotRegistered"
