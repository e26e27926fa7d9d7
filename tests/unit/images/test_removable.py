"""How an image stands and why, in the words that `landfall images` shows before anything is deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from landfall.images import removable
from landfall.images.image_tags import TagForm
from landfall.images.removable import Repository, Standing, Use
from landfall.images.stored import Listed
from stacks import ROOT
from tests.unit.images.names import NEWEST, NOW, TAG, digest, image

DAYS = 14
EXACTLY = (NOW - timedelta(days=DAYS)).isoformat()
JUST_AFTER = (NOW - timedelta(days=DAYS) + timedelta(seconds=1)).isoformat()
SIGNATURE = image(3, f"sha256-{1:064x}.sig", artifact=True)
STANDS: dict[str, tuple[Listed, Standing, str]] = {
    "deployed": (image(2, TAG), Standing.OLD, "last deployed by two"),
    "deployed, without a tag": (image(2), Standing.OLD, "last deployed by two"),
    "never deployed": (image(3, TAG), Standing.NEVER_DEPLOYED, "no deployment of it is recorded"),
    "untagged": (image(3), Standing.UNTAGGED, "no tag, and no kept image names it"),
    "part of an index that goes": (image(4), Standing.PART_OF_OLD, f"part of {digest(1)}"),
    "signature of what goes": (SIGNATURE, Standing.PART_OF_OLD, f"of {digest(1)}"),
    "build cache": (
        image(3, TAG, artifact=True),
        Standing.NO_RELEASE,
        "not an image that a task runs, such as a build cache",
    ),
    "signature of what is gone": (
        image(3, artifact=True, subject=digest(77)),
        Standing.NO_RELEASE,
        "not an image that a task runs, such as a build cache",
    ),
    "named by others": (
        image(3, "nightly", "pr-7"),
        Standing.NO_RELEASE,
        "tag nightly names no release, so others may use it",
    ),
    "pushed lately": (replace(image(3, TAG), pushed_at=JUST_AFTER), Standing.NEW, f"pushed at {JUST_AFTER}"),
    "pulled lately": (image(3, TAG, pulled_at=JUST_AFTER), Standing.NEW, f"pulled at {JUST_AFTER}"),
    "pushed and pulled before": (
        replace(image(3, TAG, pulled_at=EXACTLY), pushed_at=EXACTLY),
        Standing.NEVER_DEPLOYED,
        "no deployment of it is recorded",
    ),
}


@pytest.mark.parametrize(("one", "standing", "why"), STANDS.values(), ids=STANDS)
def test_each_image_says_why_it_stays_or_goes(one: Listed, standing: Standing, why: str) -> None:
    """People decide by these words whether to delete; a day limit is counted to the second."""
    newest = replace(NEWEST, pushed_at=(NOW - timedelta(hours=1)).isoformat())
    repository = Repository((image(1, "e" * 40, index=True), one, newest), {digest(1): (digest(4),)})
    deployed = {digest(2): ("two", "one")}
    rows = removable.judge(repository, {}, deployed, TagForm(), removable.days_before(NOW, DAYS))
    row = next(row for row in rows if row.digest == one.digest)
    assert (row.standing, row.why, row.deployments) == (standing, why, deployed.get(one.digest, ()))
    assert (rows[0].standing, rows[0].why) == (Standing.NEW, "the newest release in the repository")


def test_what_hangs_together_with_a_used_image_says_through_which() -> None:
    """People see why an index without a tag stays, and which kept image a part belongs to."""
    parts = {digest(1): (digest(2), digest(3))}
    repository = Repository((image(1, index=True), image(2), image(3), NEWEST), parts)
    uses = {digest(2): Use(Standing.LIVE, "task one")}
    rows = removable.judge(repository, uses, {}, TagForm(), removable.days_before(NOW, DAYS))
    assert {row.digest: (row.standing, row.why) for row in rows if row.digest != NEWEST.digest} == {
        digest(1): (Standing.LIVE, f"names {digest(2)}: task one"),
        digest(2): (Standing.LIVE, "task one"),
        digest(3): (Standing.PART, f"part of {digest(1)}"),
    }


@pytest.mark.parametrize("standing", Standing)
def test_each_standing_is_called_as_in_the_docs(standing: Standing) -> None:
    """People look a word up before they delete: none changes without the page that explains it."""
    assert f"`{standing.value}`" in (ROOT / "docs" / "images.md").read_text(encoding="utf-8")


PARTS = {"index": ("nested", "arm"), "nested": ("amd", "arm"), "loop": ("loop", "other"), "other": ("loop",)}
NAMED: dict[str, tuple[list[str], set[str]]] = {
    "no index": (["amd"], set()),
    "an index in an index": (["index"], {"nested", "arm", "amd"}),
    "two": (["nested", "other"], {"amd", "arm", "loop", "other"}),
    "indexes that name each other": (["loop"], {"loop", "other"}),
}


@pytest.mark.parametrize(("of", "parts"), NAMED.values(), ids=NAMED)
def test_what_an_image_is_made_of_is_followed_to_the_end(of: list[str], parts: set[str]) -> None:
    """Where ECR keeps an index, or a deployment begins to use it, all of this must stay."""
    assert removable.parts_of(of, PARTS) == parts
