"""No version is removed that an execution may still call, and none that is old and idle is kept for ever."""

from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from landfall import unused_versions
from landfall.unused_versions import Began, Definition, Version
from statemachine.definition import Machine, definition_text, placeholders
from tests.support import builders as b

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:landfall-"
AGED = b.NOW - unused_versions.KEPT
FRESH = AGED + timedelta(seconds=1)


def text(**numbers: int | str) -> str:
    """Return a definition that names these versions."""
    return " ".join(f'"FunctionName": "{ARN}{name}:{number}"' for name, number in numbers.items())


def test_a_definition_names_functions_and_versions() -> None:
    """In any partition; a bare name, as definitions once had, is of no version."""
    told = [text(resolve=7, confirm=12), f'"{ARN}report"', text(resolve=8).replace("aws", "aws-us-gov")]
    assert unused_versions.functions(told) == ("landfall-resolve", "landfall-confirm", "landfall-report")
    assert unused_versions.named(told) == {("landfall-resolve", 7), ("landfall-confirm", 12), ("landfall-resolve", 8)}


def test_every_function_of_the_machines_is_found() -> None:
    """In the very files: one that is not found would never be looked after."""
    for machine in Machine:
        filled, names = definition_text(machine), placeholders(machine)
        for name in names:
            filled = filled.replace(f"${{{name}}}", f"{ARN}{name}:3")
        assert unused_versions.named([filled]) == {(f"landfall-{name}", 3) for name in names}


def test_what_is_old_is_neither_named_nor_young_nor_the_newest() -> None:
    """The newest may be about to be named by a deploy under way, whenever its function was changed."""
    versions = [
        Version("a", 1, AGED - timedelta(days=400)),
        Version("a", 2, AGED - timedelta(days=300)),
        Version("a", 3, AGED),
        Version("a", 4, FRESH),
        Version("a", 5, AGED),
        Version("b", 1, AGED - timedelta(days=350)),
    ]
    assert unused_versions.old(versions, frozenset({("a", 2)}), b.NOW) == (versions[0], versions[2])
    assert unused_versions.old(versions, frozenset({("a", 1), ("a", 2)}), b.NOW) == (versions[2],)
    assert unused_versions.unused(versions[:2], frozenset({("a", 1), ("b", 2)})) == (versions[1],)


def test_a_version_that_a_definition_names_again_is_kept() -> None:
    """An upgrade that failed was taken back: an older version than the newest is named, for as long as it is."""
    versions = [Version("a", number, AGED - timedelta(days=100 - number)) for number in (1, 2, 3)]
    assert unused_versions.old(versions, frozenset({("a", 1)}), b.NOW) == (versions[1],)


MINUTES = st.integers(0, 60 * 24 * 20)


@given(st.sets(MINUTES, min_size=1), st.lists(MINUTES, max_size=60))
def test_the_definition_of_every_execution_is_seen_and_few_are_read(updates: set[int], starts: list[int]) -> None:
    """Over every order of upgrades and executions; one that begins within minutes of an upgrade is asked itself."""
    ordered = sorted(updates)
    at = {minute: b.NOW + timedelta(minutes=minute) for minute in (*ordered, *starts, 0)}

    def of(started: int) -> int:
        return max((u for u in ordered if u <= started), default=ordered[0])

    executions = [Began(f"{minute}", at[minute]) for minute in starts if minute >= ordered[0]]
    asked: list[str] = []

    def read(arn: str) -> Definition:
        asked.append(arn)
        update = of(int(arn))
        return Definition(text(a=update), at[update])

    seen = set(unused_versions.began_with(executions, read))
    assert seen == {text(a=of(int(e.arn))) for e in executions}
    unsettled = [e for e in executions if e.started_at < at[of(int(e.arn))] + unused_versions.SETTLED]
    assert len(asked) <= len(seen) + len(unsettled)


def test_an_execution_that_an_update_came_late_to_is_asked_itself() -> None:
    """It began with the definition from before, a moment after the update; its neighbours with the new one."""
    old, new = Definition(text(a=1), b.NOW - timedelta(days=1)), Definition(text(a=2), b.NOW)
    started = [timedelta(minutes=minutes) for minutes in (-10, 1, 2, 60)]
    executions = [Began(f"{n}", b.NOW + each) for n, each in enumerate(started)]
    truth = dict(zip("0123", (old, old, new, new), strict=True))
    for order in itertools.permutations(executions):
        assert set(unused_versions.began_with(order, truth.__getitem__)) == {old.text, new.text}
    assert list(unused_versions.began_with(executions[1:], truth.__getitem__)) == [new.text, new.text, old.text]


def test_a_version_is_told_as_lambda_names_it() -> None:
    """Whoever reads which versions were removed finds them in Lambda's own words."""
    assert str(Version("landfall-resolve", 7, AGED)) == "landfall-resolve:7"
