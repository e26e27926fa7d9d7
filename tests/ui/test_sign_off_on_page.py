"""Sign-offs, migrations and after-checks on the pages: who is waited for, how to answer, who said what, what ran."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.ui.site import Site
from cli.ui.views import sign_off
from landfall.after import inquiry
from landfall.after.inquiry import Inquiry, InquiryStage
from landfall.approval import approval
from landfall.approval.approval import UNREADABLE, Approval, ApprovalStage
from landfall.model import Outcome
from tests.support import builders as b
from tests.ui import sign_offs, story, world
from tests.ui.asking import ask
from tests.ui.evil import EVIL

Told = tuple[story.Told, dict[str, list[dict[str, Any]]]]
"""The story, and what its AWS tells of executions."""
CHECKS = "--check 'backup taken' --check 'support told'"
STAGING = "--profile staging --region eu-west-1"
ASKED = sign_offs.waiting(b.NOW)
EXPIRED = replace(ASKED, stage=ApprovalStage.EXPIRED)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """Tell the story on an AWS of its own, since deployments are begun there."""
    history: dict[str, list[dict[str, Any]]] = {}
    with world.aws(history):
        yield story.told(history), history


@pytest.fixture(scope="module")
def waiting(told: Told) -> str:
    """Let a release of `billing` wait for people in staging. Return its id."""
    return story.at_sign_off(*told)


def read(site: Site, path: str) -> str:
    """Return a page as a reader sees it: without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", ask(site, path).text))


def page_of(service: str, name: str, place: str = "staging") -> str:
    """Return the address of a deployment's page."""
    return f"/deployment/{place}%20%C2%B7%20eu-west-1/{service}/{name}"


def test_what_waits_for_people_needs_somebody_now(told: Told, waiting: str) -> None:
    """The first page has who is waited for, until when, the items and both commands, and reads no record more."""
    there, _ = told
    page, cell = read(there.site, "/"), ask(there.site, "/").text

    assert "commit 91f3c2e waits for a second yes of role/ReleaseManager, until" in page
    assert re.search(r"UTC: 3 h (19|20) min left\. To confirm: backup taken; support told\.", page)
    assert f"landfall approve {waiting} {CHECKS} {STAGING}" in page
    assert f"To say no: landfall reject {waiting} --reason TEXT {STAGING}" in page
    assert "Nothing was changed yet; without a yes the release is rejected" in page
    assert re.search(r'class="state warn">waits for approval, 41 min \d+ s<', cell)
    assert there.site.environments[0].reads.count <= 50


def test_the_page_of_one_that_waits_says_how_to_answer(told: Told, waiting: str) -> None:
    """Headline, terms, who said yes and why, who was turned away, both commands; and it follows the deployment."""
    there, _ = told
    shown, page = ask(there.site, page_of("billing", waiting)).text, read(there.site, page_of("billing", waiting))

    assert re.search(r"It waits for approval: 3 h (19|20) min left\.", page)
    assert '<span class="state warn">waits for approval</span>' in shown
    assert "two different people, and not who asked for it" in page
    assert f"landfall approve {waiting} {CHECKS} {STAGING}" in page
    assert f"landfall reject {waiting} --reason TEXT {STAGING}" in page
    assert shown.index('id="sign-off"') < shown.index('id="way"')
    assert page.count("✓ yes") == 1
    assert "the graphs are calm" in page
    assert "role/Developer is not" not in page.partition("turned away")[0]
    assert "is not in `approvers`" in page
    assert '<li class="here" aria-current="step"><span>Approval</span>' in shown
    assert 'hx-trigger="every 3s"' in shown


def test_a_newer_push_hides_no_sign_off(told: Told) -> None:
    """One that is signed off after the proofs holds the lock: newer ones queue behind it, and it still needs people."""
    there, history = told
    now, place = world.now(), world.Place("behind-", (world.service("billing", "staging-billing"),))
    name = story.at_sign_off(replace(there, staging=place), history, "after")
    place.begun("billing", now, story.sha("aaaa111"), "Waits behind it")
    site = Site([place.environment("e")], "/token", [" --local"])

    assert f"landfall approve {name} {CHECKS} --local" in read(site, "/")
    assert "The release is live and proven, and the lock is held; without a yes it is rolled back" in read(site, "/")
    assert "It is live and proven, and waits for approval" in read(site, f"/deployment/e/billing/{name}")


