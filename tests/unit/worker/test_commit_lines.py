"""Which lines name the commit, and which tasks must have written one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import commit
from landfall.logs.task_logs import Line, Written
from landfall.model import UNKNOWN, Kind
from landfall.worker import commit_lines
from landfall.worker.commit_lines import Expression
from tests.support import builders as b

SHA = "ab12cd3" + "4" * 33
SETTING = "services.sample.worker.commit_filter"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"started, git sha {SHA}", True),
        ('{"version": "ab12cd3"}', True),
        ("release AB12CD3444 is up", True),
        ("sample v1.2.3-5-gab12cd34 started", True),
        ("sample v1.2.3-5-gab12cd34-dirty started", False),
        (f"x{SHA}", False),
        ("ab12cd35", False),
        ("ab12cd", False),
        (f"started, git sha {b.OLD_SHA}", False),
        ("", False),
    ],
)
def test_lines_that_name_the_commit(text: str, named: bool) -> None:
    """The commit counts whole or shortened, as /version may serve it, and no other one does."""
    assert Expression("{sha}", SHA).found_in(text) is named


def test_an_expression_of_the_settings() -> None:
    """A service that logs the commit of others too says in which place its own stands."""
    own = Expression("version={sha}", SHA)
    assert own.found_in("up version=ab12cd34 mode=worker")
    assert not own.found_in("job of ab12cd34 begun")
    assert str(own) == f"version={SHA}"


@given(st.text("0123456789abcdefABCDEF gx-\"'", max_size=60), st.text("0123456789abcdef", min_size=7, max_size=40))
def test_aws_never_leaves_out_a_line_that_counts(text: str, sha: str) -> None:
    """AWS filters by its own pattern first: whatever names the commit must pass it."""
    line = f"{text}{sha[:9]} {text}"
    expression = Expression("{sha}", sha)
    assert not expression.found_in(line) or re.search(expression.at_aws.strip("%"), line)


@given(st.text("0123456789abcdef", min_size=7, max_size=40), st.text("0123456789abcdef", min_size=7, max_size=40))
def test_lines_and_answers_agree_on_what_a_commit_is(sha: str, word: str) -> None:
    """A commit in a line is the same as in an answer of /version: landfall.commit says it for both."""
    assert Expression("{sha}", sha).found_in(f"sha={word};") is commit.same(sha, word)


@pytest.mark.parametrize(("sha", "pattern"), [(SHA, "%[aA][bB]12[cC][dD]3%"), ("1234567890", "%1234567%"), ("v1", "")])
def test_the_pattern_for_aws_has_only_what_aws_takes(sha: str, pattern: str) -> None:
    """CloudWatch Logs takes letters, digits and brackets, and no parentheses."""
    assert Expression("{sha}", sha).at_aws == pattern


def written(*ids: str, whole: bool = True) -> Written:
    """Return a line with the commit of each of these tasks."""
    return Written(tuple(Line(b.NOW, i, f"sha {SHA}") for i in ids), whole)


def test_each_task_must_have_logged_it() -> None:
    """One task that is silent may run anything: it is named, with the expression, and waited for."""
    tasks, expression = (b.task(1), b.task(2)), Expression("{sha}", SHA)
    missing, check = commit_lines.assess(written("1"), tasks, expression, SETTING, 10)
    assert missing is not None
    assert (missing.state, missing.code, check.state) == ("WAIT", "COMMIT_NOT_LOGGED", "RETRY")
    assert f"not 2 ({SETTING} = '{{sha}}')" in missing.reason
    assert commit_lines.assess(written("1", "2"), tasks, expression, SETTING, 10)[0] is None


def test_logs_that_were_not_read_whole_are_named() -> None:
    """A reason that blames the task alone would send people the wrong way."""
    missing, _ = commit_lines.assess(written("1", whole=False), (b.task(2),), Expression("{sha}", SHA), SETTING, 10)
    assert missing is not None
    assert "more lines than Landfall reads" in missing.reason


@pytest.mark.parametrize(
    ("kind", "git_sha", "before", "required"),
    [
        (Kind.RELEASE, SHA, None, True),
        (Kind.ROLLBACK, b.OLD_SHA, "PASS", True),
        (Kind.ROLLBACK, b.OLD_SHA, "FAIL", False),
        (Kind.ROLLBACK, b.OLD_SHA, None, False),
        (Kind.ROLLBACK, UNKNOWN, "PASS", False),
        (Kind.ROLLBACK, SHA, "FAIL", True),
    ],
    ids=["forward", "logged before", "not logged before", "not asked before", "not known", "an earlier proven one"],
)
def test_the_way_back_is_asked_for_no_more_than_before(
    kind: Kind, git_sha: str, before: str | None, required: bool
) -> None:
    """What never logged its commit is not called unhealthy for it (law 2); what was proven once is asked again."""
    assert commit_lines.required(b.deployment(kind=kind, git_sha=git_sha), b.OLD_SHA, before) is required


@pytest.mark.parametrize(
    ("sha", "word", "named"),
    [
        (SHA[:7], SHA, True),
        (SHA[:7], SHA[:39], True),
        (SHA[:7], SHA + "4", False),
        (SHA, SHA, True),
        (SHA, SHA + "4", False),
        (SHA[:39], SHA, True),
        (SHA + "5" * 24, SHA + "5" * 24, True),
    ],
)
def test_a_commit_has_forty_digits(sha: str, word: str, named: bool) -> None:
    """A shortened commit stands for a whole one, and a longer word is something else; Git's SHA-256 has 64."""
    assert Expression("{sha}", sha).found_in(f"up {word}") is named


def test_lines_are_read_from_a_little_before_the_first_start() -> None:
    """The clocks of ECS and of the task differ; what is older may be another task's."""
    started = [b.task(n, started_at=b.NOW - timedelta(seconds=60 * n)) for n in (2, 1)]
    assert commit_lines.window([*started, b.task(3)], b.NOW) == b.NOW - timedelta(seconds=130)
    assert commit_lines.window([b.task(3)], b.NOW) == b.NOW - timedelta(seconds=10)
    assert timedelta(seconds=20) == commit_lines.NEWEST


def test_how_many_log_the_commit_is_told() -> None:
    """The report shows it beside what is asked for."""
    tasks, expression = (b.task(1), b.task(2), b.task(3)), Expression("{sha}", SHA)
    _, check = commit_lines.assess(written("1", "3"), tasks, expression, SETTING, 10)
    assert (check.name, check.expected, check.seen) == (
        "commit",
        f"a line with {SHA} of each task",
        f"2 of 3 tasks log {SHA}",
    )


@pytest.mark.parametrize(
    ("kind", "git_sha", "code"),
    [(Kind.RELEASE, UNKNOWN, "NO_SHA"), (Kind.RELEASE, SHA, None), (Kind.ROLLBACK, UNKNOWN, None)],
)
def test_a_release_without_a_commit_can_not_be_proven(kind: Kind, git_sha: str, code: str | None) -> None:
    """N1: nothing would show that the tasks run it. What ran before Landfall came is not asked for its commit."""
    refused = commit_lines.unknown(b.deployment(kind=kind, git_sha=git_sha))
    assert (refused.code if refused else None) == code
    assert commit_lines.not_asked().state == "SKIP"
