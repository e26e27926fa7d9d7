"""The build's context is the commit: the same bytes as a checkout, or a refusal that says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.images.buildspec import BuildFailed
from landfall.settings import Build
from tests.building.answers import BUILD, BUILT, NOT_THERE, OURS, READY, there
from tests.building.clone import Source, git
from tests.building.recorded import Answer

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12345\n"


def committed(tmp_path: Path, write: Callable[[Path], None]) -> Source:
    """Return a clone with one commit of what `write` writes, beside a Dockerfile."""
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    write(clone)
    git(clone, "init", "--quiet")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "first")
    return Source(clone, git(clone, "rev-parse", "HEAD"), tmp_path)


def write_text(path: Path, text: str) -> None:
    """Write a file."""
    path.write_text(text)


def call(source: Source, context: str = ".") -> dict[str, Any]:
    """Build with every setting that a build has, and return how the builder was called."""
    settings = Build(
        source="example/shop", context=context, target="runtime", arguments={"A": "b"}, secrets={"c": "ci/d"}
    )
    secret = Answer(("aws", "secretsmanager", "get-secret-value"), stdout="string\te\n")
    _, programs = source.build([NOT_THERE, *READY, secret, BUILT, there(OURS)], settings=settings)
    (build,) = programs.to(*BUILD)
    return build


def built(source: Source, context: str = ".") -> dict[str, str]:
    """Build, and return what the files of the context held."""
    return dict(call(source, context)["contents"])


def test_files_that_are_not_exported_are_in_it(tmp_path: Path) -> None:
    """`git archive` leaves out what is export-ignore: .dockerignore among it (gitattributes(5))."""

    def write(clone: Path) -> None:
        (clone / ".gitattributes").write_text("/.dockerignore export-ignore\n/config export-ignore\n")
        (clone / ".dockerignore").write_text("secrets\n")
        (clone / "config").mkdir()
        (clone / "config" / "prod.yml").write_text("x\n")

    assert set(built(committed(tmp_path, write))) == {
        ".dockerignore",
        ".gitattributes",
        "Dockerfile",
        "config/prod.yml",
    }


def test_placeholders_of_an_export_stay_as_they_are(tmp_path: Path) -> None:
    """`git archive` rewrites `$Format:…$` where export-subst is set; the commit holds the placeholder."""

    def write(clone: Path) -> None:
        (clone / ".gitattributes").write_text("version.txt export-subst\n")
        (clone / "version.txt").write_text("$Format:%H$\n")

    assert built(committed(tmp_path, write))["version.txt"] == "$Format:%H$\n"


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends_follow_the_commit_and_not_the_machine(tmp_path: Path, setting: str) -> None:
    """A script with CRLF does not start on Linux: core.autocrlf of whoever builds must not matter."""

    def write(clone: Path) -> None:
        (clone / ".gitattributes").write_text("*.bat eol=crlf\n")
        (clone / "start.bat").write_bytes(b"a\r\nb\r\n")
        (clone / "start.sh").write_bytes(b"a\nb\n")

    source = committed(tmp_path, write)
    git(source.directory, "config", "core.autocrlf", setting)
    contents = built(source)
    assert (contents["start.bat"], contents["start.sh"]) == ("a\r\nb\r\n", "a\nb\n")


def test_the_clone_is_left_as_it_was(tmp_path: Path) -> None:
    """A build on a laptop changes neither what is staged nor what is edited, nor the branch."""
    source = committed(tmp_path, lambda clone: write_text(clone / "app.py", "committed\n"))
    (source.directory / "app.py").write_text("edited\n")
    (source.directory / "staged.py").write_text("staged\n")
    git(source.directory, "add", "staged.py")
    before = git(source.directory, "status", "--porcelain=v2", "--branch")

    assert built(source) == {"Dockerfile": "FROM scratch\nCOPY . /\n", "app.py": "committed\n"}
    assert git(source.directory, "status", "--porcelain=v2", "--branch") == before


def test_links_stay_links_and_a_context_may_be_one_inside(tmp_path: Path) -> None:
    """A link to a directory of the same commit is a context like any other."""

    def write(clone: Path) -> None:
        (clone / "apps" / "shop").mkdir(parents=True)
        (clone / "apps" / "shop" / "Dockerfile").write_text("FROM scratch\n")
        (clone / "shop").symlink_to("apps/shop")

    assert built(committed(tmp_path, write), "shop") == {"Dockerfile": "FROM scratch\n"}


def test_links_in_it_are_the_commits_links(tmp_path: Path) -> None:
    """Neither what they lead to nor a file with their target's name, also where they lead nowhere, or out of it."""
    links = {"current": "v1/app.py", "nowhere": "no-such-file", "outside": "../../etc/hostname"}

    def write(clone: Path) -> None:
        (clone / "v1").mkdir()
        (clone / "v1" / "app.py").write_text("x\n")
        for name, target in links.items():
            (clone / name).symlink_to(target)

    source = committed(tmp_path, write)
    git(source.directory, "config", "core.symlinks", "false")
    assert call(source)["links"] == links


