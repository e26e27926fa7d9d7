"""A deployment with a strategy on its page: gates, traffic, what it waits for, the time left, who continued it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.ui.views.lane import lane
from tests.ui import gates, story, world
from tests.ui.asking import ask


@pytest.fixture(scope="module")
def told() -> object:
    """Tell the story on an AWS of its own, since a deployment is begun there."""
    history: dict[str, Any] = {}
    with world.aws(history):
        yield story.told(history), history


def test_a_gate_that_waits(told: tuple[Any, Any]) -> None:
    """Stage, traffic, reason and the time left; and the lane says once that it is at a gate."""
    there, history = told
    name = story.at_gate(there, history)
    page = ask(there.site, f"/deployment/production%20%C2%B7%20eu-west-1/billing/{name}").text
    assert "PRE_PRODUCTION_TRAFFIC_SHIFT" in page
    assert re.search(r"<b>1[12] min \d+ s left</b>", page)
    assert "It waits at the gate “traffic shift”, with 10 % of the traffic: 1" in page
    assert "about 480 more are needed" in page
    assert '<li class="here" aria-current="step"><span>Gate</span>' in page
    assert page.count("<span>Gate</span>") == 1


def test_gates_of_the_past(told: tuple[Any, Any]) -> None:
    """How each ended, what differed between blue and green, and that somebody else continued one."""
    there, _ = told
    first = ask(there.site, "/").text
    link = re.search(r'href="/token(/deployment/staging[^"#]*/records-api/[^"#]+)', first)
    assert link is not None
    page = ask(there.site, link[1]).text
    assert "continued by somebody else" in page
    assert "GET /records latency" in page
    assert page.count("✕ worse") == 1
    assert "c41e09d</span> ✓" in page


def test_looks_at_a_gate_are_one_piece_of_the_lane() -> None:
    """Between two looks at a gate the deployment as a whole is looked at: that is no step of its own."""
    looks = [
        {"state": "CheckStability", "code": "AT_GATE", "answer": "WAIT", "seconds": 3},
        {"state": "JudgeGate", "code": "TOO_FEW", "answer": "WAIT", "seconds": 9},
    ]
    found = lane([{"state": "CheckStability", "answer": "WAIT", "seconds": 1}, *looks, *looks], open_=False)
    assert [(each.label, each.seconds) for each in found] == [("Rollout", 1), ("Gate", 24)]
    assert gates.DIFFERENCES
