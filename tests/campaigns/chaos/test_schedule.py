"""The schedule of a chaos run: the same for the same seed, as varied as it says, and fair."""

from __future__ import annotations

import pytest

from local.faults.planned import ASKED, INVOKE, Book, Kind, Rule
from statemachine.definition import Machine, definition_text
from tests.campaigns.chaos import gates, owner, shifting
from tests.campaigns.chaos.gates import ACCEPTS, FAILS, GATES, HANGS, NEVER, NO, NOTHING, REFUSES, SLOW, YES
from tests.campaigns.chaos.kills import AFTER_PROOF, AT_GATES, CASES, NOT_HERE
from tests.campaigns.chaos.rights import rights_law
from tests.campaigns.chaos.run import WAITING
from tests.campaigns.chaos.schedule import BAD, CALLS, GOOD, KINDS, RACE, Deployment, at_gates, deployment
from tests.campaigns.chaos.services import CHECKED, GATED, SERVICE
from tests.steps.killing import action_of, mutations

EVERY = [deployment(7, number) for number in range(1, 301)]


def test_a_seed_and_a_number_make_the_same_deployment() -> None:
    """Whatever was played before it, so that one can be played again alone."""
    assert [deployment(7, n) for n in (300, 17, 1)] == [EVERY[299], EVERY[16], EVERY[0]]
    assert [deployment(8, number) for number in range(1, 301)] != EVERY


def test_a_later_kind_of_fault_leaves_a_seed_its_rules() -> None:
    """A number of an old seed still meets what it met: what is drawn later comes after it."""
    told = [(rule.operation, rule.kind, rule.nth) for rule in deployment(424242, 15).rules]
    assert told[:3] == [
        ("dynamodb:GetItem", Kind.DELAY, 1),
        (INVOKE, Kind.STOP, 1),
        ("events:Ended", Kind.LOSE, 1),
    ]
    assert deployment(424242, 9).kind == RACE


def test_a_storm_comes_before_what_the_seed_means_anyway() -> None:
    """A run with storms plays the same deployments, and a storm is noise: throttling decides nothing (law 8)."""
    stormy = [deployment(20260731, number, storm=300) for number in range(1, 301)]
    assert [each.rules[1:] for each in stormy] == [deployment(20260731, number).rules for number in range(1, 301)]
    assert {(each.rules[0].kind, each.rules[0].seconds) for each in stormy} == {(Kind.STORM, 300)}
    assert [each.noise for each in stormy] == [deployment(20260731, number).noise for number in range(1, 301)]


def test_everything_comes_up() -> None:
    """In 300 deployments: every kind of release, every kind of fault, every step."""
    assert {d.kind for d in EVERY} == set(KINDS)
    rules = [rule for d in EVERY for rule in d.rules]
    assert {r.kind for r in rules} == set(Kind) - {Kind.STORM}
    assert {r.step for r in rules} >= {f"landfall-{step}" for step in CALLS}
    assert sum(d.stopped for d in EVERY) > 50
    assert sum(d.noise and d.kind == GOOD for d in EVERY) > 50
    assert sum(d.kind in BAD for d in EVERY) > 50


STEP = "landfall-preflight"


@pytest.mark.parametrize(
    ("rules", "noise"),
    [
        ((), True),
        ((Rule("x:Get", Kind.THROTTLE, STEP, times=4),), True),
        (tuple(Rule(f"x:{n}", Kind.KILL, STEP) for n in range(6)), True),
        (tuple(Rule(f"x:{n}", Kind.KILL, STEP) for n in range(7)), False),
        (tuple(Rule("ecs:DescribeServices", Kind.ZERO, STEP, nth) for nth in range(1, 9)), True),
        (tuple(Rule(ASKED, Kind.DROP, STEP, nth) for nth in range(1, 9)), True),
        ((Rule(INVOKE, Kind.STOP, STEP),), False),
    ],
)
def test_what_the_retries_are_for_is_noise(rules: tuple[Rule, ...], noise: bool) -> None:
    """A good release must land through it; a step that fails more often than it is retried may end one."""
    assert Deployment(1, GOOD, rules).noise == noise


