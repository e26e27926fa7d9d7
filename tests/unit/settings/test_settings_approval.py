"""The approval table of services.toml: what it means, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landfall.errors import SettingsError
from landfall.settings.approval import ApprovalSettings
from landfall.settings_file.approval_checks import check
from landfall.settings_file.problem import Problems

TEXT = "[services.api]\n[services.api.approval]\napprovers = []\nchecklist = []\nexpires_seconds = 1\n"
GOOD = ApprovalSettings("before", ("role/Approver", "user/ops-lead"), checklist=("backup taken",), four_eyes=True)
WHERE = ("services", "api")


def test_a_good_table_has_no_problem_and_none_is_none() -> None:
    """Roles and users by name or ARN are approvers, and a service without the table asks nobody."""
    problem = Problems(TEXT, Path("services.toml"))

    check(GOOD, WHERE, problem)
    check(replace(GOOD, approvers=("arn:aws:iam::123456789012:role/team/A", "role/B")), WHERE, problem)
    check(None, WHERE, problem)


def test_only_the_wait_after_the_proofs_holds_the_lock() -> None:
    """Before the update nothing is locked, so the lease need not grow."""
    assert GOOD.longest_seconds == 0
    assert replace(GOOD, when="after", expires_seconds=600).longest_seconds == 600


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
        check(replace(GOOD, **changes), WHERE, Problems(TEXT, Path("services.toml")))

    assert f"services.toml:{line}: services.api.approval.{next(iter(changes))}: " in str(error.value)
    assert words in str(error.value)