@pytest.mark.parametrize("target", ["/etc", "../..", ".."])
def test_a_context_that_leads_out_of_the_clone_is_refused(tmp_path: Path, target: str) -> None:
    """A commit could else put files of the build machine into an image."""
    source = committed(tmp_path, lambda clone: (clone / "shop").symlink_to(target))
    with pytest.raises(BuildFailed, match="a directory 'shop' inside the repository"):
        built(source, "shop")


def test_files_of_lfs_that_were_not_fetched_are_refused(tmp_path: Path) -> None:
    """The image would hold pointers of 130 bytes in place of the files."""

    def write(clone: Path) -> None:
        (clone / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
        (clone / "model.bin").write_text(POINTER)
        (clone / "README.md").write_text(POINTER)

    with pytest.raises(BuildFailed, match=r"Git LFS and were not fetched: model\.bin;"):
        built(committed(tmp_path, write))


def test_files_of_lfs_outside_the_context_do_not_matter(tmp_path: Path) -> None:
    """Only what the build is given must be there."""

    def write(clone: Path) -> None:
        (clone / ".gitattributes").write_text("*.bin filter=lfs\n")
        (clone / "model.bin").write_text(POINTER)
        (clone / "shop").mkdir()
        (clone / "shop" / "Dockerfile").write_text("FROM scratch\n")

    assert built(committed(tmp_path, write), "shop") == {"Dockerfile": "FROM scratch\n"}


def test_submodules_are_refused_by_name(tmp_path: Path) -> None:
    """Their files are not in the commit: the image would lack them without a word."""
    source = committed(tmp_path, lambda clone: write_text(clone / "app.py", "x\n"))
    entry = f"160000,{source.commit},vendor/library"
    git(source.directory, "update-index", "--add", "--cacheinfo", entry)
    git(source.directory, "commit", "--quiet", "-m", "with a submodule")
    source.commit = git(source.directory, "rev-parse", "HEAD")

    with pytest.raises(BuildFailed, match=r"submodules.*vendor/library"):
        built(source)


def test_submodules_outside_the_context_do_not_matter(tmp_path: Path) -> None:
    """Only what the build is given must be there."""

    def write(clone: Path) -> None:
        (clone / "shop").mkdir()
        (clone / "shop" / "Dockerfile").write_text("FROM scratch\n")

    source = committed(tmp_path, write)
    git(source.directory, "update-index", "--add", "--cacheinfo", f"160000,{source.commit},vendor/library")
    git(source.directory, "commit", "--quiet", "-m", "with a submodule")
    source.commit = git(source.directory, "rev-parse", "HEAD")
    assert built(source, "shop") == {"Dockerfile": "FROM scratch\n"}
