"""Law 1 for several target groups and for network load balancers, over any state that AWS documents or may add.

The law is written here a second time, from AWS's raw replies, and shares nothing with the code it checks: every group
has every task of ours in service and healthy, and nobody else in service. It doesn't depend on the kind of group.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.model import State
from landfall.proof import law1
from landfall.proof.observed import Look, service_view, target_view, task_view
from tests.support import builders as b
from tests.unit.proof.raw_worlds import raw_task

Raw = dict[str, Any]
GROUPS = {f"{b.GROUP}{name}": port for name, port in (("web", 8080), ("tcp", 8080), ("admin", 9090))}
GETS_NO_REQUESTS = {"draining", "unhealthy.draining", "unused"}
STATES = ["healthy", "healthy", "healthy", "initial", "unhealthy", "unavailable", "lunar", *sorted(GETS_NO_REQUESTS)]
REASONS = {
    "initial": "Elb.RegistrationInProgress",
    "unused": "Target.NotInUse",
    "unhealthy": "Target.FailedHealthChecks",
    "unhealthy.draining": "Target.FailedHealthChecks",
    "draining": "Target.DeregistrationInProgress",
    "unavailable": "Elb.InternalError",
}
PLACES = [(f"10.0.0.{n}", port) for n in (1, 2, 3, 9) for port in (8080, 9090)]
TARGETS = st.dictionaries(st.sampled_from(PLACES), st.sampled_from(STATES), max_size=4)


def raw_group(states: dict[tuple[str, int], str]) -> list[Raw]:
    """Return DescribeTargetHealth's answer about a group: states by address and port."""
    return [
        {"Target": {"Id": ip, "Port": port}, "TargetHealth": {"State": state, "Reason": REASONS.get(state, "")}}
        for (ip, port), state in states.items()
    ]


def judged(attached: list[str], told: dict[str, list[Raw]], tasks: int = 2) -> str:
    """Return what law 1 says of a rollout that is done, with these groups and targets."""
    service: Raw = {
        "status": "ACTIVE",
        "desiredCount": tasks,
        "loadBalancers": [
            {"targetGroupArn": arn, "containerName": "app", "containerPort": GROUPS[arn]} for arn in attached
        ],
        "deployments": [{"id": b.OURS, "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": b.REVISION}],
    }
    look = Look(
        service_view(service),
        tuple(task_view(raw_task(n)) for n in range(1, tasks + 1)),
        tuple(target_view(arn, each) for arn, several in told.items() for each in several),
    )
    return law1.assess(look, b.judged(), b.NOW).state


def breaches(attached: list[str], told: dict[str, list[Raw]], tasks: int = 2) -> list[str]:
    """Return what is wrong, from the raw replies alone."""
    wrong = [] if attached else ["no group shows what is healthy"]
    for arn in attached:
        ours = {(f"10.0.0.{n}", GROUPS[arn]) for n in range(1, tasks + 1)}
        gets_requests = {
            (t["Target"]["Id"], t["Target"]["Port"]): t["TargetHealth"]["State"]
            for t in told.get(arn, [])
            if t["TargetHealth"]["State"] not in GETS_NO_REQUESTS
        }
        wrong += [f"{arn}: {place} is missing" for place in ours - gets_requests.keys()]
        wrong += [f"{arn}: {place} is not ours" for place in gets_requests.keys() - ours]
        wrong += [f"{arn}: {place} is {state}" for place, state in gets_requests.items() if state != "healthy"]
    return wrong


def good(attached: list[str], tasks: int = 2) -> dict[str, dict[tuple[str, int], str]]:
    """Return the states of groups that have every task, healthy."""
    return {arn: {(f"10.0.0.{n}", GROUPS[arn]): "healthy" for n in range(1, tasks + 1)} for arn in attached}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_group_has_every_task(count: int) -> None:
    """A service of one, two or three groups is proven where all is well, or the property below would be empty."""
    attached = list(GROUPS)[:count]
    told = {arn: raw_group(states) for arn, states in good(attached).items()}
    assert breaches(attached, told) == []
    assert judged(attached, told) == State.PASS


@given(st.lists(st.sampled_from(list(GROUPS)), unique=True, max_size=3), st.data())
def test_pass_only_where_the_law_holds_in_every_group(attached: list[str], data: st.DataObject) -> None:
    """Whatever the groups hold, one of them is enough to withhold the word, and nothing else than the law does."""
    states = good(attached)
    for arn in attached:
        states[arn] |= data.draw(TARGETS)
        if data.draw(st.booleans()):
            states[arn].pop(data.draw(st.sampled_from(PLACES)), None)
    told = {arn: raw_group(each) for arn, each in states.items()}
    assert (judged(attached, told) == State.PASS) is (breaches(attached, told) == [])


@pytest.mark.parametrize("state", [s for s in STATES if s != "healthy"])
@pytest.mark.parametrize("group", list(GROUPS))
def test_one_task_in_one_group_counts(group: str, state: str) -> None:
    """A target that registers for minutes, lies in a zone that is not enabled, or drains unhealthily is not proof."""
    attached = list(GROUPS)
    states = good(attached)
    states[group]["10.0.0.2", GROUPS[group]] = state
    assert judged(attached, {arn: raw_group(each) for arn, each in states.items()}) == State.WAIT


def test_targets_of_one_group_prove_nothing_of_another() -> None:
    """The same addresses are in both groups: each group is judged by its own targets."""
    attached = list(GROUPS)[:2]
    told = {attached[0]: raw_group(good(attached[:1])[attached[0]])}
    assert judged(attached, told) == State.WAIT
    assert breaches(attached, told)