def test_calls_are_counted_by_step_and_operation() -> None:
    """The second update by one step is not the first by another; another service's calls are not counted."""
    book = Book()
    book.put("reef", (Rule("ecs:UpdateService", Kind.DROP, "update", nth=2, times=2),))
    asked = [("update", "reef"), ("rollback", "reef"), ("update", "shoal"), ("update", "reef"), ("update", "reef")]

    found = [book.fault(about, step, "ecs:UpdateService") for step, about in asked]

    assert [rule is not None for rule in found] == [False, False, False, True, True]
    assert [h["call"] for h in book.take("reef")["happened"]] == [2, 3]


def test_no_service_is_named_by_a_part_of_a_word_that_steps_are_told() -> None:
    """A call is of the service whose name stands in it: `cove` stands in `recovering`, whatever it is about."""
    words = " ".join(map(definition_text, Machine))
    assert [name for name in (*WAITING, SERVICE, GATED, CHECKED) if name in words] == []


def test_a_call_that_a_role_does_not_allow_is_told() -> None:
    """The law can say no: of another step's right, of nobody's, and of a function that is none."""
    calls = [("landfall-notify", "ecs:UpdateService"), ("landfall-update-service", "ecs:UpdateService"), ("x", "ecs:Y")]
    told = list(rights_law([*calls, ("", "lambda:Invoke"), ("landfall-report", "dynamodb:TransactWriteItems")]))
    assert [line.split()[1] for line in told] == ["landfall-notify", "x"]


def test_every_step_that_changes_something_is_killed() -> None:
    """By the STEPS table, and but for those that are named with a reason: `make kills` leaves out no other."""
    cases = CASES | AT_GATES | AFTER_PROOF
    tried = {(step, action_of(call)) for step, calls in cases.items() for call, _, _ in calls}
    assert tried | NOT_HERE == mutations()
    assert not tried & NOT_HERE


def test_gates_have_faults_of_their_own() -> None:
    """On top of what the seed means anyway; and each is at a call that the step's role allows."""
    shifts = [deployment(7, number, shifts=True) for number in range(1, 301)]
    assert [each.rules[: len(usual.rules)] for each, usual in zip(shifts, EVERY, strict=True)] == [
        usual.rules for usual in EVERY
    ]
    extra = [rule for each, usual in zip(shifts, EVERY, strict=True) for rule in each.rules[len(usual.rules) :]]
    assert {rule.step for rule in extra} == {f"landfall-{step}" for step in shifting.CALLS}
    calls = {(rule.step, rule.operation) for rule in extra if rule.operation != INVOKE}
    assert list(rights_law(calls)) == []


def test_migrations_and_sign_offs_have_fates_and_faults_of_their_own() -> None:
    """On top of what the seed means anyway: every answer, every way of a migration, each call that a role allows."""
    gated = [at_gates(each, 7) for each in EVERY]
    assert [each.rules[: len(usual.rules)] for each, usual in zip(gated, EVERY, strict=True)] == [
        usual.rules for usual in EVERY
    ]
    assert {each.fate.people for each in gated} == {YES, NO, NOTHING}
    assert {each.fate.migration for each in gated} == {"", SLOW, FAILS, HANGS}
    assert all(each.kind == GOOD for each in gated if each.fate.migration)
    extra = [rule for each, usual in zip(gated, EVERY, strict=True) for rule in each.rules[len(usual.rules) :]]
    assert {rule.step for rule in extra} == {f"landfall-{step}" for step in (*gates.CALLS, *owner.CALLS)}
    calls = {(rule.step, rule.operation) for rule in extra if rule.operation != INVOKE}
    assert list(rights_law(calls)) == []


def test_after_checks_have_words_and_faults_of_their_own() -> None:
    """On top of what a seed means with gates anyway, and only on a service that has one; some services suffer."""
    with_one = [at_gates(each, 7, GATES["checked"]) for each in EVERY]
    without = [at_gates(each, 7, GATES["both"]) for each in EVERY]
    assert {each.fate.owner for each in with_one} == {ACCEPTS, REFUSES, NEVER}
    assert {each.fate.migration for each in with_one if each.fate.suffers} == {HANGS}
    assert all(one.rules[: len(each.rules)] == each.rules for one, each in zip(with_one, without, strict=True))
    assert {rule.step for each in without for rule in each.rules}.isdisjoint({"landfall-after-check"})
