"""What an image says of its commit: time, author, subject and what it contains, by its manifest's annotations."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cli.images.buildspec import parse
from landfall.images import commit_details
from landfall.images.commit_details import Told
from tests.building.answers import BUILD, BUILT, NOT_THERE, OURS, READY, there, values
from tests.building.clone import Source, buildspec_text, git


def written(source: Source) -> dict[str, str]:
    """Run the one command of the build that writes them, and return what it wrote."""
    (command,) = (
        each for phase in parse(buildspec_text()).phases for each in phase.commands if "landfall.commit" in each
    )
    work = source.scratch / f"work-{source.commit}"
    work.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(source.scratch), "BUILT": "yes", "GIT_SHA": source.commit}
    shell = ["/bin/sh", "-c", command]
    subprocess.run(shell, cwd=source.directory, env={**env, "WORK": str(work)}, check=True)
    lines = (work / "annotations").read_text(encoding="utf-8").rstrip("\n").split("\n")
    return dict(line.split("=", 1) for line in lines)


def said(source: Source) -> Told:
    """Return what an image of the source's commit says, as it is read."""
    return commit_details.read({"annotations": written(source)}, source.commit)


def clone_of(tmp_path: Path) -> Source:
    """Return an empty clone with a Dockerfile that is committed."""
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "Dockerfile").write_text("FROM scratch\n")
    git(clone, "init", "--quiet", "--initial-branch=main")
    git(clone, "add", ".")
    return committed(Source(clone, "", tmp_path), "first")


def committed(source: Source, subject: str | bytes, author: str = "Ann Example") -> Source:
    """Commit once more, with no change of a file, to the bytes: `git commit` would repair some of them."""
    who = f"{author} <ann@example.com> 1700000000 +0200"
    message = subject if isinstance(subject, bytes) else subject.encode()
    above = git(source.directory, "rev-list", "--all", "--max-count=1") and git(source.directory, "rev-parse", "HEAD")
    parents = [f"parent {above}"] if above else []
    head = [f"tree {git(source.directory, 'write-tree')}", *parents, f"author {who}", f"committer {who}", "", ""]
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    written = "\n".join(head).encode() + message
    done = subprocess.run(command, cwd=source.directory, input=written, check=True, capture_output=True)
    source.commit = done.stdout.decode().strip()
    git(source.directory, "update-ref", "HEAD", source.commit)
    return source


def long_history(source: Source, count: int) -> list[str]:
    """Put so many commits on top, and return them with those before, the youngest first."""
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1700000001 + n} +0000\ndata 1\nx\n"
        + ("from refs/heads/main^0\n" if not n else "")
        for n in range(count)
    )
    git_import = ["git", "fast-import", "--quiet"]
    subprocess.run(git_import, cwd=source.directory, input=stream, text=True, check=True)
    source.commit = git(source.directory, "rev-parse", "HEAD")
    return git(source.directory, "rev-list", "HEAD").splitlines()


def test_time_author_and_subject(tmp_path: Path) -> None:
    """The time is in UTC. Only the author's name is kept, not the address, which is personal data."""
    source = committed(clone_of(tmp_path), "Sell socks, too: a=b, \"c\" 'd' $HOME `id`\n\nA body.\n")
    found = said(source)
    assert (found.time, found.author) == ("2023-11-14T22:13:20Z", "Ann Example")
    assert found.subject == "Sell socks, too: a=b, \"c\" 'd' $HOME `id`"
    assert "ann@example.com" not in str(commit_details.as_annotations(found))
    assert len(found.ancestors) == 1
    assert found.history == commit_details.WHOLE


def test_they_arrive_at_the_builder(source: Source) -> None:
    """Each as an annotation of the manifest itself, whose digest is what is deployed."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (call,) = programs.to(*BUILD)
    given = values(call["argv"], "--annotation")
    assert given == [f"manifest:{name}={value}" for name, value in written(source).items()]
    assert f"manifest:landfall.commit={source.commit}" in given


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"red \x1b[31malarm\x07 \x9b1m", "red [31malarm 1m"),
        (b"two\\nlandfall.commit.history=whole \\c end", "two\\nlandfall.commit.history=whole \\c end"),
        (b"caf\xe9 in Latin-1", "caf in Latin-1"),
        ("Umlaute ä, 絵, 🧦".encode(), "Umlaute ä, 絵, 🧦"),
        (b"--option=x", "--option=x"),
        (("é" * 400).encode(), "é" * 150),
        (("x" + "é" * 400).encode(), "x" + "é" * 149),
    ],
    ids=["control", "backslashes", "bytes", "unicode", "option", "long", "cut within a letter"],
)
def test_a_subject_of_any_bytes(tmp_path: Path, subject: bytes, shown: str) -> None:
    """It is somebody's text: it moves no cursor, adds no line, and breaks no builder, which takes UTF-8 alone."""
    assert said(committed(clone_of(tmp_path), subject)).subject == shown


def test_what_a_commit_contains_is_told_over_all_parents(tmp_path: Path) -> None:
    """A branch that was merged is in the release; what is on another branch is not."""
    source = clone_of(tmp_path)
    first = source.commit
    git(source.directory, "checkout", "--quiet", "-b", "feature")
    feature = committed(source, "feature").commit
    git(source.directory, "checkout", "--quiet", "-b", "other", first)
    other = committed(source, "other").commit
    git(source.directory, "checkout", "--quiet", "main")
    committed(source, "second")
    git(source.directory, "merge", "--quiet", "--no-ff", "-m", "merge", "feature")
    source.commit = git(source.directory, "rev-parse", "HEAD")
    found = said(source)
    assert [found.contains(each) for each in (source.commit, feature, first[:7], other)] == ["yes", "yes", "yes", "no"]


def test_of_a_long_history_the_last_500_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    """What is not listed is then not known to be missing. At 500 exactly nothing was cut."""
    source = clone_of(tmp_path)
    commits = long_history(source, 500)
    exactly = said(source)
    assert (exactly.history, len(exactly.ancestors)) == (commit_details.WHOLE, 500)
    commits = long_history(source, 1)
    found = said(source)
    assert (found.history, found.ancestors) == (commit_details.CUT, tuple(commits[1:501]))
    assert (found.contains(commits[500]), found.contains(commits[501])) == ("yes", "unknown")
    assert len(str(commit_details.as_annotations(found))) < 25_000


def test_a_shallow_clone_says_that_it_is_one(tmp_path: Path) -> None:
    """It can't tell what it does not have, and does not pretend to."""
    source = clone_of(tmp_path)
    commits = long_history(source, 5)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "3", source.directory.as_uri(), str(shallow))
    found = said(Source(shallow, source.commit, tmp_path))
    assert (found.history, len(found.ancestors)) == (commit_details.SHALLOW, 2)
    assert (found.contains(commits[2]), found.contains(commits[4])) == ("yes", "unknown")
    assert commit_details.as_annotations(found)["landfall.commit.history"] == "shallow"


def test_a_commit_that_was_put_in_anothers_place_is_not_followed(tmp_path: Path) -> None:
    """`git replace` on somebody's laptop shows another history than everybody else has."""
    source = clone_of(tmp_path)
    true = committed(source, "true").commit
    false = committed(source, "false").commit
    git(source.directory, "replace", true, false)
    source.commit = true
    assert said(source).subject == "true"
