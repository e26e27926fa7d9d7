"""Where production traffic goes is read from the load balancer, of every rule; what ECS asked for never stands in."""

from __future__ import annotations

import pytest

from landfall.proof import live_traffic
from landfall.proof.live_traffic import Live

ALL: Live = {"rule": {"green": 100, "blue": 0}}
TWO_RULES: Live = {"web": {"green": 1, "blue": 0}, "api": {"green": 0, "two": 1}}


@pytest.mark.parametrize(
    ("weights", "groups", "percent"),
    [
        ({"green": 100, "blue": 0}, {"green"}, 100.0),
        ({"green": 1, "blue": 3}, {"green"}, 25.0),
        ({"green": 1, "blue": 2, "third": 1}, {"green", "third"}, 50.0),
        ({"green": 1}, set(), 0.0),
        ({"green": 0, "blue": 0}, {"green"}, 0.0),
        ({}, {"green"}, 0.0),
    ],
    ids=[
        "all",
        "weights are parts of their sum",
        "of several groups",
        "of none",
        "no weight at all",
        "no group at all",
    ],
)
def test_a_share_is_a_part_of_all_weights(weights: dict[str, int], groups: set[str], percent: float) -> None:
    """A rule without any weight answers nobody, so no group has all of its traffic."""
    assert live_traffic.share(weights, groups) == percent


@pytest.mark.parametrize(
    ("live", "groups"),
    [(ALL, {"green"}), ({"rule": {"green": 1, "blue": 1}}, {"green", "blue"}), (TWO_RULES, {"green", "two"})],
    ids=["one group", "both groups are meant", "a group of each rule"],
)
def test_all_traffic_is_where_it_should_be(live: Live, groups: set[str]) -> None:
    """A good release is not held up: every rule sends all it has to the groups that are meant."""
    assert live_traffic.elsewhere(live, groups) == ""


@pytest.mark.parametrize(
    ("live", "groups", "said"),
    [
        ({}, {"green"}, "no production rule of the service could be found"),
        (
            {"rule": {"green": 99, "blue": 1}},
            {"green"},
            "rule sends 99 % to the target group that should have all; the rest goes to blue: 1",
        ),
        (
            {"rule": {"blue": 2, "third": 2, "fourth": 0, "green": 0}},
            {"green"},
            "rule sends 0 % to the target group that should have all; the rest goes to blue: 2, third: 2",
        ),
        (
            {"rule": {}},
            {"green"},
            "rule sends 0 % to the target group that should have all; no target group has weight",
        ),
        (TWO_RULES, {"green"}, "api sends 0 % to the target group that should have all; the rest goes to two: 1"),
        (ALL, set(), "rule sends 0 % to the target group that should have all; the rest goes to green: 100"),
    ],
    ids=["no rule", "one of a hundred", "all of it", "a fixed answer", "the second rule", "no group is meant"],
)
def test_traffic_elsewhere_is_named(live: Live, groups: set[str], said: str) -> None:
    """One request of a hundred to an older task is enough to withhold the proof, and a rule that is not found, too."""
    assert live_traffic.elsewhere(live, groups) == said


@pytest.mark.parametrize(
    ("live", "asked", "said"),
    [
        (ALL, 100.0, ""),
        ({"rule": {"green": 10, "blue": 90}}, 9.0, ""),
        ({"rule": {"green": 10, "blue": 90}}, 11.0, ""),
        ({"rule": {"green": 0, "blue": 100}}, None, ""),
        ({"rule": {"green": 0, "blue": 100}}, 10.0, "ECS asked for 10 % of the traffic for the new tasks, and rule"),
        ({"rule": {"green": 12, "blue": 88}}, 10.0, "and rule sends them 12 %"),
        ({"rule": {"green": 8, "blue": 92}}, 10.0, "and rule sends them 8 %"),
        (TWO_RULES, 100.0, "ECS asked for 100 % of the traffic for the new tasks, and api sends them 0 %"),
    ],
    ids=[
        "as asked",
        "weights are whole numbers",
        "to both sides",
        "ECS does not say",
        "not shifted",
        "too much",
        "too little",
        "the second rule",
    ],
)
def test_a_weight_that_is_not_the_one_that_ecs_asked_for(live: Live, asked: float | None, said: str) -> None:
    """argoproj/argo-rollouts#3333: ECS's request is no shift yet, and no gate may judge before the shift is live."""
    found = live_traffic.disagreeing(live, {"green"}, asked)
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("live", "percent"),
    [({}, 0.0), (ALL, 100.0), (TWO_RULES, 0.0), ({"a": {"green": 1, "blue": 1}, "b": {"green": 1, "blue": 3}}, 25.0)],
)
def test_the_least_share_counts(live: Live, percent: float) -> None:
    """With several rules the new tasks have no more traffic than at the rule that sends them least."""
    assert live_traffic.least(live, {"green"}) == percent
