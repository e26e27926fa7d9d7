"""The report: whatever the outcome, both forms tell it, and the one for programs keeps its published shape."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.abort.aborted import Aborted
from landfall.ledger import deployment_record
from landfall.logs.task_logs import Line
from landfall.model import UNKNOWN, Outcome
from landfall.proof.observed import Look
from landfall.smoke.case import Check
from landfall.telling.report import SCHEMA, Seen, document, report
from landfall.telling.report import text as report_text
from landfall.text import foreign
from stacks import ROOT
from tests.support import builders as b
from tests.support import schemas
from tests.support.endings import ENDINGS
from tests.unit.telling.reports import SEEN, made
from tools import schemas as published


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("seen", [SEEN, Seen(unread=("the service: AWS was too slow",))], ids=["all", "nothing"])
def test_report(outcome: Outcome, seen: Seen) -> None:
    """Every outcome has the whole story, or says what is missing of it."""
    told = made(outcome, seen)
    schemas.holds("report", document(told))
    text = report_text.markdown(told)
    for part in (outcome.value, told.why, b.SHA, b.DIGEST, b.EXECUTION, "(a claim)", "5 of 5 answers", told.what_next):
        assert part in text
    assert told.seconds == 90
    assert all(problem in text for problem in seen.unread)


def test_from_the_commit_to_what_was_served() -> None:
    """Commit, digest, revision, ECS deployment, tasks and the SHA that was served stand together."""
    proven = made(Outcome.SUCCEEDED).provenance
    assert (proven.commit, proven.image_digest, proven.revision) == (b.SHA, b.DIGEST, b.REVISION)
    assert [(t.status, t.digests) for t in proven.tasks] == [(s, {"app": b.DIGEST}) for s in ("RUNNING", "STOPPED")]
    assert proven.served == f"gitSha {b.SHA}"


def test_the_report_says_what_ran_before() -> None:
    """Beside the targets after the end: had the service all of them before the update?"""
    ended = ENDINGS[Outcome.ROLLED_BACK]
    baseline = b.baseline(desired_count=3, healthy_targets=2)
    told = report(replace(ended, baseline=baseline), deployment_record.closed(ended, b.NOW), SEEN)
    revision = baseline.task_definition.rpartition("/")[2]
    row = f"| before the update | {revision}: 3 desired tasks, 2 healthy targets |"
    assert row in report_text.markdown(told).replace("\\", "").replace("&#58;", ":")
    assert "before the update" not in report_text.markdown(made(Outcome.SKIPPED))


def test_what_was_not_served_is_not_claimed() -> None:
    """Without a version check that passed, the report says what it saw, or UNKNOWN."""
    wrong = (Check("version", "FAIL", f"gitSha {b.SHA}", f"gitSha {b.OLD_SHA} (HTTP 200)"),)
    for checks, served in ((wrong, f"gitSha {b.OLD_SHA} (HTTP 200)"), ((), UNKNOWN)):
        ended = replace(ENDINGS[Outcome.ROLLED_BACK], checks=checks)
        assert report(ended, deployment_record.closed(ended, b.NOW), SEEN).provenance.served == served


def test_of_many_tasks_the_release_s_own_come_first() -> None:
    """A report of a service with hundreds of tasks stays one that can be read."""
    others = tuple(b.task(n, task_definition=b.OLD_REVISION) for n in range(200))
    tasks = made(Outcome.SUCCEEDED, Seen(Look(b.service(), (*others, b.task(999))))).provenance.tasks
    assert (len(tasks), tasks[0].arn.rpartition("/")[2]) == (50, "999")


@given(st.text(), st.text(max_size=200))
def test_nobody_s_words_break_the_table(line: str, reason: str) -> None:
    """What a service logs and a person gives as a reason stays in its row: each row has the cells of its table."""
    ended = ENDINGS[Outcome.ROLLED_BACK]
    ended = replace(ended, release=replace(ended.release, reason=reason))
    seen = replace(SEEN, logs=replace(SEEN.logs, last=(Line(b.NOW, "arn/task/c/1", line),)))
    text = report_text.markdown(report(ended, deployment_record.closed(ended, b.NOW), seen))
    plain = report_text.markdown(report(ENDINGS[Outcome.ROLLED_BACK], deployment_record.closed(ended, b.NOW), SEEN))
    assert text.count("\n") == plain.count("\n")
    (row,) = [row for row in text.split("\n") if row.startswith("| reason given")]
    assert row.replace("\\|", "").count("|") == 3


def test_what_somebody_wrote_is_no_markdown() -> None:
    """A service's words can't put a picture, a link or a cell into the report that people read."""
    words = "![x](https://example.org/p.png) [pay](https://example.org) a\\|b <b>"
    ended = ENDINGS[Outcome.ROLLED_BACK]
    ended = replace(ended, release=replace(ended.release, reason=words))
    text = report_text.markdown(report(ended, deployment_record.closed(ended, b.NOW), SEEN))
    assert "!\\[x\\](https&#58;//example.org/p.png) \\[pay\\](https&#58;//example.org) a\\\\\\|b &lt;b&gt;" in text


@pytest.mark.parametrize(("outcome", "late"), [(Outcome.ROLLED_BACK, False), (Outcome.SUCCEEDED, True)])
def test_who_aborted_is_told_as_text_and_as_the_truth(outcome: Outcome, late: bool) -> None:
    """A reason stays one cell; and of a release that came to its end first, nobody reads that it was aborted."""
    ended = replace(ENDINGS[outcome], abort=Aborted("role/OnCall", "arn", "now", "[x](http://y) | <b>\n# no"))
    text = report_text.markdown(report(ended, deployment_record.closed(ended, b.NOW), SEEN))
    (row,) = [row for row in text.split("\n") if row.startswith("| abort ")]
    assert row.replace("\\|", "").count("|") == 3
    assert "\\[x\\](http&#58;//y)" in row
    assert ("aborted by role/OnCall" in row, f"too late: it ended as {outcome}" in row) == (not late, late)


def test_the_title_of_a_rejected_request_says_what_was_asked() -> None:
    """Its commit is often not known, and then the request's own words are what there is."""
    ended = ENDINGS[Outcome.REJECTED]
    ended = replace(ended, release=replace(ended.release, git_sha="", image_digest="", came='{"image": 7}'))
    text = report_text.markdown(report(ended, deployment_record.closed(ended, b.NOW), SEEN))
    assert text.startswith('# REJECTED: sample (A request that can\'t be read ({"image": 7}))\n')


def test_what_is_published_is_what_is_written() -> None:
    """The schemas in docs are those of today's classes (`make schemas`)."""
    for name, schema in published.schemas().items():
        assert json.loads((published.DIRECTORY / name).read_text(encoding="utf-8")) == schema


def test_the_example_in_the_docs_is_a_report() -> None:
    """What readers are shown was made by the demo (`make example`), is of today's shape, and tells of a rollback."""
    example = ROOT / "docs" / "example"
    told = json.loads((example / "report.json").read_text(encoding="utf-8"))
    schemas.holds("report", told)
    assert (told["outcome"], told["schema"]) == ("ROLLED_BACK", SCHEMA)
    assert told["logs"]["last"]
    assert told["unread"] == []
    text = (example / "report.md").read_text(encoding="utf-8")
    assert text.startswith(f"# ROLLED_BACK: sample {told['provenance']['commit'][:12]}")
    assert all(part in text for part in (foreign.cell(told["why"]), told["logs"]["last"][-1]["text"]))
