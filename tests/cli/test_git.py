"""The commit that is released, looked at in real repositories: what would make it another one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import git
from cli.exits import Refused
from tests.e2e.command import git as run
from tests.e2e.command import repository


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a remote that has all but nothing of it, and go there."""
    run(tmp_path, "init", "--quiet", "--bare", "remote.git")
    here = tmp_path / "checkout"
    here.mkdir()
    repository(here)
    run(here, "remote", "add", "origin", "../remote.git")
    monkeypatch.chdir(here)
    return here


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    """Return for programs what was refused."""
    return refused.value.code


def test_a_pushed_commit_on_a_branch_is_good(checkout: Path) -> None:
    """What everybody can get is released: by its full id, with the branch that has it."""
    run(checkout, "push", "--quiet", "origin", "main")
    found = git.commit("HEAD")
    git.clean()
    git.attached(found)
    assert (found.sha, found.branch) == (run(checkout, "rev-parse", "HEAD"), "main")
    assert git.pushed(found) == "origin/main"
    assert git.commit(found.sha[:9]).sha == found.sha


@pytest.mark.parametrize("change", ["new file", "edit", "staged"])
def test_a_dirty_tree_is_refused_by_its_files(checkout: Path, change: str) -> None:
    """The build would use the commit, not the changed files, so the error names the files."""
    path = checkout / "file"
    path.write_text("one")
    if change != "new file":
        run(checkout, "add", "file")
    if change == "edit":
        run(checkout, "commit", "-qm", "file")
        path.write_text("two")
    with pytest.raises(Refused, match=r"uncommitted changes: file; commit or stash") as refused:
        git.clean()
    assert code(refused) == "DIRTY_TREE"


def test_a_detached_head_is_refused(checkout: Path) -> None:
    """Without a branch it may not be clear what would be released, so the commit must be given."""
    run(checkout, "checkout", "--quiet", "--detach")
    with pytest.raises(Refused, match="--commit") as refused:
        git.attached(git.commit("HEAD"))
    assert code(refused) == "DETACHED"


def test_an_unpushed_commit_is_refused(checkout: Path) -> None:
    """Nobody else can build or find a commit that is only on this machine."""
    run(checkout, "push", "--quiet", "origin", "main")
    run(checkout, "commit", "--allow-empty", "-qm", "not pushed")
    with pytest.raises(Refused, match="git push") as refused:
        git.pushed(git.commit("HEAD"))
    assert code(refused) == "UNPUSHED"


def test_a_repository_without_a_remote_is_refused(checkout: Path) -> None:
    """There is nowhere anybody could get the commit from."""
    run(checkout, "remote", "remove", "origin")
    with pytest.raises(Refused) as refused:
        git.pushed(git.commit("HEAD"))
    assert code(refused) == "NO_REMOTE"


@pytest.mark.parametrize("wanted", ["no-such-branch", "0" * 40, "--upload-pack=touch /tmp/x", ""])
def test_what_is_no_commit_is_refused(checkout: Path, wanted: str) -> None:
    """An unknown name is an error, and is never passed to Git as an option."""
    with pytest.raises(Refused) as refused:
        git.commit(wanted)
    assert code(refused) == "NO_COMMIT"


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a repository the message says the way out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Refused, match="change to one") as refused:
        git.commit("HEAD")
    assert code(refused) == "NO_REPOSITORY"


def test_no_git(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Git the message says the way out, without a stack trace."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refused) as refused:
        git.commit("HEAD")
    assert code(refused) == "NO_GIT"


def test_changed_files(checkout: Path) -> None:
    """What a push changes is read from Git, between any two commits."""
    (checkout / "api").mkdir()
    (checkout / "api" / "main.py").write_text("x")
    run(checkout, "add", ".")
    run(checkout, "commit", "-qm", "api")
    assert git.changed_files("HEAD~1", "HEAD") == ["api/main.py"]


def test_files_that_moved_away_or_have_odd_names_are_changes(checkout: Path) -> None:
    """A service that lost a file is concerned; and a name Git would quote is a path like any other."""
    for name in ("api", "web"):
        (checkout / name).mkdir()
    (checkout / "api" / "a.py").write_text("a file of some length, so that Git takes it for the same one")
    run(checkout, "add", ".")
    run(checkout, "commit", "-qm", "api")
    run(checkout, "mv", "api/a.py", "web/a.py")
    (checkout / "api" / "é b.txt").write_text("x")
    run(checkout, "add", ".")
    run(checkout, "commit", "-qm", "moved")
    assert sorted(git.changed_files("HEAD~1", "HEAD")) == ["api/a.py", "api/é b.txt", "web/a.py"]