@pytest.mark.parametrize(
    ("known", "outcome", "state", "said"),
    [
        (
            sign_offs.approved(b.NOW),
            Outcome.SUCCEEDED,
            "proven",
            "user/ops-lead said yes at 2026-01-02 02:52:05, role/ReleaseManager said yes at 2026-01-02 03:04:05.",
        ),
        (
            sign_offs.refused(b.NOW),
            Outcome.REJECTED,
            "failed",
            "role/ReleaseManager said no at 2026-01-02 03:04:05: not on a Friday",
        ),
        (EXPIRED, Outcome.REJECTED, "failed", "Nobody said the last yes in time, until 2026-01-02 06:24:05; until"),
        (replace(ASKED, stage=ApprovalStage.OVERTAKEN), Outcome.SKIPPED, "unknown", "A newer request for the service"),
        (UNREADABLE, Outcome.REJECTED, "unknown", "can't be read, so nothing is approved."),
        (ASKED, Outcome.REJECTED, "unknown", "ended before anybody who was asked had decided."),
    ],
)
def test_a_past_sign_off_says_how_it_ended(
    told: Told, known: Approval, outcome: Outcome, state: str, said: str
) -> None:
    """Who said yes or no, when and why; and no command, since no answer counts any more."""
    place = world.Place(f"{known.stage}-{outcome}-", (world.service("billing"),))
    kept = {approval.FIELD: approval.written(known)}
    record = place.ended("billing", outcome, b.NOW, "e" * 40, noted=kept)
    path = f"/deployment/e/billing/{record['deployment_id']}"
    site = Site([place.environment("e")], "/token", [" --local"])
    panel = ask(site, path).text.partition('id="sign-off"')[2].partition("<h2")[0]

    assert f'class="state {state}"' in panel
    assert said in html.unescape(re.sub(r"<[^>]*>", "", panel))
    assert "landfall approve" not in panel


def test_no_command_is_offered_once_its_time_is_over() -> None:
    """Nobody is asked to type what would be refused; the next look ends the wait."""
    ends = b.NOW - timedelta(minutes=40) + timedelta(seconds=sign_offs.FOUR_HOURS)
    late, early = (sign_off.of(ASKED, "d1", ends + timedelta(seconds=n), "", under_way=True) for n in (0, -1))

    assert (late.waits, early.waits) == (False, True)
    assert "its time is over" in late.says


def test_approvers_of_several_accounts_are_told_apart() -> None:
    """A name is unique in its account alone."""
    known = sign_offs.asked(b.NOW)
    other = replace(known, approvers=(*known.approvers, "arn:aws:iam::210987654321:role/ReleaseManager"))

    assert sign_off.names(known, known.approvers[:1]) == "role/ReleaseManager"
    assert sign_off.names(other, other.approvers[3:]) == "role/ReleaseManager of account 210987654321"


def test_a_migration_from_which_the_service_suffers_is_on_top(told: Told) -> None:
    """What is seen and how to stop the task; its own page says that it runs, and shows its last lines."""
    there, history = told
    name = story.migrating(there, history)
    page, own = read(there.site, "/"), read(there.site, page_of("mailer", name, "production"))

    assert "mailer, production · eu-west-1: it is unhealthy while the migration of commit 6e10c4b runs: 1 of 2" in page
    assert f"aws ecs stop-task --cluster landfall --task {story.MIGRATING}" in page
    assert "If you stop it, the deployment is REJECTED, and the database may be half changed." in page
    assert "runs, for 900 s at most" in own
    assert "3 of 12 batches" in own


def test_an_after_check_has_its_place(told: Told) -> None:
    """What the function said and why, beside what the release changed; text of a function stays text."""
    place = world.Place("after-", (world.service("billing"),))
    at = b.NOW.isoformat()
    asked = Inquiry(InquiryStage.REFUSED, "billing-judge", at, at, calls=2, answered_at=at, reason=EVIL)
    record = place.ended("billing", Outcome.ROLLED_BACK, b.NOW, "e" * 40, noted={inquiry.FIELD: inquiry.written(asked)})
    site = Site([place.environment("e")], "/token", [""])
    shown = ask(site, f"/deployment/e/billing/{record['deployment_id']}").text
    panel = shown.partition('id="after-check"')[2].partition("<h2")[0]

    assert "<dd><bdi>refused</bdi></dd>" in panel
    assert "billing-judge" in panel
    assert "2, from" in panel
    assert "<script>alert" not in shown
    assert "\x1b" not in shown


def test_what_an_approver_wrote_is_text(told: Told) -> None:
    """A reason full of HTML, ANSI and direction marks neither runs nor links."""
    known = sign_offs.said(sign_offs.waiting(b.NOW), "role/ReleaseManager", b.NOW, yes=False, reason=EVIL)
    place = world.Place("evil-", (world.service("billing"),))
    kept = {approval.FIELD: approval.written(known)}
    record = place.ended("billing", Outcome.REJECTED, b.NOW, "e" * 40, noted=kept)
    shown = ask(Site([place.environment("e")], "/token", [""]), f"/deployment/e/billing/{record['deployment_id']}").text

    assert "&lt;script&gt;alert(1)" in shown
    assert not re.search(r"<script>alert|href=\"javascript|\x1b|\u202e", shown)
