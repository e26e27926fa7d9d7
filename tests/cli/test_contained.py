"""`landfall show` shows the build's details of a commit, and `show --commit` the release that contains one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.command import At
from landfall.images import commit_details
from landfall.images.commit_details import Told
from tests.cli.world import SERVICE, landed, landfall
from tests.steps import standin

OTHER = "f" * 40


def show(*words: str) -> tuple[int, str, Any]:
    """Run it for people and for programs; return exit code, text and document."""
    people, programs = (landfall(["show", *more, *words]) for more in ([], ["--json"]))
    return people.exit_code, people.output, json.loads(programs.stdout)


def proven(count: int, history: str = commit_details.WHOLE) -> list[str]:
    """Let so many releases be proven, each upon the one before; return their commits, the oldest first."""
    commits: list[str] = []
    for number in range(count):
        # the record's commit is made of its digest
        digest = f"sha256:{str(number + 1) * 64}"
        said = Told(digest[7:47], "2026-01-01T08:00:00Z", "Ann", f"change {number}", history, tuple(reversed(commits)))
        standin.push(tag=digest[7:47], content=digest, digest=digest, said=said)
        landed(f"2026010{number + 1}T000000Z", digest, f"sample:{number + 1}")
        commits.append(digest[7:47])
    return commits


def test_what_the_build_said_is_shown_as_what_it_is(at: At) -> None:
    """Each detail is marked as the build's. Without details there is no line. Control sequences are removed."""
    landed("20260101T000000Z", f"sha256:{'1' * 64}", "sample:1")
    _, text, _ = show()
    assert "said by its build" not in text
    fields = {
        "commit_time": "2026-01-01T08:00:00Z",
        "commit_author": "Ann",
        "commit_subject": "red \x1b[31malarm\n::error::",
    }
    for name, value in fields.items():
        standin.table().update_item(
            Key={"service": SERVICE.name, "deployment_id": "20260101T000000Z-x"},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": value},
        )
    code, text, document = show()
    assert code == 0
    assert [line.split() for line in text.splitlines() if "(said by its build)" in line] == [
        ["committed", "2026-01-01T08:00:00Z", "(said", "by", "its", "build)"],
        ["author", "Ann", "(said", "by", "its", "build)"],
        ["subject", "red", "alarm", "::error::", "(said", "by", "its", "build)"],
    ]
    assert "\x1b" not in text
    assert document["commit_author"] == "Ann"


def test_a_commit_is_in_what_was_proven_last(at: At) -> None:
    """And since which deployment; a short id will do. One call to ECR reads all manifests."""
    first, second, third = proven(3)
    calls: list[str] = []
    at.cloud.session.events.register("before-call.ecr", lambda model, **_: calls.append(model.name))
    code, text, document = show("--commit", second[:9])
    assert code == 0
    assert "yes, its build says so" in text
    assert (document["contained"], document["proven_last"]["git_sha"]) == ("yes", third)
    assert document["since"]["git_sha"] == second
    assert calls == ["BatchGetImage"] * 2  # for people, and for programs
    assert show("--commit", first)[2]["since"]["git_sha"] == first


@pytest.mark.parametrize(
    ("history", "answer"),
    [(commit_details.WHOLE, "no"), (commit_details.SHALLOW, "unknown"), (commit_details.CUT, "unknown")],
)
def test_a_commit_that_is_not_listed(at: At, history: str, answer: str) -> None:
    """It is not contained where the build lists all, else that is not known."""
    proven(1, history)
    code, _, document = show("--commit", OTHER)
    assert (code, document["contained"], document["since"]) == (0, answer, None)


def test_images_that_say_nothing_or_are_gone(at: At) -> None:
    """A lifecycle rule deleted it, or something else built it: the answer is that it is not known."""
    landed("20260101T000000Z", f"sha256:{'1' * 64}", "sample:1")
    assert show("--commit", OTHER)[2]["contained"] == "unknown"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--commit", "main"), "BAD_COMMIT"),
        (("--commit", "abc"), "BAD_COMMIT"),
        (("--commit", OTHER), "NOTHING_PROVEN"),
        (("20260101T000000Z-x", "--commit", OTHER), "BAD_OPTIONS"),
    ],
)
def test_what_can_not_be_asked(at: At, words: tuple[str, ...], code: str) -> None:
    """Each is refused with the way out."""
    exit_code, text, document = show(*words)
    assert (exit_code, document["error"]["code"]) == (2, code)
    assert ";" in text
