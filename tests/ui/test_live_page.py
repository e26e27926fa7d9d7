"""What is live: the page on an AWS (moto) with services in every state."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from itertools import count

import pytest

from cli.ui.reads import MOST
from cli.ui.site import Site
from landfall.intake.freeze import Freeze
from landfall.model import Outcome
from landfall.reconcile.findings import Finding, Kind, State
from tests.support import builders as b
from tests.ui import world
from tests.ui.asking import ask
from tests.ui.evil import EVIL
from tests.ui.world import History, Place

PROVEN, NEW, BAD = "a1" * 20, "b2" * 20, "c3" * 20
_PREFIX = count()


@pytest.fixture(scope="module")
def revision(aws: History) -> str:
    """Return the revision that `api` runs, in an AWS of which nothing is known yet."""
    _proven.cache_clear()
    return world.runs("api")


@pytest.fixture
def place(revision: str) -> Place:
    """Return an environment in which nothing was deployed: `api` runs, `mailer` is not there."""
    return Place(f"p{next(_PREFIX)}-", (world.service("api"), world.service("mailer")))


def site(*places: Place) -> Site:
    """Return the site of these environments."""
    return Site([p.environment(f"e{n}") for n, p in enumerate(places)], "/token", [" --local" for _ in places])


@cache
def _proven(revision: str, subject: str) -> Place:
    place, at = Place(f"p{next(_PREFIX)}-", (world.service("api"),)), world.now() - timedelta(minutes=20)
    place.ended("api", Outcome.SUCCEEDED, at - timedelta(days=3), PROVEN)
    deployed = b.deployment(task_definition=revision)
    place.ended("api", Outcome.SUCCEEDED, at, NEW, deployment=deployed, subject=subject)
    return place


def proven(place: Place, revision: str, subject: str = "") -> None:
    """Let two releases be proven, the second one in the running revision."""
    place.copied(_proven(revision, subject))


def test_what_is_proven_says_how_that_is_known(place: Place, revision: str) -> None:
    """The commit, the proof with its facts, each of which leads to its evidence, and the way back."""
    proven(place, revision, subject="Index patients by birth date")
    page = ask(site(place), "/").text

    assert "One of two services is proven live." in page
    for part in ("Index patients by birth date", NEW[:7], "20 min ago", "digest ✓ 2 tasks", "checks ✓ 4 of 4"):
        assert part in page
    assert f"way back: {PROVEN[:7]}, proven 3 days ago" in page
    assert "#checks" in page


def test_what_is_not_known_looks_like_nothing_else(place: Place) -> None:
    """A service that runs what nobody deployed, and one that is not there, are unknown, and need somebody."""
    page = ask(site(place), "/").text

    assert "None of the two services is proven live." in page
    assert page.count('class="state unknown"') == 2
    assert "Runs a revision that no deployment of Landfall left live." in page
    assert "landfall status --service mailer --local" in re.sub(r"</?span[^>]*>", "", page)


def test_what_failed_is_on_top(place: Place, revision: str) -> None:
    """A rollback that failed comes before findings and freezes; each has its command."""
    proven(place, revision)
    place.ended("api", Outcome.ROLLBACK_FAILED, world.now(), BAD, deployment=b.way_back())
    place.freeze(Freeze("mailer", "a launch", "arn:aws:iam::1:user/ann", world.now().isoformat()))
    at = world.now().isoformat()
    place.found(Finding("mailer", Kind.SERVICE_MISSING, "c/mailer", "it is gone", State.RAISED, at, at))
    page = ask(site(place), "/").text

    failed, frozen, found = (page.index(text) for text in ("ROLLBACK_FAILED", "a launch", "it is gone"))
    assert failed < frozen < found
    for command in ("landfall unfreeze mailer --local", "landfall findings mailer --local"):
        assert command in re.sub(r"</?span[^>]*>", "", page)


def test_a_good_day_says_so(place: Place, revision: str) -> None:
    """Nothing needs anybody: that is one quiet line."""
    alone = Place(f"p{next(_PREFIX)}-", (world.service("api"),))
    proven(alone, revision)
    page = ask(site(alone), "/").text

    assert "The service is proven live." in page
    assert "Nothing needs you now" in page


def test_an_environment_that_can_t_be_read_hides_no_other(place: Place, revision: str) -> None:
    """Its column says why, is unknown, and the other column is as it is."""
    gone = Place(f"p{next(_PREFIX)}-", (world.service("api"),))
    proven(place, revision)
    pages = site(place, gone)
    gone.table.delete()
    page = ask(pages, "/").text

    assert "The environment could not be read" in page
    assert 'class="state proven"' in page


def test_what_came_from_elsewhere_is_text(place: Place, revision: str) -> None:
    """HTML, control sequences, Markdown and right-to-left marks in a subject and a reason neither run nor link."""
    proven(place, revision, subject=EVIL)
    place.freeze(Freeze("api", EVIL, EVIL, world.now().isoformat()))
    page = ask(site(place), "/").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_a_page_that_did_not_change_is_not_sent_again(place: Place, revision: str) -> None:
    """What is live is asked for every few seconds; the answer is empty while nothing moved."""
    proven(place, revision)
    pages = site(place)
    for _ in range(2):  # a minute may pass between, and then the page says so
        seen = ask(pages, "/").text.partition('data-seen="')[2][:16]
        again = ask(pages, f"/?seen={seen}")
        if again.status_code == 204:
            break

    assert (again.status_code, again.text) == (204, "")
    assert again.headers["X-As-Of"]


@pytest.mark.parametrize("records", [10, 210])
def test_a_page_reads_no_more_of_a_long_ledger(place: Place, revision: str, records: int) -> None:
    """The reads are the same, however many deployments and findings there are, and under the limit."""
    at = world.now().isoformat()
    with place.table.batch_writer() as batch:
        for number in range(records):
            batch.put_item(Item={"service": "api", "deployment_id": f"2020-{number:05}", "outcome": "SUCCEEDED"})
    place.found(*(Finding("z", Kind.REPORT_MISSING, str(n), "", State.CLEARED, at, at) for n in range(40)))
    proven(place, revision)
    place.begun("api", world.now() - timedelta(seconds=5), BAD)
    pages = site(place)
    page = ask(pages, "/").text

    assert pages.environments[0].reads.count == 48
    assert pages.environments[0].reads.count <= MOST
    assert "there are more findings than" in page


def test_a_broken_chain_of_a_long_ledger_is_unknown(place: Place, revision: str) -> None:
    """To find its last proof would take more than a page may read: the page says so, and nothing else."""
    proven(place, revision)
    with place.table.batch_writer() as batch:
        for number in range(210):
            batch.put_item(Item={"service": "api", "deployment_id": f"3020-{number:05}", "outcome": "SUCCEEDED"})
    place.table.delete_item(Key={"service": "_chain", "deployment_id": "api"})
    pages = site(place)
    page = ask(pages, "/").text

    assert "more than the" in page
    assert 'class="state proven"' not in page
    assert pages.environments[0].reads.count <= MOST
