"""The rules every version of a state machine must keep. Each takes a definition and yields its violations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx

from statemachine.definition import Machine, filled, written

Definition = dict[str, Any]
Rule = Callable[[Definition], Iterator[str]]

MAX_SIZE = 1024 * 1024
"""Bytes of a definition (Step Functions Developer Guide, "Quotas": 1 MB, which can't be raised)."""
SHARE = 5
"""Our definitions stay below this part of it: a template may have 1 MB as well, and holds more than one definition."""
LONGEST_ARN = 256
"""Characters (Step Functions API reference, CreateStateMachine). Nothing longer is filled in for a placeholder."""

KNOWN = ("{% $outcome %}", "{% $states.result.Payload.outcome %}")
"""How a deployment ended: as this execution has it, or as the record does, which another one may have closed."""
AT_THE_END = ("Report", "Notify", "Finish")
"""Steps that come when the outcome is known."""

_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)(?!\w*\s*\()")
_BOUND_WITHIN = re.compile(r"\$(\w+) :=")
_BOUND = re.compile(r"\$(\w+) < (?:\$release\.|\d)")


def edges(state: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield (target, what is assigned on the way, the condition) of every way out of a state."""
    own = state.get("Assign", {})
    if "Next" in state:
        yield state["Next"], own, ""
    for rule in state.get("Choices", []):
        yield rule["Next"], rule.get("Assign", {}), rule.get("Condition", "")
    if "Default" in state:
        yield state["Default"], own, ""
    for catch in state.get("Catch", []):
        yield catch["Next"], catch.get("Assign", {}), ""


def graph(definition: Definition) -> nx.DiGraph[str]:
    """Return the states and the ways between them."""
    drawn: nx.DiGraph[str] = nx.DiGraph()
    drawn.add_nodes_from(definition["States"])
    for name, state in definition["States"].items():
        drawn.add_edges_from((name, target) for target, _, _ in edges(state))
    return drawn


def of_type(definition: Definition, kind: str) -> dict[str, dict[str, Any]]:
    """Return the states of one type."""
    return {n: s for n, s in definition["States"].items() if s["Type"] == kind}


UNTIL_NEXT_LOOK = "{% $verdict.retry_after %}"
"""TimeoutSeconds of a wait for a task token: what the look before it says."""


def awaits(state: dict[str, Any]) -> bool:
    """Say whether a Task waits for its token: it decides nothing, and the look after it does."""
    return str(state.get("Resource", "")).endswith(".waitForTaskToken")


def reaches_success(definition: Definition, start: str) -> bool:
    """Say whether any Succeed state can be reached from `start`."""
    reached = nx.descendants(graph(definition), start) | {start}
    return any(name in reached for name in of_type(definition, "Succeed"))


PATIENCE = 60
"""Seconds that a Task goes on trying at least, on average."""


def every_state_is_reachable_and_commented(definition: Definition) -> Iterator[str]:
    """A state nobody can read or reach is a mistake."""
    reached = nx.descendants(graph(definition), definition["StartAt"]) | {definition["StartAt"]}
    yield from (f"{n}: unreachable" for n in definition["States"] if n not in reached)
    yield from (f"{n}: no Comment" for n, s in definition["States"].items() if not s.get("Comment"))


def every_task_is_bounded_and_retried(definition: Definition) -> Iterator[str]:
    """A Task may neither hang nor give up at the first throttle, nor retry without cap and jitter."""
    for name, state in of_type(definition, "Task").items():
        timeout = state.get("TimeoutSeconds", 0)
        if not (timeout == UNTIL_NEXT_LOOK if awaits(state) else isinstance(timeout, int) and 0 < timeout <= 900):
            yield f"{name}: no TimeoutSeconds"
        retried = [r for r in state.get("Retry", []) if r.get("MaxAttempts", 3) > 0]
        if not retried:
            yield f"{name}: no Retry"
        for retry in retried:
            if "MaxDelaySeconds" not in retry or retry.get("JitterStrategy") != "FULL":
                yield f"{name}: a Retry without cap or jitter"


def no_task_gives_up_within_a_minute(definition: Definition) -> Iterator[str]:
    """AWS may throttle a call, or fail, for a while: that decides nothing about a release (law 8)."""
    for name, state in of_type(definition, "Task").items():
        retry = state.get("Retry", [{}])[-1]
        first, rate, longest = (retry.get(key, 0) for key in ("IntervalSeconds", "BackoffRate", "MaxDelaySeconds"))
        waits = [min(first * rate**n, longest) for n in range(retry.get("MaxAttempts", 0))]
        # full jitter draws each wait between none of it and all of it (Step Functions guide, error handling)
        if sum(waits) / 2 < PATIENCE:
            yield f"{name}: gives up after {sum(waits) / 2} s of trouble, as a rule"


def every_task_catches_all_last(definition: Definition) -> Iterator[str]:
    """What is not caught kills the execution where it stands: the service is left half done."""
    for name, state in of_type(definition, "Task").items():
        catches = state.get("Catch", [])
        if not catches or catches[-1]["ErrorEquals"] != ["States.ALL"]:
            yield f"{name}: States.ALL is not caught last"


def every_default_fails_closed(definition: Definition) -> Iterator[str]:
    """A verdict nobody foresaw must never lead to a success."""
    for name, state in of_type(definition, "Choice").items():
        if "Default" not in state:
            yield f"{name}: no Default"
        elif reaches_success(definition, state["Default"]):
            yield f"{name}: its Default {state['Default']} can end in success"


def after_the_update_every_catch_rolls_back(definition: Definition) -> Iterator[str]:
    """Once the service was touched, a step that crashes is a failed release, not the end of the matter."""
    drawn = graph(definition)
    forward = {"UpdateService", *nx.descendants(drawn, "UpdateService")} - {
        "Rollback",
        *nx.descendants(drawn, "Rollback"),
    }
    for name, state in of_type(definition, "Task").items():
        if name in forward and not name.startswith(AT_THE_END) and not awaits(state):
            for catch in state.get("Catch", []):
                if catch["Next"] != "Rollback":
                    yield f"{name}: a Catch leads to {catch['Next']}, not to the rollback"


def no_way_leads_from_the_rollback_to_success(definition: Definition) -> Iterator[str]:
    """False success is the one unforgivable bug."""
    if reaches_success(definition, "Rollback"):
        yield "Rollback: a Succeed state can be reached"


def only_a_confirmed_release_succeeds(definition: Definition) -> Iterator[str]:
    """SUCCEEDED is assigned in one place: where Confirm's verdict is PASS."""
    ways = [
        (name, condition)
        for name, state in definition["States"].items()
        for _, assigned, condition in edges(state)
        if assigned.get("outcome") == "SUCCEEDED"
    ]
    if [n for n, _ in ways] != ["ConfirmVerdict"] or "$verdict.state = 'PASS'" not in ways[0][1]:
        yield f"SUCCEEDED is assigned at {ways}"


def success_comes_after_the_bake(definition: Definition) -> Iterator[str]:
    """Confirm's PASS leads to the bake while one is due, and from the bake the whole proof is repeated."""
    first, *_ = definition["States"]["ConfirmVerdict"]["Choices"]
    bake = definition["States"][first["Next"]]
    if "$bakes < $release.bakes" not in first["Condition"] or bake["Type"] != "Wait":
        yield "ConfirmVerdict: no bake comes before the success"
    elif (bake.get("Seconds"), bake["Next"]) != ("{% $release.limits.bake_seconds %}", "CheckTargetHealth"):
        yield f"{first['Next']}: it does not wait for bake_seconds and then prove the release again"


def a_wait_for_people_leads_to_the_next_look(definition: Definition) -> Iterator[str]:
    """Whatever ends a wait for a task token, one Task looks at the ledger next: a token that was used is no yes."""
    tasks = of_type(definition, "Task")
    for name, state in tasks.items():
        if awaits(state):
            ways = {target for target, _, _ in edges(state)}
            if len(ways) != 1 or not ways <= tasks.keys() or awaits(tasks[ways.copy().pop()]):
                yield f"{name}: leads to {sorted(ways)}, and not to one look"
            if any(assigned for _, assigned, _ in edges(state)):
                yield f"{name}: assigns what the token carried"
            if any({"States.ALL", "States.Timeout"} & set(r["ErrorEquals"]) for r in state.get("Retry", [])):
                yield f"{name}: a wait that is over is repeated without a look"


def no_way_goes_past_a_sign_off(definition: Definition) -> Iterator[str]:
    """Where people are asked, no change, or no success, comes without a look that says APPROVED."""
    states = definition["States"]
    for asking, verdict, when in (
        ("Preflighted", "CheckApproval", "before"),
        ("ConfirmVerdict", "CheckSignOff", "after"),
    ):
        ways = states[asking]["Choices"]
        asks = [n for n, rule in enumerate(ways) if rule["Next"] == verdict]
        goes = {"Preflighted": "RegisterTaskDefinition", "ConfirmVerdict": "ReportSuccess"}[asking]
        on = [n for n, r in enumerate(ways) if r["Next"] == goes and "NO_CHANGE" not in r.get("Assign", {}).values()]
        wanted = f"$release.approval = '{when}' and $signed < 1"
        if not asks or wanted not in ways[asks[0]]["Condition"] or any(n < asks[0] for n in on):
            yield f"{asking}: goes on before people are asked"
    for name, state in states.items():
        for _, assigned, condition in edges(state):
            if name != definition["StartAt"] and "signed" in assigned and "$verdict.code = 'APPROVED'" not in condition:
                yield f"{name}: counts as signed off without a yes"


def a_report_or_notice_never_changes_the_outcome(definition: Definition) -> Iterator[str]:
    """Whether a report is written or a message sent, the deployment ended as it ended (law 6)."""
    for name, state in of_type(definition, "Task").items():
        if name.startswith(AT_THE_END):
            ways = {target for target, _, _ in edges(state)}
            if len(ways) != 1:
                yield f"{name}: leads to {sorted(ways)}"
            for _, assigned, _ in edges(state):
                if {"failure", "outcome"} & assigned.keys() or assigned.get("settled", KNOWN[0]) not in KNOWN:
                    yield f"{name}: assigns the outcome"


def every_loop_is_bounded(definition: Definition) -> Iterator[str]:
    """A machine's own timeout can't be caught, so each loop must count itself out."""
    for cycle in nx.simple_cycles(graph(definition)):
        steps = [
            [(a, c) for target, a, c in edges(definition["States"][name]) if target == following]
            for name, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        ]
        assigned = [a for ways in steps for a, _ in ways]
        bounds = {v for ways in steps for _, c in ways for v in _BOUND.findall(c)}
        if not any(_counts(variable, assigned) for variable in bounds):
            yield f"unbounded loop: {' -> '.join(cycle)}"


def _counts(variable: str, assigned: list[dict[str, Any]]) -> bool:
    values = [a[variable] for a in assigned if variable in a]
    return bool(values) and all(v == f"{{% ${variable} + 1 %}}" for v in values)


def every_variable_is_assigned_on_every_way(definition: Definition) -> Iterator[str]:
    """An undefined variable in a Choice or a Wait kills the execution, and neither has a Catch."""
    states = definition["States"]
    everything = {v for s in states.values() for _, a, _ in edges(s) for v in a}
    defined = dict.fromkeys(states, everything) | {definition["StartAt"]: set()}
    changed = True
    while changed:
        changed = False
        for name, state in states.items():
            for target, assigned, _ in edges(state):
                narrowed = defined[target] & (defined[name] | assigned.keys())
                changed |= narrowed != defined[target]
                defined[target] = narrowed
    for name, state in states.items():
        used = {v for text in _expressions(state) for v in _used(text)} - {"states"}
        yield from (f"{name}: ${v} may be undefined" for v in sorted(used - defined[name]))


def _used(expression: str) -> set[str]:
    """Return the variables an expression reads, but for those it binds itself."""
    return set(_VARIABLE.findall(expression)) - set(_BOUND_WITHIN.findall(expression))


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("{%"):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _expressions(inner)


def it_is_small(definition: Definition) -> Iterator[str]:
    """A definition is deployed as the text of its file, blanks included, with its placeholders filled.

    A front's blanks are left out of its template, so a front is smaller than what is measured here.
    """
    size = len(filled(written(definition), "x" * LONGEST_ARN).encode())
    if size > MAX_SIZE // SHARE:
        yield f"the definition has {size} bytes when it is deployed, more than {MAX_SIZE // SHARE}"


def what_failed_in_the_watch_fails_the_watch(definition: Definition) -> Iterator[str]:
    """A build that nobody could look after must raise the alarm on failed watches, never pass for looked after."""
    for name, state in of_type(definition, "Task").items():
        for catch in state.get("Catch", []):
            if catch["Next"] not in of_type(definition, "Fail"):
                yield f"{name}: a Catch leads to {catch['Next']}"


ALREADY_RECORDED = ["DynamoDB.ConditionalCheckFailedException"]
"""The record is there: an earlier try of this very execution wrote it."""


def nothing_starts_that_was_not_recorded(definition: Definition) -> Iterator[str]:
    """Whatever a front starts, who asked for it was written down before: no way goes past the record."""
    states = definition["States"]
    drawn = graph(definition)
    drawn.remove_edges_from([("Record", states["Record"]["Next"])])
    for catch in states["Record"].get("Catch", []):
        if catch["ErrorEquals"] != ALREADY_RECORDED and catch["Next"] not in of_type(definition, "Fail"):
            yield f"Record: a Catch of {catch['ErrorEquals']} leads to {catch['Next']}"
    for name, state in of_type(definition, "Task").items():
        if name != "Record" and nx.has_path(drawn, definition["StartAt"], name):
            yield f"{name}: {state['Resource']} can be called without a record"


OF_EVERY_MACHINE: tuple[Rule, ...] = (
    every_state_is_reachable_and_commented,
    every_task_is_bounded_and_retried,
    no_task_gives_up_within_a_minute,
    every_task_catches_all_last,
    every_default_fails_closed,
    every_loop_is_bounded,
    every_variable_is_assigned_on_every_way,
    it_is_small,
)
RULES: dict[Machine, tuple[Rule, ...]] = {
    Machine.DEPLOY: (
        *OF_EVERY_MACHINE,
        after_the_update_every_catch_rolls_back,
        no_way_leads_from_the_rollback_to_success,
        only_a_confirmed_release_succeeds,
        success_comes_after_the_bake,
        a_wait_for_people_leads_to_the_next_look,
        no_way_goes_past_a_sign_off,
        a_report_or_notice_never_changes_the_outcome,
    ),
    Machine.BUILD_WATCH: (*OF_EVERY_MACHINE, what_failed_in_the_watch_fails_the_watch),
    Machine.ASK: (*OF_EVERY_MACHINE, nothing_starts_that_was_not_recorded),
}


def violations(machine: Machine, definition: Definition) -> list[str]:
    """Return everything that a definition of this machine does wrong."""
    return [violation for rule in RULES[machine] for violation in rule(definition)]
