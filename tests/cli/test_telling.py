"""What the command tells without AWS: summaries, paths, records."""

from __future__ import annotations

import pytest

from cli.exits import OF_OUTCOME
from cli.records import by_start, is_named
from cli.summary import PLAIN, markdown
from cli.timeline import OUTCOMES
from cli.verbs.affected import concerned
from landfall.model import Outcome

RECORD = {
    "deployment_id": "20260101T000000Z-a",
    "execution_arn": "arn:aws:states:us-east-1:1:execution:landfall:a",
    "image_digest": "sha256:" + "1" * 64,
    "git_sha": "abcdef0123" * 4,
}


def test_every_outcome_has_an_exit_code_and_words() -> None:
    """A new outcome can't be forgotten: scripts get a code for it, people a sentence. 0 is for what is no failure."""
    assert set(OF_OUTCOME) == set(PLAIN) == set(OUTCOMES) == set(Outcome)
    assert {o for o, code in OF_OUTCOME.items() if code == 0} == {"SUCCEEDED", "NO_CHANGE", "SKIPPED"}
    assert len({code for code in OF_OUTCOME.values() if code}) == 5


def test_the_summary_survives_what_a_service_says() -> None:
    """A reason with line breaks and pipes stays in its cell."""
    told = {
        **RECORD,
        "service": "sample",
        "commit": RECORD["git_sha"],
        "digest": RECORD["image_digest"],
        "revision": None,
        "why": "exit 1 | a\nb",
        "took": 12.3,
        "report": None,
        "outcome": "ROLLED_BACK",
    }
    text = markdown(told)
    assert "| Why | exit 1 \\| a b |" in text
    assert text.startswith("## sample: abcdef0123ab failed; what ran before is back")
    assert {line.count(" | ") for line in text.splitlines()[4:]} == {1}


@pytest.mark.parametrize(
    ("paths", "changed", "expected"),
    [
        (("api/**",), ["api/a/b.py"], True),
        (("api/**",), ["web/a.ts"], False),
        (("api/**", "!api/**/*.md"), ["api/README.md"], False),
        (("**",), ["anything"], True),
        (("*.toml",), ["deep/down/x.toml"], True),
        (("api/**",), [], False),
    ],
)
def test_concerned(paths: tuple[str, ...], changed: list[str], expected: bool) -> None:
    """A push concerns a service by the patterns of .gitignore, exceptions included."""
    assert concerned(paths, changed) is expected


@pytest.mark.parametrize("wanted", [*RECORD.values(), "a", RECORD["git_sha"][:7]])
def test_a_record_by_any_of_its_names(wanted: str) -> None:
    """Deployment id, execution by ARN or name, digest, commit, or seven digits of it."""
    assert is_named(RECORD, wanted)


@pytest.mark.parametrize("wanted", ["", RECORD["git_sha"][:6], "b", "sha256:1"])
def test_no_record_by_less(wanted: str) -> None:
    """Too short a name matches nothing, so nobody rolls back to the wrong release."""
    assert not is_named(RECORD, wanted)


def test_records_are_listed_by_when_they_began() -> None:
    """An id may begin with any time; one of a time to come holds no other record back."""
    ids = ["20990101T000000Z-typed", "20260103T000000Z", "20260102T000000Z", "20200101T000000Z-typed"]
    began = ["2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z"]
    found = by_start({"deployment_id": each, "started_at": at} for each, at in zip(ids, began, strict=True))
    assert [r["deployment_id"] for r in found] == [ids[3], ids[1], ids[2], ids[0]]
    many = [{"started_at": f"{n:06}"} for n in range(1000, 0, -1)]
    assert list(by_start(iter(many))) == many
