"""The approval table of services.toml: what it means, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings.approval import ApprovalSettings
from landfall.settings_file import read as settings_file
from landfall.settings_file.people_checks import LEAST_SECONDS, MOST_SECONDS, check
from landfall.settings_file.problem import Problems

SERVICE = """
[services.api]
cluster = "c"
service = "api"
container = "app"
repository = "api"
task_role = "task"
execution_role = "execution"
"""
TABLE = """[services.api.approval]
when = "before"
approvers = ["role/Approver"]
"""
TEXT = "[services.api]\n[services.api.approval]\napprovers = []\nchecklist = []\nexpires_seconds = 1\n"
GOOD = ApprovalSettings("before", ("role/Approver", "user/ops-lead"), checklist=("backup taken",), four_eyes=True)
WHERE = ("services", "api")


def read(text: str) -> Service:
    """Return the one service of a settings file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service


def with_approval(approval: ApprovalSettings | None) -> Service:
    """Return a service with this table."""
    return replace(read(SERVICE), approval=approval)


def test_the_defaults() -> None:
    """No items, one approver, four hours; and nobody is asked without the table."""
    approval = read(SERVICE + TABLE).approval

    assert approval == ApprovalSettings("before", ("role/Approver",), (), four_eyes=False, expires_seconds=14400)
    assert read(SERVICE).approval is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('when = "during"', "must be one of before, after"),
        ('approver = ["role/A"]', "unknown key"),
        ('four_eyes = "yes"', "four_eyes"),
        ("expires_seconds = 59", "it takes 60 to 604800"),
    ],
)
def test_a_table_that_says_something_else_is_refused(line: str, words: str) -> None:
    """A gate that is misspelt must not be open."""
    table = TABLE.replace('when = "before"', line) if line.startswith("when") else f"{TABLE}{line}\n"
    with pytest.raises(SettingsError) as error:
        read(SERVICE + table)

    assert words in str(error.value)


def test_a_sign_off_after_the_proofs_is_not_longer_than_others_wait() -> None:
    """It holds the lock: a newer release would be rejected before it had its turn."""
    held = TABLE.replace("before", "after")
    with pytest.raises(SettingsError, match=r"holds the lock for as long, and a newer release waits 7200 s at most"):
        read(SERVICE + held)

    assert read(f"{SERVICE}{held}expires_seconds = 7200\n").limits.approval_seconds == 7200


def test_a_good_table_has_no_problem_and_none_is_none() -> None:
    """Roles and users by name or ARN are approvers, and a service without the table asks nobody."""
    problem = Problems(TEXT, Path("services.toml"))

    for approval in (
        GOOD,
        replace(GOOD, approvers=("arn:aws:iam::123456789012:role/team/A", "role/B")),
        None,
    ):
        check(with_approval(approval), WHERE, problem)


def test_only_the_wait_after_the_proofs_holds_the_lock() -> None:
    """Before the update nothing is locked, so the lease need not grow."""
    after = replace(GOOD, when="after", expires_seconds=600)
    assert (GOOD.holds_seconds, GOOD.asks_before_seconds) == (0, 14400)
    assert (after.holds_seconds, after.asks_before_seconds) == (600, 0)

    plain, before, held = (with_approval(each).limits for each in (None, GOOD, after))
    assert before.lease_seconds == plain.lease_seconds
    assert held.lease_seconds >= plain.lease_seconds + 600
    assert before.longest_seconds >= plain.longest_seconds + 2 * 14400
    assert held.longest_seconds >= plain.longest_seconds + 2 * 600


@given(st.integers(LEAST_SECONDS, MOST_SECONDS))
def test_the_looks_fit_into_an_execution(seconds: int) -> None:
    """However long people have, the looks cover the time, and take less than half of the 25,000 events."""
    asked = replace(GOOD, expires_seconds=seconds)

    assert asked.attempts * asked.poll_seconds >= seconds
    assert asked.attempts * 13 < 25000 / 2


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"approvers": ()}, 3, "names 0; it takes 2 to 50; four_eyes needs two roles or users"),
        ({"approvers": (), "four_eyes": False}, 3, "names 0; it takes 1 to 50"),
        ({"approvers": ("role/A",)}, 3, "names 1"),
        ({"approvers": ("role/A", "role/A")}, 3, "names 1"),
        ({"approvers": ("Approver",)}, 3, "write role/NAME or user/NAME"),
        ({"approvers": ("*",)}, 3, "'*' names no role and no user"),
        ({"checklist": ("a", "a")}, 4, "has 'a' twice"),
        ({"checklist": (" ",)}, 4, "' ' is no item"),
        ({"checklist": ("x" * 101,)}, 4, "is no item"),
        ({"checklist": ("a\u202eb",)}, 4, "is no item"),
        ({"checklist": ("a\nb",)}, 4, "is no item"),
        ({"checklist": tuple(str(n) for n in range(21))}, 4, "has 21 items"),
        ({"expires_seconds": 59}, 5, "is 59; it takes 60 to 604800"),
        ({"expires_seconds": 604801}, 5, "(7 days)"),
    ],
)
def test_an_error_names_the_line_the_key_and_the_way_out(changes: dict[str, Any], line: int, words: str) -> None:
    """Wrong settings fail at synth, where their author reads them."""
    with pytest.raises(SettingsError) as error:
        check(with_approval(replace(GOOD, **changes)), WHERE, Problems(TEXT, Path("services.toml")))

    assert f"services.toml:{line}: services.api.approval.{next(iter(changes))}: " in str(error.value)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("aborters", "words"),
    [
        (tuple(f"role/R{n}" for n in range(51)), "aborters: names 51; it takes at most 50"),
        (("role/A", "everybody"), "aborters: 'everybody' names no role and no user"),
    ],
)
def test_who_may_abort_is_named_and_few(aborters: tuple[str, ...], words: str) -> None:
    """An entry that names nobody would leave an emergency to nobody, and a list is read at each request."""
    text = "[services.api]\naborters = []\n"
    with pytest.raises(SettingsError) as error:
        check(replace(read(SERVICE), aborters=aborters), WHERE, Problems(text, Path("services.toml")))
    assert f"services.toml:2: services.api.{words}" in str(error.value)
    few = replace(read(SERVICE), aborters=tuple(f"role/R{n}" for n in range(50)))
    check(few, WHERE, Problems(text, Path("services.toml")))
