"""A deployment's page: what happened, where the seconds went, and what came from elsewhere stays text."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cli.ui.reading.deployment import Deployment
from cli.ui.site import Site
from cli.ui.views import deployment, seconds
from cli.ui.views.lane import lane
from cli.ui.views.seconds import Span
from cli.ui.views.step_names import Cause, step
from landfall.ledger.task_times import TaskTimes, of_report
from landfall.logs.task_logs import Line, Tally
from landfall.model import Failure, Outcome
from landfall.telling.report import LogLines, Seen
from tests.support import builders as b
from tests.ui import world
from tests.ui.asking import ask
from tests.ui.evil import EVIL


@pytest.fixture(scope="module")
def links(pages: Site) -> list[str]:
    """Return the deployments that the first page leads to."""
    found = re.findall(r'href="/token(/deployment/[^"#]+)', ask(pages, "/").text)
    return list(dict.fromkeys(found))


def of(links: list[str], place: str, service: str) -> str:
    """Return the link to a service's deployment."""
    return next(link for link in links if f"/{place}" in link and f"/{service}/" in link)


def test_a_bad_release_tells_its_story(pages: Site, links: list[str]) -> None:
    """What happened, why, what is live now, the way with where it broke, the stopped tasks and their last words."""
    page = ask(pages, of(links, "production", "billing")).text

    assert "It did not stay: it was taken back after 17 s." in page
    assert "Rollout: 2 tasks of this deployment stopped in the same way" in page
    assert '<li class="bad"><span>Rollout ✕</span>' in page
    assert "Proven again" in page
    assert "fatal: PAYMENT_URL is not set" in page
    assert "+ <bdi>containerDefinitions.app.environment.PAYMENT_HOST</bdi>" in page
    assert "What changed against <code>b90830d</code>" in page
    assert "payments.example" not in page
    assert "signed ✓" in page
    assert pages.environments[1].reads.count <= 5


def test_a_deployment_under_way_says_where_it_is(pages: Site, links: list[str]) -> None:
    """The step it is in, what it waits for, and what is still to come; the page asks again by itself."""
    page = ask(pages, of(links, "production", "records-api")).text

    assert "It is under way: rollout, for 1 min" in page or "It is under way: rollout, for 2 min" in page
    assert '<li class="here" aria-current="step"><span>Rollout</span>' in page
    assert page.count("to come") == 4
    assert "3 of 4 new tasks healthy" in page
    assert 'hx-trigger="every 3s"' in page


def test_history_lists_and_filters(pages: Site) -> None:
    """By service, outcome, commit, who and day; each line leads to its deployment."""
    assert ask(pages, "/history").text.count("<tr>") == 13
    assert ask(pages, "/history?service=billing").text.count("<tr>") == 5
    assert ask(pages, "/history").text.count("record was changed") == 1
    assert ask(pages, "/history?outcome=ROLLED_BACK").text.count("<tr>") == 2
    assert ask(pages, "/history?commit=8008b75").text.count("<tr>") == 3
    assert ask(pages, "/history?who=nobody").text.count("<tr>") == 0
    assert ask(pages, "/history?until=2000-01-01").text.count("<tr>") == 0
    assert all(each.reads.count <= 100 for each in pages.environments)


def test_evidence_names_what_was_changed(pages: Site) -> None:
    """A record that somebody changed is red and says so; the other links and chains are whole."""
    page = ask(pages, "/evidence").text

    assert "One chain is broken." in page
    assert page.count('<li class="broken">') == 1
    assert "its content is not what was sealed: somebody changed it" in page
    assert "landfall verify-evidence --service records-api --profile production --region eu-west-1" in page
    assert all(each.reads.count <= 100 for each in pages.environments)


@pytest.mark.parametrize(
    "path", ["/deployment/nowhere/billing/x", "/deployment/staging%20%C2%B7%20eu-west-1/billing/x"]
)
def test_what_is_not_there_is_said(pages: Site, path: str) -> None:
    """An address of another environment or of no deployment is a page that says so."""
    answer = ask(pages, path)

    assert answer.status_code == 404
    assert "can&#39;t be shown" in answer.text or "can't be shown" in answer.text


def test_what_came_from_a_service_is_text(pages: Site) -> None:
    """Log lines, reasons and subjects full of HTML, ANSI, Markdown and direction marks neither run nor link."""
    place = world.Place("evil-", (world.service("billing"),))
    at, check = world.now(), b.ended().checks
    logs = LogLines(EVIL, Tally(1, 1, whole=True), None, (Line(at, EVIL, EVIL),))
    failure = Failure("CheckStability", "CRASH_LOOP", EVIL)
    changes: dict[str, Any] = {"failure": failure, "checks": check, "deployment": b.way_back()}
    seen = Seen(logs=logs, unread=(EVIL,))
    record = place.ended("billing", Outcome.ROLLED_BACK, at, "e" * 40, subject=EVIL, seen=seen, **changes)
    site = Site([place.environment("e")], "/token", [""])
    for path in (
        f"/deployment/e/billing/{record['deployment_id']}",
        f"/history?who={quote(EVIL)}",
        "/history",
        "/evidence",
    ):
        page = ask(site, path).text
        assert not re.search(r"<script>alert|href=\"javascript|\x1b|\u202e", page), path
    assert "&lt;script&gt;" in ask(site, "/history").text


