"""Laws 1, 2, 4 and 8 as properties of whole deployments whose traffic ECS shifts, in worlds nobody wrote down.

Each is the real state machine with the real steps. What AWS came to is read from the played world, not from a verdict.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaigns.torture import virtual
from tests.campaigns.torture.scenario import made, templates

STAGES = ["SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]
AT = st.sampled_from([0, 2, 20, 90, 400])
STRATEGIES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["BLUE_GREEN", "CANARY", "LINEAR"]),
        "percent": st.sampled_from([25, 50]),
        "blue": st.sampled_from([1, 2]),
        "step_bake": st.sampled_from([0, 2]),
        "rollback_seconds": st.sampled_from([5, 45, 300]),
    }
)
CRASHES = {"key": "new", "running": 10, "healthy": float("inf"), "stop": 15, "exit": 1, "every": 20, "times": 60}
BAD: dict[str, dict[str, Any]] = {
    "answers 500": {"http": [{"of": "ours", "version": ["500"], "live": ["500"]}]},
    "serves another commit": {"http": [{"of": "ours", "version": ["other"]}]},
    "runs other bytes": {"tasks": [{"key": "new", "digest": "other"}]},
    "never healthy": {"tasks": [{"key": "new", "healthy": float("inf")}]},
    "crashes": {"tasks": [CRASHES]},
}
READS = ["DescribeServices", "DescribeServiceDeployments", "ListServiceDeployments", "DescribeTargetHealth"]
THROTTLES = st.builds(
    lambda call, stage, until: {"call": call, "stage": stage, "until": until, "error": "ThrottlingException"},
    st.sampled_from([*READS, "DescribeRules", "GetMetricData", "DescribeTasks", "ContinueServiceDeployment"]),
    st.sampled_from(STAGES),
    st.sampled_from([5, 30, 120]),
)
HANDS = st.builds(
    lambda do, stage, at: {"do": do, "stage": stage, "at": at},
    st.sampled_from(["continue", "rollback", "stop", "fail", "again", "other"]),
    st.sampled_from(STAGES),
    AT,
)
WEIGHTS = st.builds(
    lambda asked, live, until: {"asked": asked, "live": live, "until": until},
    st.sampled_from([25, 50, 100]),
    st.sampled_from([0, 90]),
    st.sampled_from([60, 300, float("inf")]),
)
DEATHS = st.none() | st.builds(
    lambda stage, at, gone: {"stage": stage, "at": at, "gone": gone},
    st.sampled_from([*STAGES, "CLEAN_UP", "ROLLBACK_IN_PROGRESS"]),
    AT,
    st.sampled_from([60, 1500]),
)


def played(strategy: dict[str, Any], **facts: Any) -> virtual.Run:
    """Send a release through a world."""
    head = {"id": "x", "title": "x", "why": "x", "theme": "x", "expected": "", "rollout": "shifted"}
    return virtual.run(made({**head, "strategy": strategy, **facts}, templates()))


def holds(run: virtual.Run) -> None:
    """Assert what is so of every ending: one record, of one of the outcomes, told, and true of AWS."""
    assert run.broken == ()
    assert run.outcome in (*virtual.OUTCOMES.values(), "SUCCEEDED")
    assert run.record.get("outcome") == run.outcome
    assert bool(run.notices) is (run.outcome != "SUCCEEDED")


@pytest.mark.long
@settings(max_examples=25)
@given(STRATEGIES, st.sampled_from(sorted(BAD)), st.lists(HANDS, max_size=2), st.lists(WEIGHTS, max_size=1), DEATHS)
def test_a_bad_release_never_succeeds(
    strategy: dict[str, Any], bad: str, hands: list[Any], weights: list[Any], dies: Any
) -> None:
    """Whatever people, rules and deaths do to it. Law 1, and law 2: it ends in one of the outcomes, and is told."""
    run = played({**strategy, "hands": hands, "weights": weights, "dies": dies}, **BAD[bad])
    holds(run)
    assert run.outcome != "SUCCEEDED"


@pytest.mark.long
@settings(max_examples=25)
@given(STRATEGIES, st.lists(HANDS, max_size=2), st.lists(WEIGHTS, max_size=1), DEATHS, st.lists(THROTTLES, max_size=2))
def test_what_is_said_of_a_good_release_is_true(
    strategy: dict[str, Any], hands: list[Any], weights: list[Any], dies: Any, calls: list[Any]
) -> None:
    """A good one may be taken away by people, rules and deaths. What is said of it is true of AWS (laws 1 to 4)."""
    holds(played({**strategy, "hands": hands, "weights": weights, "dies": dies}, calls=calls))


@pytest.mark.long
@settings(max_examples=25)
@given(STRATEGIES, st.lists(THROTTLES, max_size=3), st.booleans())
def test_law_8(strategy: dict[str, Any], calls: list[Any], continued: bool) -> None:
    """Throttles of two minutes, and a person who continues a gate, never fail a good release."""
    hands = [{"do": "continue", "stage": "POST_TEST_TRAFFIC_SHIFT", "at": 2}] if continued else []
    run = played({**strategy, "hands": hands}, calls=calls)
    holds(run)
    assert run.outcome == "SUCCEEDED", run.reason
