"""Does each task log our commit in its own stream?

CloudWatch Logs filters by a regular expression between two `%` (CloudWatch Logs user guide, "Supported regular
expressions syntax"): letters, digits, `[]`, `{}` and a few operators, no parentheses. So AWS filters by the first seven
digits of the commit only, and this module applies the expression of the settings, with RE2.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from landfall import commit
from landfall.logs.task_logs import Written
from landfall.model import UNKNOWN, Deployment, Kind, Verdict, failed, wait
from landfall.proof import older_tasks
from landfall.proof.observed import TaskView
from landfall.settings.worker import SHA
from landfall.smoke.case import PASS, SKIP, Check
from landfall.text.linear_search import Linear

COMMIT = "commit"
BEFORE_START = timedelta(seconds=10)
"""How long before the first task's start the lines are read: two clocks differ."""
NEWEST = timedelta(seconds=20)
"""If the lines since the start are too many to read, so many of the newest are read too: a task that logs the commit in
every line does so there."""
WHOLE = 40
"""Hex digits of a whole commit of Git (SHA-1)."""
EXAMPLE = "a" * WHOLE


class Expression:
    """`commit_filter` with a commit in it. Raises PatternRefused if RE2 refuses it."""

    def __init__(self, commit_filter: str, git_sha: str) -> None:
        self.filter, self.git_sha = commit_filter, git_sha
        named = _named(git_sha)
        self._found = Linear(commit_filter.replace(SHA, named))
        self._dirty = Linear(f"{named}-dirty")

    def found_in(self, text: str) -> bool:
        """Say whether a line names the commit. `-dirty` (git describe) means that the commit was changed."""
        return self._found.found_in(text) and not self._dirty.found_in(text)

    @property
    def at_aws(self) -> str:
        """Return the filter pattern for AWS: every line that names the commit matches it, in any case."""
        digits = commit.digits(self.git_sha)[: commit.SHORTEST]
        return f"%{''.join(f'[{d}{d.upper()}]' if d.isalpha() else d for d in digits)}%" if digits else ""

    def __str__(self) -> str:
        """Return the expected text, for people."""
        return self.filter.replace(SHA, self.git_sha)


def window(tasks: Collection[TaskView], now: datetime) -> datetime:
    """Return the time from which the lines of these tasks are read."""
    return min((t.started_at for t in tasks if t.started_at), default=now) - BEFORE_START


def required(deployment: Deployment, ran_sha: str, before: str | None) -> bool:
    """Say whether the tasks must log the commit: always on the way forward.

    On the way back the result must be no worse than before the update: `ran_sha` is the baseline's commit, and `before`
    is the result of this check then.
    """
    if deployment.kind == Kind.RELEASE:
        return True
    if deployment.git_sha == UNKNOWN:
        return False
    return not commit.same(deployment.git_sha, ran_sha) or before == PASS


def assess(
    written: Written, tasks: Collection[TaskView], expression: Expression, setting: str, poll: int
) -> tuple[Verdict | None, Check]:
    """Judge the tasks' lines. WAIT for a task without the line: lines arrive late. `setting` names the setting."""
    named = {line.task for line in written.lines if expression.found_in(line.text)}
    missing = [i for i in (_id(t) for t in tasks) if i not in named]
    told = f"{len(tasks) - len(missing)} of {len(tasks)} tasks log {expression}"
    wanted = f"a line with {expression} of each task"
    if not missing:
        return None, Check(COMMIT, PASS, wanted, told)
    why = f"{told}; not {older_tasks.few(missing)} ({setting} = {expression.filter!r})"
    if not written.whole:
        why += "; there are more lines than Landfall reads: log the commit less often, or in every line"
    return wait("COMMIT_NOT_LOGGED", why, poll), Check(COMMIT, "RETRY", wanted, told)


def unknown(deployment: Deployment) -> Verdict | None:
    """Return the refusal of a release whose commit is not known: nothing could prove it."""
    if deployment.kind == Kind.RELEASE and deployment.git_sha == UNKNOWN:
        return failed("NO_SHA", "the release's commit is not known, so nothing could prove it")
    return None


def not_asked() -> Check:
    """Return the check if the commit is not required."""
    return Check(COMMIT, SKIP, "", "its tasks did not log their commit before the update, or it is not known")


def _id(task: TaskView) -> str:
    return task.arn.rpartition("/")[2]


def _named(git_sha: str) -> str:
    """Return an expression for a commit, whole or shortened, with landfall.commit's rules."""
    digits = commit.digits(git_sha)
    if not digits:
        return re.escape(git_sha)
    more = f"[0-9a-f]{{0,{max(0, WHOLE - len(digits))}}}"
    for digit in reversed(digits[commit.SHORTEST :]):
        more = f"(?:{digit}{more})?"
    return rf"(?:\b|[-+.]g)(?i:{digits[: commit.SHORTEST]}{more})\b"