def test_a_history_of_any_length_reads_a_page(pages: Site) -> None:
    """Going back page by page lists every deployment once, and no page reads more than it may."""
    place = world.Place("long-", (world.service("billing"), world.service("mailer")))
    with place.table.batch_writer() as batch:
        for number in range(230):
            name = f"20260101T000{number:03}Z-x"
            started = f"2026-01-01T00:{number // 60:02}:{number % 60:02}+00:00"
            item = {"service": "billing" if number % 5 else "mailer", "deployment_id": name, "started_at": started}
            batch.put_item(Item={**item, "outcome": "SUCCEEDED", "git_sha": b.SHA})
    site, path, found = Site([place.environment("e")], "/token", [""]), "/history", list[str]()
    while path:
        page = ask(site, path).text
        assert site.environments[0].reads.count <= 200
        found += re.findall(r"/deployment/e/\w+/([^\"]+)", page)
        older = re.search(r'href="/token(/history\?[^"]+)" rel="next"', page)
        path = older[1].replace("&amp;", "&") if older else ""

    assert len(found) == len(set(found)) == 230
    assert found == sorted(found, reverse=True)


def test_the_parts_of_a_slow_deployment_add_up() -> None:
    """Each second from the request to the end is in one part, whatever the history has."""
    began = b.NOW
    steps = ((1, "Resolve"), (2, "AcquireLock"), (3, "Preflight"))
    points = [(began + timedelta(seconds=n), state) for n, state in steps]
    points += [(began + timedelta(seconds=n), "WaitForStability" if n % 2 else "CheckStability") for n in range(5, 180)]
    points += [(began + timedelta(seconds=185), "SmokeTest"), (began + timedelta(seconds=188), "WaitForBake")]
    ended = began + timedelta(seconds=260)
    placed, pulling, pulled, started = (began + timedelta(seconds=n) for n in (6, 16, 46, 50))
    task = TaskTimes("t", "new", "RUNNING", placed, pulling, pulled, started, None, None)
    before, stopping, stopped = (began + timedelta(seconds=n) for n in (-900, 90, 150))
    tasks = [task, TaskTimes("o", "old", "STOPPED", before, before, before, before, stopping, stopped)]
    found = seconds.parts(seconds.spans(points, began, ended), tasks, "new", {"bake_seconds": 60})
    taken = {part.cause: part.seconds for part in found}

    assert sum(taken.values()) == pytest.approx(260)
    assert taken[Cause.SCHEDULING] == pytest.approx(11)
    assert taken[Cause.PULL] == pytest.approx(30)
    assert taken[Cause.START] == pytest.approx(4)
    assert taken[Cause.HEALTH] == pytest.approx(40)
    assert taken[Cause.DRAINING] == pytest.approx(60)
    assert taken[Cause.BAKE] == pytest.approx(72)
    assert "bake_seconds = 60" in next(part.advice for part in found if part.cause == Cause.BAKE)


def test_the_parts_of_a_recorded_slow_deployment_add_up() -> None:
    """A release on the local AWS, on a busy machine, as its record and report have it: each second is in one part."""
    told = json.loads((Path(__file__).parent / "recorded" / "slow.json").read_text(encoding="utf-8"))
    record, report = told["record"], told["report"]
    began, ended = (datetime.fromisoformat(record[name]) for name in ("started_at", "ended_at"))
    found = Deployment("e", ended, record, local=True, report=report, tasks=of_report(report))
    page = deployment.page(found)
    taken = {part.cause: part.seconds for part in page.parts}

    assert page.whole == pytest.approx((ended - began).total_seconds())
    assert sum(part.wide for part in page.parts) == pytest.approx(1000, abs=0.01 * len(page.parts))
    assert all(
        part.at == pytest.approx(sum(p.wide for p in page.parts[:n]), abs=0.1) for n, part in enumerate(page.parts)
    )
    assert {Cause.QUEUE, Cause.STEPS, Cause.HEALTH, Cause.DRAINING, Cause.CHECKS} <= taken.keys()
    assert taken[Cause.DRAINING] == pytest.approx(3)  # by ECS's times of the older tasks


def test_after_a_day_the_report_still_says_where_the_seconds_went(pages: Site) -> None:
    """ECS has forgotten the tasks; the parts of the rollout are those of the report, and fill the bar."""
    found = re.findall(r'href="/token(/deployment/staging[^"]+records-api/[^"]+)"', ask(pages, "/history").text)
    page = ask(pages, next(link for link in found if "a93b1f2" in link)).text
    bars = [tuple(map(float, each)) for each in re.findall(r'class="c-\w+" x="([\d.]+)" y="0" width="([\d.]+)"', page)]

    assert "Where the 1 min 41 s went" in page
    for cause in ("scheduling", "image pull", "start", "health checks", "draining"):
        assert f'<span class="what">{cause}</span>' in page
    assert sum(bars[-1]) == pytest.approx(1000, abs=3)
    assert sum(wide for _, wide in bars) == pytest.approx(1000, abs=2 * len(bars))


def test_spans_have_no_gap_whatever_the_clocks_say() -> None:
    """Two clocks differ: an entry from before the beginning or after the end moves to it."""
    at = [b.NOW + timedelta(seconds=n) for n in range(-5, 20, 5)]
    found = seconds.spans([(moment, "X") for moment in at], b.NOW, b.NOW + timedelta(seconds=10))

    assert sum(span.seconds for span in found) == 10
    assert all(isinstance(span, Span) for span in found)


def test_an_unknown_step_shows_its_name() -> None:
    """A step that is newer than this command is on the lane all the same."""
    stops = lane([{"state": "UpdateService"}, {"state": "CheckCanary", "answer": "WAIT"}], open_=True)

    assert [(stop.label, stop.state) for stop in stops[:3]] == [
        ("Update", "done"),
        ("Check canary", "here"),
        ("Rollout", "todo"),
    ]
    assert [step(state).cause for state in ("CheckCanary", "WaitForCanary", "CheckRollbackCanary")] == [
        Cause.STEPS,
        Cause.POLLING,
        Cause.BACK,
    ]
