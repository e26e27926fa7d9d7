"""The pages of what differs and of delivery's figures: the numbers of the terminal, and nothing that is secret."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta

import pytest

from cli.ui.reading.delivery import Delivered
from cli.ui.reads import MOST
from cli.ui.site import Site
from cli.ui.views import charts, delivery
from cli.ui.views.behind import behind
from landfall.dora.figure_words import sentences
from landfall.dora.figures import figures
from landfall.images.commit_details import CUT, SHALLOW, WHOLE, Told
from tests.ui import world
from tests.ui.asking import ask
from tests.unit.dora.records import RECORDS, WINDOW

OLD, MID, NEW, SIDE = (letter * 40 for letter in "abcd")


@pytest.fixture(scope="module")
def live(pages: Site) -> str:
    """Return the page of what is live."""
    return ask(pages, "/").text


def test_the_way_back_leads_to_the_difference_backwards(pages: Site, live: str) -> None:
    """Before a rollback a reader sees which commits it takes out; from there the other way round."""
    link = next(each for each in re.findall(r'href="/token(/diff/[^"]+)"', live) if "staging" in each)
    page = ask(pages, link.replace("&amp;", "&")).text

    assert "Going back from c41e09d to a93b1f2 takes out 1 commit." in page
    assert '<li class="del">- <bdi>c41e09d</bdi></li>' in page
    assert "1 of 3 layers are new" in page
    turned = re.search(r'href="/token(/diff/[^"]+)">the other way round', page)
    assert turned
    assert "Going from a93b1f2 to c41e09d adds 1 commit." in ask(pages, turned[1].replace("&amp;", "&")).text
    assert pages.environments[0].reads.count <= MOST


def test_a_deployment_is_compared_with_the_release_before_it(pages: Site, live: str) -> None:
    """From its page or the history: names of variables, never their values."""
    name = next(n for n in re.findall(r"/deployment/production[^/]*/billing/([^\"#]+)", live))
    page = ask(pages, f"/diff/production%20%C2%B7%20eu-west-1/billing?after={name}").text

    assert "Going from b90830d to 8008b75 adds 2 commits." in page
    assert "containerDefinitions.app.environment.PAYMENT_HOST" in page
    assert "payments.example" not in page
    assert f"/diff/production%20%C2%B7%20eu-west-1/billing?after={name}" in ask(pages, "/history").text


@pytest.mark.parametrize(("query", "said"), [("?after=nowhere", "no deployment"), ("", "no release of mailer")])
def test_what_can_t_be_compared_is_said(pages: Site, query: str, said: str) -> None:
    """A deployment that is not there, and a first release, which has none before it."""
    assert said in ask(pages, f"/diff/production%20%C2%B7%20eu-west-1/mailer{query}").text


def test_an_environment_says_how_far_it_is_behind_the_one_before_it(live: str) -> None:
    """By the commits that the builds list. One that is under way is not counted."""
    assert "2 commits behind staging<" in live
    assert live.count("behind staging") == 1


@pytest.mark.parametrize(
    ("here", "there", "said"),
    [
        (Told(OLD, history=WHOLE), Told(NEW, history=WHOLE, ancestors=(MID, OLD)), "2 commits behind s"),
        (Told(NEW, history=WHOLE, ancestors=(MID, OLD)), Told(OLD, history=WHOLE), "2 commits ahead of s"),
        (Told(MID, history=CUT, ancestors=(OLD,)), Told(NEW, history=CUT, ancestors=(MID, OLD)), "1 commit behind s"),
        (
            Told(SIDE, history=WHOLE, ancestors=(OLD,)),
            Told(NEW, history=WHOLE, ancestors=(MID, OLD)),
            "2 commits behind s, and 1 commit ahead",
        ),
        (
            Told(MID, history=SHALLOW),
            Told(NEW, history=WHOLE, ancestors=(MID, OLD)),
            "an unknown number of commits behind s",
        ),
        (Told(), Told(NEW, history=WHOLE), "how far behind s: unknown, the builds do not list their commits"),
        (
            Told(SIDE, history=CUT),
            Told(NEW, history=CUT),
            "how far behind s: unknown, the builds do not list their commits",
        ),
    ],
)
def test_what_the_builds_do_not_list_is_not_guessed(here: Told, there: Told, said: str) -> None:
    """A shallow clone lists too few commits to count by; without a list nothing is known."""
    assert behind(here, there, here.sha or "x", there.sha, "s") == said


def test_the_page_s_figures_are_those_of_the_example() -> None:
    """It has the words of `landfall dora` for the example that the docs compute by hand, and draws each release."""
    page = delivery.page(Delivered("production", WINDOW, WINDOW.since, tuple(RECORDS), len(RECORDS)))

    assert (*(figure.sentence for figure in page.figures), page.prevented) == sentences(figures(RECORDS, WINDOW))
    drawn = [[bar.kind for bar in figure.chart.bars] for figure in page.figures]
    assert [len(kinds) for kinds in drawn] == [6, 3, 8, 2]
    assert drawn[2].count(delivery.BAD) == 3
    assert [asdict(code) for code in page.codes] == [{"code": "CRASH_LOOP", "releases": 1, "wide": 1000.0}]


def test_bars_stay_in_their_chart() -> None:
    """Whatever the numbers, no bar is outside, and one above zero can be seen."""
    bars = charts.stacked([("a", (("x", 1000.0), ("y", 1.0))), ("b", ()), ("c", (("x", 0.0), ("y", 2.0)))])
    points = [(WINDOW.since, "first", "x", 1.0), (WINDOW.until, "last", "x", 9999.0)]

    for bar in (*bars, *charts.sticks(points, WINDOW)):
        assert 0 <= bar.x <= bar.x + bar.wide <= charts.WIDE
        assert bar.high >= charts.LEAST - 0.01
        assert bar.y + bar.high <= charts.HIGH + 0.01


def test_delivery_is_of_the_environment_that_was_named_last(pages: Site) -> None:
    """Production comes last by habit; another one, a service and a shorter time can be chosen."""
    page = ask(pages, "/delivery").text

    assert "Five releases were proven live. One bad one never stayed." in page
    assert "<code>CRASH_LOOP</code>" in page
    assert "landfall dora --profile production --region eu-west-1" in page
    short = ask(pages, "/delivery?service=billing&days=7&environment=staging%20%C2%B7%20eu-west-1").text
    assert "Two releases were proven live." in short
    assert "No release reached a service" in ask(pages, "/delivery?service=mailer&days=7").text


@pytest.mark.usefixtures("aws")
def test_a_time_that_is_too_long_for_a_page_is_a_shorter_one() -> None:
    """The page reads the newest 200 records and says since when its figures are; none of an older time is in them."""
    place = world.Place("many-", (world.service("billing"),))
    at = world.now()
    with place.table.batch_writer() as batch:
        for number in range(230):
            began = at - timedelta(hours=6 * number)
            known = {"started_at": began.isoformat(), "ended_at": began.isoformat(), "outcome": "ROLLED_BACK"}
            name = f"{began:%Y%m%dT%H%M%SZ}-{number:03}"
            batch.put_item(Item={"service": "billing", "deployment_id": name, "git_sha": OLD, **known})
    site = Site([place.environment("e")], "/token", [""])
    page = ask(site, "/delivery").text

    assert "A page reads no further back" in page
    assert f"{at - timedelta(hours=6 * 199):%Y-%m-%d %H:%M} to " in page
    assert "199 of 199" in page or "200 of 200" in page
    assert site.environments[0].reads.count <= MOST
